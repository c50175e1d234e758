"""Lists, genres and searches, where the whole library has to be the test's own."""

import pytest

from apps.tracks.selectors import listed_tracks

pytestmark = pytest.mark.django_db


def found(search: str) -> list[str]:
    return [track.title for track in listed_tracks(search=search)]


@pytest.mark.parametrize("field", ["title", "artist", "album", "genre"])
def test_texts_sort_without_case_and_accents_and_equals_by_id(client, add_track, field: str):
    for value in ("delta", "Éclair", "alpha", "Bravo", "ALPHA"):
        add_track(**{"title": "T", "artist": "A", field: value})
    for ordering, expected in (
        (field, ["alpha", "ALPHA", "Bravo", "delta", "Éclair"]),
        (f"-{field}", ["Éclair", "delta", "Bravo", "alpha", "ALPHA"]),
    ):
        rows = client.get("/api/tracks/", {"ordering": ordering}).json()
        assert [row[field] for row in rows] == expected


@pytest.mark.parametrize(
    ("ordering", "titles"),
    [("duration_seconds", ["short", "long", "unknown"]), ("-duration_seconds", ["long", "short", "unknown"])],
)
def test_unknown_durations_come_last_both_ways(client, add_track, ordering: str, titles: list[str]):
    for title, seconds in (("unknown", None), ("long", 500), ("short", 100)):
        add_track(title, duration_seconds=seconds)
    rows = client.get("/api/tracks/", {"ordering": ordering}).json()
    assert [row["title"] for row in rows] == titles


@pytest.mark.parametrize("field", ["search", "genre", "ordering"])
@pytest.mark.parametrize("value", ["a\x00b", "x" * 301])
def test_what_no_database_takes_is_refused(client, field: str, value: str):
    answer = client.get("/api/tracks/", {field: value})
    assert answer.status_code == 400
    assert list(answer.json()["error"]["details"]) == [field]


# --- Searches ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("search", "title"), [("!!!", "Me and !!!"), ("%", "50%"), ("_", "a_b"), ("☆", "☆")])
def test_search_without_letters_is_taken_literally(add_track, search: str, title: str):
    add_track("Halo", "Beyoncé")
    add_track(title, "Somebody")
    assert found(search) == [title]


def test_literal_match_is_ranked_too(add_track):
    for title, artist in (("Me and !!!", "A"), ("!!! again", "B"), ("!!!", "C")):
        add_track(title, artist)
    assert found("!!!") == ["!!!", "!!! again", "Me and !!!"]


# --- Genres ------------------------------------------------------------------------------------------


def test_most_used_first_then_by_name_and_unknown_left_out(client, add_track):
    assert client.get("/api/tracks/genres/").json() == []
    for genre in ("soul", "Rock", "rock", "jazz", "ROCK", "rock", "", "folk"):
        add_track(genre=genre)
    answer = client.get("/api/tracks/genres/")
    assert answer.json() == [
        {"genre": "rock", "count": 4},
        *({"genre": genre, "count": 1} for genre in ("folk", "jazz", "soul")),
    ]
    assert answer["X-Total-Count"] == "4"
