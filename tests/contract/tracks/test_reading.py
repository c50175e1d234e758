"""Reading one track."""

import httpx
import pytest

from tests.contract.libraries import Library
from tests.contract.refusals import refused
from tests.contract.shapes import check_track


def test_a_track_is_whole(client: httpx.Client):
    (listed,) = client.get("/api/tracks/", params={"search": "bohemian rhapsody"}).json()

    track = client.get(f"/api/tracks/{listed['id']}/").json()

    assert track == listed
    check_track(track)
    expected = {
        **{"title": "Bohemian Rhapsody", "artist": "Queen", "album": "A Night at the Opera"},
        **{"duration_seconds": 355, "duration_formatted": "5:55", "genre": "rock", "cover_url": None},
        "isrc": "GBUM71029604",
    }
    assert {name: track[name] for name in expected} == expected


def test_every_seeded_track_keeps_to_the_contract(client: httpx.Client):
    tracks = client.get("/api/tracks/").json()

    assert len(tracks) >= 35
    for track in tracks:
        check_track(track)


@pytest.mark.parametrize(
    ("seconds", "formatted"),
    [(1, "0:01"), (59, "0:59"), (60, "1:00"), (3599, "59:59"), (3600, "1:00:00"), (3723, "1:02:03")],
)
def test_a_duration_is_given_as_people_write_it(library: Library, seconds: int, formatted: str):
    track = library.add("Long", duration_seconds=seconds)

    assert (track["duration_seconds"], track["duration_formatted"]) == (seconds, formatted)


def test_what_is_not_known_is_null_or_empty(library: Library, client: httpx.Client):
    made = library.add("Sparse", album="")

    track = client.get(f"/api/tracks/{made['id']}/").json()

    unknown = ("duration_seconds", "duration_formatted", "cover_url", "isrc")
    assert [track[name] for name in unknown] == [None] * 4
    assert (track["album"], track["genre"]) == ("", "")


@pytest.mark.parametrize("track_id", ["9007199254740992", "0", "x", "1.5"])
def test_what_is_not_in_the_library_is_a_404(client: httpx.Client, track_id: str):
    refused(client.get(f"/api/tracks/{track_id}/"), 404, "NOT_FOUND")
