"""The staff writes to the library."""

from typing import Any

import httpx
import pytest

from tests.contract.libraries import Library
from tests.contract.refusals import refused
from tests.contract.shapes import check_track

WHOLE = {
    **{"title": "Take Five", "artist": "Dave Brubeck", "album": "Time Out", "duration_seconds": 324},
    **{"genre": "jazz", "cover_url": "https://covers.example/five.jpg"},
}


def read(http: httpx.Client, track_id: int) -> dict[str, Any]:
    track: dict[str, Any] = http.get(f"/api/tracks/{track_id}/").json()
    return track


def test_a_new_track_can_be_read_by_everybody(library: Library, client: httpx.Client):
    track = library.add(**WHOLE)

    check_track(track)
    assert {name: track[name] for name in WHOLE} == WHOLE
    assert track["duration_formatted"] == "5:24"
    assert read(client, track["id"]) == track


def test_a_patch_changes_what_it_names(library: Library, client: httpx.Client):
    track = library.add(**WHOLE)

    changed = library.change(track["id"], title="Take Six", duration_seconds=None)

    assert changed == {**track, "title": "Take Six", "duration_seconds": None, "duration_formatted": None}
    assert read(client, track["id"]) == changed


def test_a_put_replaces_the_whole(library: Library, client: httpx.Client, staff: httpx.Client):
    track = library.add(**WHOLE)

    answer = staff.put(f"/api/tracks/{track['id']}/", json={"title": "Five", "artist": "Dave"})

    assert answer.status_code == 200
    blank = {
        "album": "",
        "genre": "",
        "cover_url": None,
        "duration_seconds": None,
        "duration_formatted": None,
    }
    assert answer.json() == {**track, "title": "Five", "artist": "Dave", **blank}
    assert read(client, track["id"]) == answer.json()


def test_a_deleted_track_is_gone(library: Library, client: httpx.Client):
    track = library.add(**WHOLE)

    library.delete(track["id"])

    refused(client.get(f"/api/tracks/{track['id']}/"), 404, "NOT_FOUND")
    refused(library.staff.delete(f"/api/tracks/{track['id']}/"), 404, "NOT_FOUND")


def test_an_isrc_belongs_to_one_track(library: Library, staff: httpx.Client):
    first = library.add("One", isrc="QZZZZ2600001")

    body = {"title": "Two", "artist": "Nobody", "isrc": "QZZZZ2600001"}
    refused(staff.post("/api/tracks/", json=body), 409, "CONFLICT")

    assert first["isrc"] == "QZZZZ2600001"
    assert library.found(search=f"two {library.word}") == []


def test_without_an_isrc_tracks_may_be_alike(library: Library):
    library.add("Twins", artist="One")
    library.add("Twins", artist="Other")

    assert library.found(search=f"twins {library.word}") == ["Twins", "Twins"]


@pytest.mark.parametrize(
    ("field", "value"),
    [("title", ""), ("title", None), ("title", "x\x00y"), ("artist", ""), ("artist", 5)]
    + [("duration_seconds", value) for value in (0, -1, 1.5, "355", True)]
    + [("cover_url", "javascript:alert(1)"), ("cover_url", "covers/five.jpg"), ("isrc", "not one")],
)
def test_what_is_no_track_is_a_400(staff: httpx.Client, library: Library, field: str, value: Any):
    body = {**WHOLE, "album": library.word, field: value}

    refused(staff.post("/api/tracks/", json=body), 400, "VALIDATION_ERROR", field)

    assert library.found(search=library.word) == []


def test_what_is_missing_is_named(staff: httpx.Client):
    refused(staff.post("/api/tracks/", json={}), 400, "VALIDATION_ERROR", "title", "artist")
