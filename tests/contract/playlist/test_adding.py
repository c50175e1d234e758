"""Adding a track: what is told, where it goes, once in a room, so many, and by whom."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.contract.conftest import NewClient, new_room, queue_of
from tests.contract.queues import Queue
from tests.contract.refusals import refused
from tests.contract.witnesses import Witness

# --- Adding a track to the end of a queue ------------------------------------------------------------

A_MOMENT = timedelta(minutes=1)
NO_SUCH_TRACK = 2**53
NO_TRACKS = [{}, {"track_id": 1, "track": 2}, *({"track_id": named} for named in ("five", "5", True, [1], 0))]


def test_the_first_item_stands_at_one_and_the_next_ones_behind(queue: Queue):
    with Witness(queue) as witness:
        first, second = (queue.add(track_id) for track_id in queue.tracks[:2])
        third = queue.post(json={"track": queue.tracks[2]}).json()  # which is accepted for `track_id`

    assert [item["position"] for item in (first, second, third)] == [1.0, 2.0, 3.0]
    assert third["track_id"] == queue.tracks[2]
    assert queue.items() == [first, second, third]
    assert witness.types == ["track.added"] * 3
    assert witness.payloads == [first, second, third]


def test_a_new_item_is_whole(queue: Queue, client: httpx.Client):
    track = client.get(f"/api/tracks/{queue.tracks[0]}/").json()

    answer = queue.post(json={"track_id": track["id"], "added_by": "Ada"})

    item = answer.json()
    assert answer.status_code == 201
    assert answer.headers["Content-Type"].startswith("application/json")
    assert [*item] == [
        *("id", "track", "track_id", "position", "votes", "added_by", "is_playing"),
        *("added_at", "played_at"),
    ]
    assert item["track"] == track
    expected = {"track_id": track["id"], "votes": 0, "added_by": "Ada", "is_playing": False}
    assert {name: item[name] for name in expected} == expected
    assert item["played_at"] is None
    assert abs(datetime.fromisoformat(item["added_at"]) - datetime.now(UTC)) < A_MOMENT
    assert queue.item(item["id"]) == client.get(answer.headers["Location"]).json() == item


def test_an_item_that_is_not_there_is_a_404(queue: Queue):
    item_id = queue.add(queue.tracks[0])["id"]
    queue.remove(item_id)

    refused(queue.http.get(f"{queue.path}{item_id}/"), 404, "NOT_FOUND")
    refused(queue.delete(item_id), 404, "NOT_FOUND")
    refused(queue.patch(item_id, {"position": 1}), 404, "NOT_FOUND")


def test_an_unknown_track_is_a_404_and_what_names_none_a_400(queue: Queue):
    with Witness(queue) as witness:
        refused(queue.post(json={"track_id": NO_SUCH_TRACK}), 404, "NOT_FOUND")
        for body in NO_TRACKS:
            assert "track_id" in refused(queue.post(json=body), 400, "VALIDATION_ERROR"), body

    assert witness.types == []


def test_an_unknown_room_is_a_404(client: httpx.Client):
    writes = {"": {"track_id": 1}, "1/vote/": {"value": 1}, "1/play/": {}, "1/restore/": {}, "stop/": {}}
    asked: list[tuple[str, str, Any]] = [
        *(("GET", part, None) for part in ("", "1/", "my-votes/", "history/")),
        *(("POST", part, body) for part, body in writes.items()),
        *(("PATCH", "1/", {"position": 1}), ("DELETE", "1/", None)),
    ]
    for method, part, body in asked:
        answer = client.request(method, f"/api/rooms/nobody-is-here/playlist/{part}", json=body)
        assert refused(answer, 404, "NOT_FOUND") == {"room": "nobody-is-here"}


# --- Where a new item goes: `position`, `after`, `before` --------------------------------------------

NO_PLACES = [
    *[("position", value) for value in (1e16, -1e16, "2", True, [1])],
    *[("after", value) for value in ("first", -1)],
    ("before", True),
]


@pytest.mark.both_sizes
def test_a_free_position_is_taken_as_it_is(queue: Queue):
    places = [1.25, 0.5, 17.0, -3.0, 7, 1e15, -1e15, 1e-300]
    queue.fill(2)

    with Witness(queue) as witness:
        taken = [
            queue.add(track, position=place)["position"]
            for track, place in zip(queue.tracks[5:13], places, strict=True)
        ]

    assert taken == places
    assert queue.positions() == sorted([1.0, 2.0, *places])
    assert witness.types == ["track.added"] * len(places)


@pytest.mark.both_sizes
def test_every_zero_becomes_the_same_other_number_in_its_gap(queue: Queue):
    headers = {"Content-Type": "application/json"}
    for written in ("0", "0.0", "-0.0", "-0"):
        content = f'{{"track_id": {queue.tracks[0]}, "position": {written}}}'
        answer = queue.post(content=content, headers=headers)
        assert answer.status_code == 201
        for shown in (answer.content, queue.get(f"{answer.json()['id']}/").content):
            assert json.loads(shown, parse_float=str)["position"] == "0.5"
        queue.remove(answer.json()["id"])
    first = queue.add(queue.tracks[0], position=-1)

    behind = queue.add(queue.tracks[1], after=first["id"])
    between = queue.add(queue.tracks[2], position=-0.0)

    assert queue.ids() == [first["id"], between["id"], behind["id"]]
    assert queue.positions() == [-1.0, 0.25, 0.5]


@pytest.mark.parametrize("by", ["position", "before"])
def test_drops_on_the_head_by_a_client_that_computes_positions_stay_there(queue: Queue, by: str):
    """That client takes the position 0 for "no neighbour"."""
    queue.fill(5)
    for _ in range(4):
        items = queue.items()
        first, last = items[0], items[-1]
        place = first["position"] - 1 if by == "position" else first["id"]
        assert queue.place(last["id"], **{by: place})["position"] != 0
        assert queue.ids()[0] == last["id"]
    assert 0.0 not in queue.positions()


def test_a_held_position_puts_it_directly_behind_who_holds_it(queue: Queue):
    first, second, third = queue.fill(3)

    with Witness(queue) as witness:
        item = queue.add(queue.tracks[5], position=2)
        last = queue.add(queue.tracks[6], position=3.0)

    assert (item["position"], last["position"]) == (2.5, 4.0)
    assert queue.ids() == [first, second, item["id"], third, last["id"]]
    assert witness.types == ["track.added"] * 2


@pytest.mark.parametrize(
    ("place", "index", "position"),
    [
        *[("after", 0, 1.5), ("after", 1, 2.5), ("after", 2, 4.0)],
        *[("before", 0, 0.5), ("before", 1, 1.5), ("before", 2, 2.5)],
    ],
)
def test_next_to_an_item_it_gets_the_mean_of_its_neighbours(
    queue: Queue, place: str, index: int, position: float
):
    ids = queue.fill(3)

    with Witness(queue) as witness:
        item = queue.add(queue.tracks[5], **{place: ids[index]})

    assert item["position"] == position
    ids.insert(index + (place == "after"), item["id"])
    assert queue.ids() == ids
    assert witness.payloads == [item]


def test_before_the_first_can_go_on_below_zero(queue: Queue):
    (last,) = queue.fill(1)
    ids = [last]

    for track_id in queue.tracks[1:4]:
        ids.insert(0, queue.add(track_id, before=ids[0])["id"])

    assert queue.ids() == ids
    assert queue.positions() == [-1.5, -0.5, 0.5, 1.0]


def test_no_place_two_places_and_an_item_of_another_room_are_a_400(queue: Queue, client: httpx.Client):
    (item,) = queue.fill(1)
    (foreign,) = Queue(client, new_room(client), queue.tracks).fill(1)
    places = {"position": 3, "after": item, "before": item}

    with Witness(queue) as witness:
        body = {"track_id": queue.tracks[5]}
        for names in (("position", "after"), ("after", "before"), ("position", "before")):
            two = body | {name: places[name] for name in names}
            refused(queue.post(json=two), 400, "VALIDATION_ERROR", *names)
        for place in ("after", "before"):
            for stranger in (foreign, 2**53):
                refused(queue.post(json={**body, place: stranger}), 400, "VALIDATION_ERROR", place)
        for place, value in NO_PLACES:
            refused(queue.post(json={**body, place: value}), 400, "VALIDATION_ERROR", place)

    assert witness.types == []


# --- A track is queued once in a room ----------------------------------------------------------------


def test_a_second_time_is_a_409_that_names_the_first_until_that_has_gone(queue: Queue, client: httpx.Client):
    elsewhere = Queue(client, new_room(client), queue.tracks)
    first = queue.add(queue.tracks[0])

    with Witness(queue) as witness, Witness(elsewhere) as other:
        details = refused(queue.post(json={"track_id": queue.tracks[0]}), 409, "DUPLICATE_TRACK")
        elsewhere.add(queue.tracks[0])

    assert details == {"track_id": queue.tracks[0], "item_id": first["id"]}
    assert (witness.types, other.types) == ([], ["track.added"])
    queue.remove(first["id"])
    assert queue.add(queue.tracks[0])["id"] != first["id"]


@pytest.mark.both_sizes
def test_of_several_at_once_one_gets_in(queue: Queue, new_client: NewClient):
    callers = [queue.as_seen_by(new_client()) for _ in range(6)]

    with Witness(queue) as witness, ThreadPoolExecutor(len(callers)) as pool:
        answers = list(pool.map(lambda caller: caller.post(json={"track_id": queue.tracks[0]}), callers))

    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409, 409]
    (item,) = queue.items()
    for answer in answers:
        if answer.status_code == 409:
            assert refused(answer, 409, "DUPLICATE_TRACK")["item_id"] == item["id"]
    assert witness.types == ["track.added"]


# --- A room holds so many items and not one more (here MAX_QUEUE_ITEMS is 4) -------------------------


def test_one_more_is_a_409_until_one_goes(narrow_client: httpx.Client):
    queue = queue_of(narrow_client, new_room(narrow_client, order="manual"))
    a, b, c, d = queue.fill(4)

    with Witness(queue) as witness:
        details = refused(queue.post(json={"track_id": queue.tracks[4]}), 409, "QUEUE_FULL")
        queue.place(d, before=a)  # which needs no place more

    assert details == {"max_items": 4}
    assert queue.ids() == [d, a, b, c]
    assert witness.types == ["track.moved"]

    queue.remove(b)
    queue.add(queue.tracks[4])
    with Witness(queue) as witness:
        refused(queue.post(f"{b}/restore/"), 409, "QUEUE_FULL")
    assert witness.types == []


# --- Who has added an item, as the queue shows it ----------------------------------------------------

NAMES = ("x" * 50, "Bo & Cem", "<b>Bo</b>", "🎷" * 50, "Çem")
GIVEN = {"  Ada  ": "Ada", "\tAda\n": "Ada", " " + "y" * 50 + " ": "y" * 50, **{name: name for name in NAMES}}
NO_NAMES = ["", "   ", "x" * 51, "A\x00da", "A\nda", "A\x1bda", "A\x7fda", "A\u2028da", 5, ["Ada"]]
DISGUISES = ["Ada\u200b", "\u202eadA", "\u3164", "\u0410da"]  # the last begins with a Cyrillic letter


def test_somebody_unknown_or_without_a_name_is_anonymous(queue: Queue):
    assert queue.add(queue.tracks[0])["added_by"] == "Anonymous"
    queue.http.post("/api/guests/", json={})
    assert queue.add(queue.tracks[1])["added_by"] == "Anonymous"


def test_a_guest_goes_by_its_newest_name_alone_and_items_keep_the_one_they_had(
    queue: Queue, ada: httpx.Client
):
    as_ada = queue.as_seen_by(ada)
    with Witness(queue) as witness:
        as_ada.add(queue.tracks[0])
        ada.patch("/api/guests/me/", json={"name": "Ada L."})
        as_ada.add(queue.tracks[1])
        as_ada.add(queue.tracks[2], added_by="Maria")

    names = ["Ada", "Ada L.", "Ada L."]
    assert [payload["added_by"] for payload in witness.payloads] == names
    assert [item["added_by"] for item in queue.items()] == names


@pytest.mark.both_sizes
def test_a_name_is_trimmed_and_otherwise_kept(queue: Queue):
    shown = [
        queue.add(track, added_by=name)["added_by"]
        for track, name in zip(queue.tracks[: len(GIVEN)], GIVEN, strict=True)
    ]

    assert shown == [item["added_by"] for item in queue.items()] == [*GIVEN.values()]


def test_what_is_no_name_is_a_400(queue: Queue):
    with Witness(queue) as witness:
        for name in (*NO_NAMES, *DISGUISES):
            body = {"track_id": queue.tracks[0], "added_by": name}
            refused(queue.post(json=body), 400, "VALIDATION_ERROR", "added_by")

    assert witness.types == []
