"""Adding a track: its events, its position, duplicates, limits, and `added_by`."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.contract.conftest import new_room, queue_of
from tests.contract.error_checks import rejected
from tests.contract.observers import Observer
from tests.contract.queues import Queue

# --- Adding a track to the end of a queue ------------------------------------------------------------

NO_SUCH_TRACK = 2**53
NO_TRACKS = [{}, {"track_id": 1, "track": 2}, *({"track_id": named} for named in ("five", "5", True, [1], 0))]


def test_a_new_item_has_every_field_and_the_last_position(queue: Queue, client: httpx.Client):
    track = client.get(f"/api/tracks/{queue.tracks[0]}/").json()

    with Observer(queue) as witness:
        response = queue.post(json={"track_id": track["id"], "added_by": "Ada"})
        second = queue.post(json={"track": queue.tracks[1]}).json()  # which is accepted for `track_id`

    item = response.json()
    assert response.status_code == 201
    assert [*item] == [
        *("id", "track", "track_id", "position", "votes", "added_by", "is_playing"),
        *("added_at", "played_at"),
    ]
    assert item["track"] == track
    expected = {"track_id": track["id"], "votes": 0, "added_by": "Ada", "is_playing": False}
    assert {name: item[name] for name in expected} == expected
    assert item["played_at"] is None
    assert abs(datetime.fromisoformat(item["added_at"]) - datetime.now(UTC)) < timedelta(minutes=1)
    assert queue.item(item["id"]) == client.get(response.headers["Location"]).json() == item
    assert (item["position"], second["position"], second["track_id"]) == (1.0, 2.0, queue.tracks[1])
    assert queue.items() == witness.payloads == [item, second]
    queue.remove(item["id"])
    rejected(client.get(response.headers["Location"]), 404, "NOT_FOUND")
    rejected(queue.patch(item["id"], {"position": 1}), 404, "NOT_FOUND")


def test_an_unknown_track_is_a_404_and_an_invalid_id_a_400(queue: Queue):
    with Observer(queue, expected=[]):
        rejected(queue.post(json={"track_id": NO_SUCH_TRACK}), 404, "NOT_FOUND")
        for body in NO_TRACKS:
            assert "track_id" in rejected(queue.post(json=body), 400, "VALIDATION_ERROR"), body


def test_an_unknown_room_is_a_404(client: httpx.Client):
    writes = {"": {"track_id": 1}, "1/vote/": {"value": 1}, "1/play/": {}, "1/restore/": {}, "stop/": {}}
    asked: list[tuple[str, str, Any]] = [
        *(("GET", part, None) for part in ("", "1/", "my-votes/", "history/")),
        *(("POST", part, body) for part, body in writes.items()),
        *(("PATCH", "1/", {"position": 1}), ("DELETE", "1/", None)),
    ]
    for method, part, body in asked:
        response = client.request(method, f"/api/rooms/nobody-is-here/playlist/{part}", json=body)
        assert rejected(response, 404, "NOT_FOUND") == {"room": "nobody-is-here"}


# --- Where a new item goes: `position`, `after`, `before` --------------------------------------------


@pytest.mark.both_sizes
def test_a_position_of_zero_is_replaced_within_its_gap(queue: Queue):
    headers = {"Content-Type": "application/json"}
    for written in ("0", "0.0", "-0.0", "-0"):
        content = f'{{"track_id": {queue.tracks[0]}, "position": {written}}}'
        response = queue.post(content=content, headers=headers)
        assert response.status_code == 201
        for shown in (response.content, queue.get(f"{response.json()['id']}/").content):
            assert json.loads(shown, parse_float=str)["position"] == "0.5"
        queue.remove(response.json()["id"])
    first = queue.add(queue.tracks[0], position=-1)

    behind = queue.add(queue.tracks[1], after=first["id"])
    between = queue.add(queue.tracks[2], position=-0.0)

    assert queue.ids() == [first["id"], between["id"], behind["id"]]
    assert queue.positions() == [-1.0, 0.25, 0.5]


@pytest.mark.parametrize("by", ["position", "before"])
def test_positions_computed_by_a_client_keep_an_item_at_the_head(queue: Queue, by: str):
    """That client takes the position 0 for "no neighbour"."""
    queue.fill(5)
    for _ in range(4):
        items = queue.items()
        first, last = items[0], items[-1]
        place = first["position"] - 1 if by == "position" else first["id"]
        queue.place(last["id"], **{by: place})
        assert queue.ids()[0] == last["id"]
        assert 0.0 not in queue.positions()


@pytest.mark.both_sizes
def test_a_position_is_a_number_or_a_neighbour(queue: Queue):
    """More of it, and moves, against a model: tests/invariants/test_state_machine.py."""
    ids = queue.fill(3)
    places: list[tuple[dict[str, float], float]] = [
        *[({"after": ids[0]}, 1.5), ({"after": ids[2]}, 4.0), ({"before": ids[0]}, 0.5)],
        *[({"before": ids[2]}, 2.5), ({"position": 2}, 2.25), ({"position": 4.0}, 5.0)],
        *[({"position": number}, number) for number in (1.25, -3.0, 7, 1e15, -1e15, 1e-300)],
    ]
    taken = [position for _, position in places]

    with Observer(queue) as witness:
        added = [queue.add(queue.tracks[5 + number], **place) for number, (place, _) in enumerate(places)]

    assert [item["position"] for item in added] == taken
    assert queue.positions() == sorted([1.0, 2.0, 3.0, *taken])
    assert witness.payloads == added


# --- A track is queued once in a room ----------------------------------------------------------------


def test_a_queued_track_is_a_409_that_names_its_item_until_that_is_removed(
    queue: Queue, client: httpx.Client
):
    elsewhere = Queue(client, new_room(client), queue.tracks)
    first = queue.add(queue.tracks[0])

    with Observer(queue) as witness, Observer(elsewhere) as other:
        details = rejected(queue.post(json={"track_id": queue.tracks[0]}), 409, "DUPLICATE_TRACK")
        elsewhere.add(queue.tracks[0])

    assert details == {"track_id": queue.tracks[0], "item_id": first["id"]}
    assert (witness.types, other.types) == ([], ["track.added"])
    queue.remove(first["id"])
    assert queue.add(queue.tracks[0])["id"] != first["id"]


# --- A room holds so many items and not one more (here MAX_QUEUE_ITEMS is 4) -------------------------


def test_adding_to_a_full_room_is_a_409_until_an_item_is_removed(narrow_client: httpx.Client):
    queue = queue_of(narrow_client, new_room(narrow_client, order="manual"))
    a, b, c, d = queue.fill(4)

    with Observer(queue, expected=["track.moved"]):
        details = rejected(queue.post(json={"track_id": queue.tracks[4]}), 409, "QUEUE_FULL")
        queue.place(d, before=a)  # which needs no place more

    assert details == {"max_items": 4}
    assert queue.ids() == [d, a, b, c]

    queue.remove(b)
    queue.add(queue.tracks[4])
    with Observer(queue, expected=[]):
        rejected(queue.post(f"{b}/restore/"), 409, "QUEUE_FULL")


# --- Who has added an item, as the queue shows it ----------------------------------------------------

NAMES = ("x" * 50, "Bo & Cem", "<b>Bo</b>", "🎷" * 50, "Çem", "王", "אבג")
GIVEN = {"  Ada  ": "Ada", "\tAda\n": "Ada", " " + "y" * 50 + " ": "y" * 50, **{name: name for name in NAMES}}
NO_NAMES = ["", "   ", "x" * 51, "A\x00da", "A\nda", "A\x1bda", "A\x7fda", "A\u2028da", 5, ["Ada"]]
DISGUISES = ["Ada\u200b", "\u202eadA", "\u3164", "\u0410da"]  # the last begins with a Cyrillic letter


def test_new_items_have_the_guests_current_name_and_older_ones_keep_theirs(queue: Queue, ada: httpx.Client):
    """An unknown caller or one without a name is anonymous."""
    as_ada = queue.as_seen_by(ada)
    with Observer(queue) as witness:
        queue.add(queue.tracks[3])
        queue.http.post("/api/guests/", json={})
        queue.add(queue.tracks[4])
        as_ada.add(queue.tracks[0])
        ada.patch("/api/guests/me/", json={"name": "Ada L."})
        as_ada.add(queue.tracks[1])
        as_ada.add(queue.tracks[2], added_by="Maria")

    names = ["Anonymous", "Anonymous", "Ada", "Ada L.", "Ada L."]
    assert [payload["added_by"] for payload in witness.payloads] == names
    assert [item["added_by"] for item in queue.items()] == names


@pytest.mark.both_sizes
def test_a_name_is_trimmed_and_otherwise_kept(queue: Queue):
    shown = [
        queue.add(track, added_by=name)["added_by"]
        for track, name in zip(queue.tracks[: len(GIVEN)], GIVEN, strict=True)
    ]

    assert shown == [item["added_by"] for item in queue.items()] == [*GIVEN.values()]


def test_an_invalid_name_is_a_400(queue: Queue):
    with Observer(queue, expected=[]):
        for name in (*NO_NAMES, *DISGUISES):
            body = {"track_id": queue.tracks[0], "added_by": name}
            rejected(queue.post(json=body), 400, "VALIDATION_ERROR", "added_by")
