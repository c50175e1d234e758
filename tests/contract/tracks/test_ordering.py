"""Sorting the library."""

import httpx
import pytest

from tests.contract.libraries import Library
from tests.contract.refusals import refused

TRACKS = {
    "b": {"title": "Banjo", "artist": "Cem", "album": "1", "genre": "rock", "duration_seconds": 30},
    "a": {"title": "alto", "artist": "Ada", "album": "3", "genre": "jazz", "duration_seconds": 200},
    "c": {"title": "Cello", "artist": "bo", "album": "2", "genre": "Pop", "duration_seconds": 100},
}


@pytest.mark.parametrize(
    ("ordering", "titles"),
    [
        ("title", ["alto", "Banjo", "Cello"]),
        ("artist", ["alto", "Cello", "Banjo"]),
        ("album", ["Banjo", "Cello", "alto"]),
        ("genre", ["alto", "Cello", "Banjo"]),
        ("duration_seconds", ["Banjo", "Cello", "alto"]),
        ("created_at", ["Banjo", "alto", "Cello"]),
    ],
)
def test_each_column_sorts_up_and_down(library: Library, ordering: str, titles: list[str]):
    for fields in TRACKS.values():
        library.add(**{**fields, "album": f"{fields['album']} {library.word}"})

    assert library.found(search=library.word, ordering=ordering) == titles
    assert library.found(search=library.word, ordering=f"-{ordering}") == [*reversed(titles)]


def test_without_one_it_goes_by_id(client: httpx.Client):
    ids = [track["id"] for track in client.get("/api/tracks/").json()]

    assert ids == sorted(ids)


@pytest.mark.parametrize("ordering", ["votes", "-isrc", "title,artist", "--title", "TITLE", "id"])
def test_an_unknown_one_is_a_400(client: httpx.Client, ordering: str):
    refused(client.get("/api/tracks/", params={"ordering": ordering}), 400, "VALIDATION_ERROR", "ordering")
