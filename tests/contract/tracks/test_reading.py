"""Reading the library."""

import httpx
import pytest

from tests.contract.error_checks import rejected
from tests.contract.libraries import Library
from tests.contract.payload_checks import check_track

# --- Reading one track -------------------------------------------------------------------------------


def test_a_track_has_every_field(client: httpx.Client):
    (listed,) = client.get("/api/tracks/", params={"search": "bohemian rhapsody"}).json()

    track = client.get(f"/api/tracks/{listed['id']}/").json()

    assert track == listed
    check_track(track)
    assert [*track] == [
        *("id", "title", "artist", "album", "duration_seconds", "duration_formatted", "genre"),
        *("cover_url", "isrc", "created_at", "has_audio", "explicit"),
    ]
    expected = {
        **{"title": "Bohemian Rhapsody", "artist": "Queen", "album": "A Night at the Opera"},
        **{"duration_seconds": 355, "duration_formatted": "5:55", "genre": "rock", "cover_url": None},
        **{"isrc": "GBUM71029604", "has_audio": False, "explicit": None},
    }
    assert {name: track[name] for name in expected} == expected


def test_durations_are_formatted_and_unknown_fields_null_or_empty(library: Library, client: httpx.Client):
    written = {1: "0:01", 59: "0:59", 60: "1:00", 3599: "59:59", 3600: "1:00:00", 3723: "1:02:03"}
    for seconds, text in written.items():
        track = library.add(f"Long {seconds}", duration_seconds=seconds)
        assert (track["duration_seconds"], track["duration_formatted"]) == (seconds, text)
    made = library.add("Sparse", album="")
    track = client.get(f"/api/tracks/{made['id']}/").json()
    unknown = ("duration_seconds", "duration_formatted", "cover_url", "isrc")
    assert [track[name] for name in unknown] == [None] * 4
    assert (track["album"], track["genre"]) == ("", "")


@pytest.mark.both_sizes
def test_an_unknown_track_is_a_404(client: httpx.Client):
    for track_id in (2**53, "0", "9" * 18, "9" * 19, "9" * 5000, "-1", "1.0", "1.5", "x", "٣"):
        rejected(client.get(f"/api/tracks/{track_id}/"), 404, "NOT_FOUND")


# --- Genres: filtering by one, counting all ----------------------------------------------------------


@pytest.mark.both_sizes
def test_case_does_not_matter_when_filtering(library: Library):
    genre = f"élektro {library.word}"
    library.add("One", genre=genre)
    library.add("Two", genre=genre.title())
    library.add("Three", genre=f"{genre} fusion")

    for wanted in (genre, f" {genre} ", genre.upper()):
        assert library.found(genre=wanted) == ["One", "Two"]
    assert library.found(genre=library.word) == []


def test_genres_are_listed_with_counts(library: Library, client: httpx.Client):
    genre = f"genre {library.word}"
    for title, given in (("One", genre), ("Two", genre), ("Three", "")):
        library.add(title, genre=given)

    genres = {each["genre"]: each["count"] for each in client.get("/api/tracks/genres/").json()}

    assert len(genres) >= 8
    assert genres[genre] == 2
    assert "" not in genres
    for each, count in genres.items():
        listed = client.get("/api/tracks/", params={"genre": each, "limit": 1})
        assert listed.headers["X-Total-Count"] == str(count)


# --- Sorting the library -----------------------------------------------------------------------------

TRACKS = {
    "b": {"title": "Banjo", "artist": "Cem", "album": "1", "genre": "rock", "duration_seconds": 30},
    "a": {"title": "alto", "artist": "Ada", "album": "3", "genre": "jazz", "duration_seconds": 200},
    "c": {"title": "Cello", "artist": "bo", "album": "2", "genre": "Pop", "duration_seconds": 100},
}


ORDERS = {
    **{"title": ["alto", "Banjo", "Cello"], "artist": ["alto", "Cello", "Banjo"]},
    **{"album": ["Banjo", "Cello", "alto"], "genre": ["alto", "Cello", "Banjo"]},
    **{"duration_seconds": ["Banjo", "Cello", "alto"], "created_at": ["Banjo", "alto", "Cello"]},
}


@pytest.mark.both_sizes
def test_each_column_sorts_up_and_down(library: Library):
    for fields in TRACKS.values():
        library.add(**{**fields, "album": f"{fields['album']} {library.word}"})

    for ordering, titles in ORDERS.items():
        assert library.found(search=library.word, ordering=ordering) == titles
        assert library.found(search=library.word, ordering=f"-{ordering}") == [*reversed(titles)]


def test_an_unknown_ordering_is_a_400_and_the_default_is_by_id(client: httpx.Client):
    listed = client.get("/api/tracks/").json()
    ids = [track["id"] for track in listed]
    assert len(ids) >= 35
    assert ids == sorted(ids)
    for track in listed:
        check_track(track)
    assert client.get("/api/tracks/?search=&genre=&ordering=").json() == listed
    for ordering in ("votes", "-isrc", "title,artist", "--title", "TITLE", "title_key", "-", "id"):
        response = client.get("/api/tracks/", params={"ordering": ordering})
        rejected(response, 400, "VALIDATION_ERROR", "ordering")
    for field in ("search", "genre", "ordering"):
        for value in ("a\x00b", "x" * 301):
            rejected(client.get("/api/tracks/", params={field: value}), 400, "VALIDATION_ERROR", field)
