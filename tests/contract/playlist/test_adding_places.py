"""Where a new item goes: `position`, `after`, `before`."""

import json
from typing import Any

import httpx
import pytest

from tests.contract.conftest import new_room
from tests.contract.queues import Queue
from tests.contract.refusals import refused
from tests.contract.witnesses import Witness


@pytest.mark.parametrize("position", [1.25, 0.5, 17.0, -3.0, 7, 1e15, -1e15, 1e-300])
def test_a_free_position_is_taken_as_it_is(queue: Queue, position: float):
    queue.fill(2)

    with Witness(queue) as witness:
        item = queue.add(queue.tracks[5], position=position)

    assert item["position"] == position
    assert witness.types == ["track.added"]
    assert item["id"] in queue.ids()


@pytest.mark.parametrize("written", ["0", "0.0", "-0.0", "-0"])
def test_every_zero_is_the_same_position(queue: Queue, written: str):
    answer = queue.post(
        content=f'{{"track_id": {queue.tracks[0]}, "position": {written}}}',
        headers={"Content-Type": "application/json"},
    )

    assert answer.status_code == 201
    assert json.loads(answer.content, parse_float=str)["position"] == "0.0"


def test_a_second_zero_goes_behind_the_first(queue: Queue):
    first = queue.add(queue.tracks[0], position=0)

    second = queue.add(queue.tracks[1], position=-0.0)

    assert queue.ids() == [first["id"], second["id"]]
    assert second["position"] == 1.0


def test_a_held_position_puts_it_directly_behind_who_holds_it(queue: Queue):
    first, second, third = queue.fill(3)

    with Witness(queue) as witness:
        item = queue.add(queue.tracks[5], position=2)

    assert item["position"] == 2.5
    assert queue.ids() == [first, second, item["id"], third]
    assert witness.types == ["track.added"]


def test_the_last_ones_position_puts_it_at_the_end(queue: Queue):
    first, second = queue.fill(2)

    item = queue.add(queue.tracks[5], position=2.0)

    assert item["position"] == 3.0
    assert queue.ids() == [first, second, item["id"]]


@pytest.mark.parametrize(
    ("place", "index", "position"),
    [
        ("after", 0, 1.5),
        ("after", 1, 2.5),
        ("after", 2, 4.0),
        ("before", 0, 0.0),
        ("before", 1, 1.5),
        ("before", 2, 2.5),
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
    assert queue.positions() == [-2.0, -1.0, 0.0, 1.0]


@pytest.mark.parametrize("names", [("position", "after"), ("after", "before"), ("position", "before")])
def test_two_places_at_once_are_a_400(queue: Queue, names: tuple[str, str]):
    (item,) = queue.fill(1)
    places = {"position": 3, "after": item, "before": item}

    with Witness(queue) as witness:
        body = {"track_id": queue.tracks[5]} | {name: places[name] for name in names}
        refused(queue.post(json=body), 400, "VALIDATION_ERROR", *names)

    assert witness.types == []


@pytest.mark.parametrize("place", ["after", "before"])
def test_an_item_of_another_room_is_no_neighbour(queue: Queue, client: httpx.Client, place: str):
    elsewhere = Queue(client, new_room(client), queue.tracks)
    (foreign,) = elsewhere.fill(1)

    with Witness(queue) as witness:
        body = {"track_id": queue.tracks[5], place: foreign}
        refused(queue.post(json=body), 400, "VALIDATION_ERROR", place)

    assert witness.types == []


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("position", 1e16),
        ("position", -1e16),
        ("position", "2"),
        ("position", True),
        ("position", [1]),
        ("after", "first"),
        ("before", True),
    ],
)
def test_no_place_at_all_is_a_400(queue: Queue, place: str, value: Any):
    with Witness(queue) as witness:
        body = {"track_id": queue.tracks[0], place: value}
        refused(queue.post(json=body), 400, "VALIDATION_ERROR", place)

    assert witness.types == []
