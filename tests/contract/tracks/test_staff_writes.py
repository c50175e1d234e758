"""What staff may change of the library, and what becomes of queues."""

import json
from typing import Any

import httpx
import pytest

from tests.contract.conftest import new_room, queue_of
from tests.contract.libraries import Library
from tests.contract.queues import Queue
from tests.contract.refusals import refused
from tests.contract.shapes import check_track
from tests.contract.witnesses import Witness
from tests.processes import TuttiServer

# --- Who may write to the library: the staff and nobody else -----------------------------------------

BODY = {"title": "Mine", "artist": "Me"}


def writes(http: httpx.Client, track_id: int) -> list[httpx.Response]:
    one = f"/api/tracks/{track_id}/"
    return [
        http.post("/api/tracks/", json=BODY),
        http.put(one, json=BODY),
        http.patch(one, json={"title": "Mine"}),
        http.delete(one),
    ]


@pytest.mark.parametrize(
    ("who", "status", "code"),
    [
        ("client", 401, "NOT_AUTHENTICATED"),
        ("bo", 401, "NOT_AUTHENTICATED"),
        ("plain_account", 403, "PERMISSION_DENIED"),
    ],
)
def test_others_may_not_and_nothing_changes(
    request: pytest.FixtureRequest, library: Library, client: httpx.Client, who: str, status: int, code: str
):
    track = library.add("Ours")
    total = client.get("/api/tracks/").headers["X-Total-Count"]

    for answer in writes(request.getfixturevalue(who), track["id"]):
        refused(answer, status, code)

    assert client.get(f"/api/tracks/{track['id']}/").json() == track
    assert client.get("/api/tracks/").headers["X-Total-Count"] == total


@pytest.mark.parametrize("who", ["client", "bo", "plain_account"])
def test_everybody_may_read(request: pytest.FixtureRequest, server: TuttiServer, who: str):
    http = request.getfixturevalue(who)

    assert http.get("/api/tracks/").status_code == 200
    assert http.get("/api/tracks/genres/").status_code == 200


# --- The staff writes to the library -----------------------------------------------------------------

WHOLE = {
    **{"title": "Take Five", "artist": "Dave Brubeck", "album": "Time Out", "duration_seconds": 324},
    **{"genre": "jazz", "cover_url": "https://covers.example/five.jpg"},
}


def read(http: httpx.Client, track_id: int) -> dict[str, Any]:
    track: dict[str, Any] = http.get(f"/api/tracks/{track_id}/").json()
    return track


def test_a_new_track_can_be_read_by_everybody(library: Library, client: httpx.Client):
    track = library.add(**{**WHOLE, "title": "  Take Five "}, isrc="qz-zzz-26-00009")

    check_track(track)
    assert {name: track[name] for name in WHOLE} == WHOLE
    assert (track["isrc"], track["duration_formatted"]) == ("QZZZZ2600009", "5:24")
    assert read(client, track["id"]) == track


def test_a_patch_changes_what_it_names(library: Library, client: httpx.Client):
    track = library.add(**{**WHOLE, "album": library.word}, isrc="QZZZZ2600008")
    changes = {"title": "Déjà Vu", "duration_seconds": None, "isrc": None}

    changed = library.change(track["id"], **changes)

    assert changed == {**track, **changes, "duration_formatted": None}
    assert read(client, track["id"]) == changed
    assert library.found(search=f"{library.word} deja brubeck") == ["Déjà Vu"]
    assert library.found(search=f"{library.word} five") == []


def test_a_put_replaces_the_whole(library: Library, client: httpx.Client, staff: httpx.Client):
    track = library.add(**WHOLE)
    path = f"/api/tracks/{track['id']}/"

    answer = staff.put(path, json={"title": "Five", "artist": "Dave"})

    assert answer.status_code == 200
    unknown = ("cover_url", "duration_seconds", "duration_formatted")
    blank = {"album": "", "genre": "", **dict.fromkeys(unknown)}
    assert answer.json() == {**track, "title": "Five", "artist": "Dave", **blank}
    assert read(client, track["id"]) == answer.json()
    refused(staff.put(path, json={"title": "Five"}), 400, "VALIDATION_ERROR", "artist")


def test_a_deleted_track_is_gone(library: Library, client: httpx.Client, staff: httpx.Client):
    track = library.add(**WHOLE)
    path = f"/api/tracks/{track['id']}/"

    library.delete(track["id"])

    refused(client.get(path), 404, "NOT_FOUND")
    for method in ("PUT", "PATCH", "DELETE"):
        refused(staff.request(method, path, json=None if method == "DELETE" else WHOLE), 404, "NOT_FOUND")


@pytest.mark.both_sizes
def test_an_isrc_belongs_to_one_track(library: Library, staff: httpx.Client):
    first = library.add("One", isrc="QZZZZ2600001")
    other = library.add("Twins", artist="One")["id"]
    library.add("Twins", artist="Other")
    body = {"title": "Two", "artist": "Nobody", "isrc": "qz-zzz-26-00001"}

    for method, path in (("POST", ""), ("PUT", f"{other}/"), ("PATCH", f"{other}/")):
        answer = staff.request(method, f"/api/tracks/{path}", json=body)
        details = refused(answer, 409, "CONFLICT")
        assert details == {"isrc": "QZZZZ2600001", "track_id": first["id"]}

    assert library.found(search=f"two {library.word}") == []
    assert library.found(search=f"twins {library.word}") == ["Twins", "Twins"]
    own = {"title": "One", "artist": "Nobody", "album": library.word, "isrc": first["isrc"], "genre": "pop"}
    assert staff.put(f"/api/tracks/{first['id']}/", json=own).json()["genre"] == "pop"


NO_TRACKS: list[tuple[str, Any]] = [
    *[("title", value) for value in ("", "   ", None, 1979, True, ["x"], "x" * 301, "x\x00y", "x\ny")],
    *[("artist", value) for value in ("", 5)],
    *[("album", value) for value in (None, "x" * 301)],
    *[("genre", value) for value in ("x" * 101, "a\x07b")],
    *[("duration_seconds", value) for value in (0, -1, 1.5, 355.0, "355", True, 7 * 86400 + 1, 10**30)],
    *[
        ("cover_url", value)
        for value in ("", "javascript:alert(1)", "ftp://example.org/a.png", "covers/five.jpg", "https://")
    ],
    *[("cover_url", value) for value in ("https://[/a.png", "https://example.org/a b.png")],
    *[("isrc", value) for value in ("", "not one", "GBUM7102960", "GBUM710296040", "1BUM71029604")],
    *[("isrc", value) for value in ("GBUM7102960٣", 7)],
]


def test_what_is_no_track_is_a_400(staff: httpx.Client, library: Library):
    for field, value in NO_TRACKS:
        body = {**WHOLE, "album": library.word, field: value}
        refused(staff.post("/api/tracks/", json=body), 400, "VALIDATION_ERROR", field)
    for no_object in ([], "Halo", 5, None, [WHOLE]):
        answer = staff.post(
            "/api/tracks/", content=json.dumps(no_object), headers={"Content-Type": "application/json"}
        )
        refused(answer, 400, "VALIDATION_ERROR")
    refused(staff.post("/api/tracks/", json={}), 400, "VALIDATION_ERROR", "title", "artist")

    assert library.found(search=library.word) == []


# --- A library track that is corrected is told in every room where it waits --------------------------


def test_every_room_that_shows_it_is_told(queue: Queue, voted_queue: Queue, library: Library):
    track = library.add("Helo", artist="Adele")
    first, second = queue.add(track["id"]), voted_queue.add(track["id"])

    with Witness(queue) as witness, Witness(voted_queue) as elsewhere:
        corrected = library.change(track["id"], title="Hello")

    assert witness.types == elsewhere.types == ["track.updated"]
    assert witness.payloads == [{**first, "track": corrected}]
    assert elsewhere.payloads == [{**second, "track": corrected}]


SHOWN = [
    *[("artist", "Bo"), ("album", "Now"), ("genre", "soul"), ("duration_seconds", 61)],
    *[("cover_url", "https://covers.example/1.jpg"), ("isrc", "QZZZZ2600007")],
]


def test_everything_that_an_item_shows_counts_and_what_stays_the_same_does_not(
    queue: Queue, library: Library
):
    track = library.add("Plain")
    item = queue.add(track["id"])

    with Witness(queue) as witness:
        library.change(track["id"], title="Plain")
        for field, value in SHOWN:
            library.change(track["id"], **{field: value})

    assert witness.types == ["track.updated"] * len(SHOWN)
    shown = queue.item(item["id"])["track"]
    assert [(field, shown[field]) for field, _ in SHOWN] == SHOWN


def test_rooms_without_it_hear_nothing_and_what_plays_goes_on(
    queue: Queue, voted_queue: Queue, library: Library
):
    track = library.add("Helo")
    item = queue.add(track["id"])["id"]
    queue.play(item)
    voted_queue.fill(2)

    with Witness(queue) as witness, Witness(voted_queue) as elsewhere:
        library.change(track["id"], title="Hello")

    assert (witness.types, elsewhere.types) == (["track.updated"], [])
    assert witness.payloads[0]["is_playing"] is True
    assert queue.playing() == item


# --- A library track that is deleted leaves every queue, each told in its room; history keeps its plays


def test_every_room_that_shows_it_is_told_and_where_it_plays_it_stops_first(
    queue: Queue, voted_queue: Queue, library: Library, client: httpx.Client
):
    track = library.add("Gone")["id"]
    first, second = queue.add(track)["id"], voted_queue.add(track)["id"]
    (other,) = queue.fill(1)
    queue.play(first)
    unconcerned = queue_of(client, new_room(client))
    unconcerned.fill(1)

    with Witness(queue) as witness, Witness(voted_queue) as elsewhere, Witness(unconcerned) as nowhere:
        library.delete(track)

    assert witness.types == ["track.playing", "track.removed"]
    assert witness.payloads == [
        {"id": None, "is_playing": False, "stopped_id": first},
        {"id": first, "track_id": track},
    ]
    assert (elsewhere.types, nowhere.types) == (["track.removed"], [])
    assert elsewhere.payloads == [{"id": second, "track_id": track}]
    assert queue.ids() == [other]


def test_history_keeps_it_as_it_was(queue: Queue, library: Library):
    track = library.add("Gone", artist="Cem", duration_seconds=90)
    item = queue.add(track["id"], added_by="Ada")
    queue.play(item["id"])

    library.delete(track["id"])

    (play,) = queue.history()
    assert (play["id"], play["track"], play["added_by"]) == (item["id"], track, "Ada")


def test_history_keeps_plays_of_before(queue: Queue, library: Library):
    track = library.add("Gone")
    item = queue.add(track["id"])["id"]
    (other,) = queue.fill(1)
    queue.play(item)
    queue.play(other)
    queue.remove(item)

    library.delete(track["id"])

    assert [play["track"] for play in queue.history()] == [track]


def test_it_can_neither_be_added_nor_restored(queue: Queue, library: Library, client: httpx.Client):
    track = library.add("Gone")["id"]
    item = queue.add(track)["id"]

    library.delete(track)

    with Witness(queue) as witness:
        refused(queue.post(json={"track_id": track}), 404, "NOT_FOUND")
        refused(queue.post(f"{item}/restore/"), 404, "NOT_FOUND")
    assert witness.types == []
