"""When the numbers between two neighbours run out, the queue is numbered anew."""

from math import nextafter

import pytest

from tests.contract.queues import Queue
from tests.contract.witnesses import Witness

HIGHEST = 1e15


def test_the_same_gap_takes_any_number_of_items(queue: Queue):
    a, b, c, d = queue.fill(4)

    with Witness(queue) as witness:
        for number in range(60):
            moved, other = (c, d) if number % 2 else (d, c)
            item = queue.place(moved, after=a)
            state = queue.items()
            assert [item["id"] for item in state] == (
                [a, moved, b, other] if not number else [a, moved, other, b]
            )
            assert item == next(found for found in state if found["id"] == moved)

    assert "playlist.reordered" in witness.types
    assert witness.types.count("track.moved") == 60


def test_a_new_numbering_is_told_whole_and_in_order(queue: Queue):
    a, b, c = queue.fill(3)
    tight = nextafter(2.0, 3.0)

    with Witness(queue) as witness:
        item = queue.add(queue.tracks[10], position=tight)

    assert witness.types == ["track.added", "playlist.reordered"]
    places = witness.payloads[1]["items"]
    assert places == [
        {"id": item_id, "position": float(number)} for number, item_id in enumerate([a, b, item["id"], c], 1)
    ]
    assert item["position"] == 3.0
    assert queue.positions() == [1.0, 2.0, 3.0, 4.0]


def test_it_happens_as_soon_as_a_move_leaves_no_number_in_between(queue: Queue):
    a, b, c = queue.fill(3)

    with Witness(queue) as witness:
        item = queue.place(c, position=nextafter(1.0, 0.0))

    assert queue.ids() == [c, a, b]
    assert queue.positions() == [1.0, 2.0, 3.0]
    assert item["position"] == 1.0
    assert witness.types[-1] == "playlist.reordered"


def test_where_one_number_is_left_nothing_is_numbered_anew(queue: Queue):
    (_a,) = queue.fill(1)
    last_but_one = nextafter(nextafter(1.0, 2.0), 2.0)

    with Witness(queue) as witness:
        queue.add(queue.tracks[10], position=last_but_one)

    assert witness.types == ["track.added"]
    assert queue.positions() == [1.0, last_but_one]


@pytest.mark.parametrize(("held", "place"), [(HIGHEST, "after"), (-HIGHEST, "before")])
def test_behind_the_highest_and_before_the_lowest_position_it_is_numbered_anew(
    queue: Queue, held: float, place: str
):
    first = queue.add(queue.tracks[0], position=held)["id"]

    with Witness(queue) as witness:
        item = queue.add(queue.tracks[1], **{place: first})

    assert queue.ids() == ([first, item["id"]] if place == "after" else [item["id"], first])
    assert "playlist.reordered" in witness.types
    assert all(abs(position) <= 2 for position in queue.positions())
    assert item == queue.item(item["id"])


def test_one_at_the_end_of_the_numbers_that_is_moved_to_the_end_is_numbered_anew(queue: Queue):
    a, b = queue.fill(2)
    queue.place(b, position=HIGHEST)

    with Witness(queue) as witness:
        queue.place(a, after=b)

    assert queue.ids() == [b, a]
    assert "playlist.reordered" in witness.types
    assert max(queue.positions()) <= HIGHEST
