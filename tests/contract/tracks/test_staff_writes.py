"""What staff may change of the library, and what becomes of queues."""

import json
from typing import Any

import httpx
import pytest

from tests.contract.conftest import new_room, queue_of
from tests.contract.error_checks import rejected
from tests.contract.libraries import Library
from tests.contract.observers import Observer
from tests.contract.payload_checks import check_track
from tests.contract.queues import Queue

# --- Who may write to the library: the staff alone ---------------------------------------------------

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
def test_others_get_403_without_any_change(
    request: pytest.FixtureRequest, library: Library, client: httpx.Client, who: str, status: int, code: str
):
    """They may read."""
    http, track = request.getfixturevalue(who), library.add("Ours")
    total = client.get("/api/tracks/").headers["X-Total-Count"]

    for response in writes(http, track["id"]):
        rejected(response, status, code)

    assert http.get(f"/api/tracks/{track['id']}/").json() == track
    assert http.get("/api/tracks/").headers["X-Total-Count"] == total


# --- The staff writes to the library -----------------------------------------------------------------

WHOLE = {
    **{"title": "Take Five", "artist": "Dave Brubeck", "album": "Time Out", "duration_seconds": 324},
    **{"genre": "jazz", "cover_url": "https://covers.example/five.jpg"},
}


def test_staff_creates_changes_and_deletes_a_track(
    library: Library, client: httpx.Client, staff: httpx.Client
):
    track = library.add(**{**WHOLE, "title": "  Take Five ", "album": library.word}, isrc="qz-zzz-26-00009")
    path = f"/api/tracks/{track['id']}/"
    check_track(track)
    assert {name: track[name] for name in WHOLE} == {**WHOLE, "album": library.word}
    assert (track["isrc"], track["duration_formatted"]) == ("QZZZZ2600009", "5:24")
    assert client.get(path).json() == track

    changes = {"title": "Déjà Vu", "duration_seconds": None, "isrc": None}
    changed = library.change(track["id"], **changes)
    assert client.get(path).json() == changed == {**track, **changes, "duration_formatted": None}
    assert library.found(search=f"{library.word} deja brubeck") == ["Déjà Vu"]
    assert library.found(search=f"{library.word} five") == []

    replaced = staff.put(path, json={"title": "Five", "artist": "Dave"})
    assert replaced.status_code == 200
    unknown = ("cover_url", "duration_seconds", "duration_formatted")
    blank = {"album": "", "genre": "", **dict.fromkeys(unknown)}
    assert replaced.json() == {**changed, "title": "Five", "artist": "Dave", **blank}
    assert client.get(path).json() == replaced.json()
    rejected(staff.put(path, json={"title": "Five"}), 400, "VALIDATION_ERROR", "artist")

    library.delete(track["id"])
    rejected(client.get(path), 404, "NOT_FOUND")
    for response in writes(staff, track["id"])[1:]:
        rejected(response, 404, "NOT_FOUND")


@pytest.mark.both_sizes
def test_a_taken_isrc_is_a_409(library: Library, staff: httpx.Client):
    first = library.add("One", isrc="QZZZZ2600001")
    other = library.add("Twins", artist="One")["id"]
    library.add("Twins", artist="Other")
    body = {"title": "Two", "artist": "Nobody", "isrc": "qz-zzz-26-00001"}

    for method, path in (("POST", ""), ("PUT", f"{other}/"), ("PATCH", f"{other}/")):
        response = staff.request(method, f"/api/tracks/{path}", json=body)
        details = rejected(response, 409, "CONFLICT")
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


def test_an_invalid_track_is_a_400(staff: httpx.Client, library: Library):
    for field, value in NO_TRACKS:
        body = {**WHOLE, "album": library.word, field: value}
        rejected(staff.post("/api/tracks/", json=body), 400, "VALIDATION_ERROR", field)
    for no_object in ([], "Halo", 5, None, [WHOLE]):
        response = staff.post(
            "/api/tracks/", content=json.dumps(no_object), headers={"Content-Type": "application/json"}
        )
        rejected(response, 400, "VALIDATION_ERROR")
    rejected(staff.post("/api/tracks/", json={}), 400, "VALIDATION_ERROR", "title", "artist")

    assert library.found(search=library.word) == []


# --- A corrected library track is reported in every room where it waits ------------------------------


SHOWN = [
    *[("title", "Hello"), ("artist", "Bo"), ("album", "Now"), ("genre", "soul"), ("duration_seconds", 61)],
    *[("cover_url", "https://covers.example/1.jpg"), ("isrc", "QZZZZ2600007")],
]


def test_a_changed_track_sends_an_event_to_every_room_with_it(
    queue: Queue, voted_queue: Queue, library: Library, client: httpx.Client
):
    """Everything that an item shows counts, and what plays goes on."""
    track = library.add("Helo")
    first, second = queue.add(track["id"])["id"], voted_queue.add(track["id"])
    unconcerned = queue_of(client, new_room(client))
    unconcerned.fill(1)
    queue.play(first)

    with Observer(queue) as witness, Observer(voted_queue) as elsewhere, Observer(unconcerned, expected=[]):
        library.change(track["id"], title="Helo")
        for field, value in SHOWN:
            changed = library.change(track["id"], **{field: value})

    assert witness.types == elsewhere.types == ["track.updated"] * len(SHOWN)
    assert elsewhere.payloads[-1] == {**second, "track": changed}
    assert [(field, changed[field]) for field, _ in SHOWN] == SHOWN
    assert queue.playing() == first


# --- A deleted library track leaves every queue, with an event in each room; its plays stay in the history


def test_a_deleted_track_sends_an_event_to_every_room_and_stops_first(
    queue: Queue, voted_queue: Queue, library: Library, client: httpx.Client
):
    """History keeps it as it was, with earlier plays."""
    whole = library.add("Gone", artist="Cem", duration_seconds=90)
    track = whole["id"]
    first, second = queue.add(track)["id"], voted_queue.add(track)["id"]
    (other,) = queue.fill(1)
    for item_id in (first, other, first):
        queue.play(item_id)
    unconcerned = queue_of(client, new_room(client))
    unconcerned.fill(1)

    with (
        Observer(queue, expected=["track.playing", "track.removed"]) as witness,
        Observer(voted_queue) as elsewhere,
        Observer(unconcerned) as nowhere,
    ):
        library.delete(track)
        rejected(queue.post(json={"track_id": track}), 404, "NOT_FOUND")
        rejected(queue.post(f"{first}/restore/"), 404, "NOT_FOUND")

    assert witness.payloads == [
        {"id": None, "is_playing": False, "stopped_id": first},
        {"id": first, "track_id": track},
    ]
    assert (elsewhere.types, nowhere.types) == (["track.removed"], [])
    assert elsewhere.payloads == [{"id": second, "track_id": track}]
    assert queue.ids() == [other]
    plays = queue.history()
    assert [play["id"] for play in plays] == [first, other, first]
    assert plays[0]["track"] == plays[2]["track"] == whole
