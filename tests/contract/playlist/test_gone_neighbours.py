"""`after` and `before` name an item that has gone meanwhile: the nearest sensible place is taken."""

import pytest

from tests.contract.queues import Queue
from tests.contract.witnesses import Witness


@pytest.mark.parametrize("place", ["after", "before"])
def test_a_moved_item_goes_where_the_gone_one_was(queue: Queue, place: str):
    a, b, c, d = queue.fill(4)
    queue.remove(b)

    with Witness(queue) as witness:
        item = queue.place(d, **{place: b})

    assert queue.ids() == [a, d, c]
    assert item == queue.item(d)
    assert witness.types == ["track.moved"]


@pytest.mark.parametrize("place", ["after", "before"])
def test_a_new_item_goes_where_the_gone_one_was(queue: Queue, place: str):
    a, b, c = queue.fill(3)
    queue.remove(b)

    with Witness(queue) as witness:
        item = queue.add(queue.tracks[10], **{place: b})

    assert queue.ids() == [a, item["id"], c]
    assert witness.types == ["track.added"]


def test_where_the_one_in_front_has_gone_too_the_place_is_still_found(queue: Queue):
    a, b, c, d, e = queue.fill(5)
    queue.remove(c)
    queue.remove(b)

    queue.place(e, after=c)

    assert queue.ids() == [a, e, d]


def test_where_the_first_has_gone_the_place_is_the_head(queue: Queue):
    a, b, c = queue.fill(3)
    queue.remove(a)

    queue.place(c, after=a)

    assert queue.ids() == [c, b]


def test_where_the_last_has_gone_the_place_is_the_end(queue: Queue):
    a, b, c = queue.fill(3)
    queue.remove(c)

    queue.place(a, after=c)

    assert queue.ids() == [b, a]


def test_next_to_the_gone_one_already_is_no_event(queue: Queue):
    _, b, c = queue.fill(3)
    queue.remove(b)
    before = queue.item(c)

    with Witness(queue) as witness:
        item = queue.place(c, after=b)

    assert item == before
    assert witness.types == []


def test_in_an_empty_queue_every_place_is_the_first(queue: Queue):
    (a,) = queue.fill(1)
    queue.remove(a)

    item = queue.add(queue.tracks[10], after=a)

    assert item["position"] == 1.0
    assert queue.ids() == [item["id"]]
