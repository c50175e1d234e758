"""A room holds so many items and not one more (here MAX_QUEUE_ITEMS is 4)."""

import httpx
import pytest

from tests.contract.conftest import new_room, queue_of
from tests.contract.queues import Queue
from tests.contract.refusals import refused
from tests.contract.witnesses import Witness


@pytest.fixture
def full_queue(narrow_client: httpx.Client) -> Queue:
    queue = queue_of(narrow_client, new_room(narrow_client, order="manual"))
    queue.fill(4)
    return queue


def test_one_more_is_a_409(full_queue: Queue):
    with Witness(full_queue) as witness:
        refused(full_queue.post(json={"track_id": full_queue.tracks[4]}), 409, "QUEUE_FULL")

    assert len(full_queue.items()) == 4
    assert witness.types == []


def test_one_that_goes_makes_room_for_another(full_queue: Queue):
    full_queue.remove(full_queue.ids()[1])

    with Witness(full_queue) as witness:
        full_queue.add(full_queue.tracks[4])

    assert len(full_queue.items()) == 4
    assert witness.types == ["track.added"]


def test_nothing_comes_back_into_a_full_queue(full_queue: Queue):
    removed = full_queue.ids()[1]
    full_queue.remove(removed)
    full_queue.add(full_queue.tracks[4])

    with Witness(full_queue) as witness:
        refused(full_queue.post(f"{removed}/restore/"), 409, "QUEUE_FULL")

    assert witness.types == []


def test_items_of_a_full_queue_can_be_moved(full_queue: Queue):
    ids = full_queue.ids()

    with Witness(full_queue) as witness:
        full_queue.place(ids[3], before=ids[0])

    assert full_queue.ids() == [ids[3], *ids[:3]]
    assert witness.types == ["track.moved"]
