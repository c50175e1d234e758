"""Numbers run out in the end; the order that was asked for stays."""

import math
import random
from collections.abc import Callable

import pytest

from tests.fold import Snapshot
from tests.invariants import invariants
from tests.invariants.rooms import RoomClient, ids_of, types_of

# Halving a gap of 1 runs out of numbers after some 50. This one does after 20: that happens once, and with
# `--long` four times.
NARROW = 2.0**-30
INSERTS, LONG_INSERTS = 30, 200
# A number is the same in both databases. Renumbering, which is not, is tried in both below, and by chance in
# test_state_machine.py.
in_one_size = pytest.mark.parametrize("size", ["embedded"], indirect=True)

# Where the next one goes: a place, and its index in the list of what was put so far between the two ends.
NextPlace = Callable[[list[int], random.Random], tuple[dict[str, int], int]]


def behind_the_first(queue: list[int], _: random.Random) -> tuple[dict[str, int], int]:
    return {"after": queue[0]}, 1


def around_the_middle(queue: list[int], chance: random.Random) -> tuple[dict[str, int], int]:
    """Always into the gap that was just made narrower, named from one side or the other."""
    middle = len(queue) // 2
    if chance.random() < 0.5:
        return {"after": queue[middle - 1]}, middle
    return {"before": queue[middle]}, middle


def judge(room: RoomClient, start: Snapshot, order: list[int]) -> list[str]:
    """The order is the requested one, and was reported so; returns the types of the events."""
    end, events = room.fetch(), room.events_after(start)
    assert ids_of(end) == order
    invariants.check_i2_fold_equals_fetch(start, events, [end])
    invariants.check_i4_order_is_strict(end)
    return types_of(events)


def narrow_queue(room: RoomClient, track_ids: list[int]) -> list[int]:
    """Ids of items that stand close to each other."""
    added = [room.add(track, position=1.0 + number * NARROW) for number, track in enumerate(track_ids)]
    return [operation.answer["id"] for operation in added]


@pytest.mark.parametrize(
    ("size", "next_place"),
    [("embedded", behind_the_first), ("embedded", around_the_middle), ("server", around_the_middle)],
    indirect=["size"],
    scope="session",
)
def test_inserts_into_a_gap_keep_every_neighbour(
    own_room: RoomClient, library: list[int], next_place: NextPlace, seed: int, pytestconfig: pytest.Config
) -> None:
    start = own_room.fetch()
    queue = narrow_queue(own_room, library[:2])
    chance = random.Random(seed)
    for track_id in library[2 : 2 + (LONG_INSERTS if pytestconfig.getoption("--long") else INSERTS)]:
        place, index = next_place(queue, chance)
        added = own_room.add(track_id, **place)
        assert added.status == 201
        queue.insert(index, added.answer["id"])
    types = judge(own_room, start, queue)
    assert "playlist.reordered" in types, "the gap never ran out: nothing is proved"


def test_repeated_moves_between_two_items_keep_the_order(own_room: RoomClient, library: list[int]) -> None:
    queue = narrow_queue(own_room, library[:6])
    first, others = queue[0], queue[1:]
    start = own_room.fetch()
    for turn in range(30):
        moving = others[turn * 2 % 5]
        assert own_room.move(moving, after=first).status == 200
        queue.remove(moving)
        queue.insert(1, moving)
    assert "playlist.reordered" in judge(own_room, start, queue)


@in_one_size
def test_repeated_plays_keep_the_order_by_votes(votes_room: RoomClient, library: list[int]) -> None:
    queue = votes_room.add_all(library[:4])
    start = votes_room.fetch()
    for turn in range(60):
        assert votes_room.play(queue[1 + turn % 3]).status == 200
    playing = queue[1 + 59 % 3]
    judge(votes_room, start, [playing, *[item_id for item_id in queue if item_id != playing]])


def test_items_can_be_inserted_next_to_the_largest_positions(
    own_room: RoomClient, library: list[int]
) -> None:
    start = own_room.fetch()
    lowest = own_room.add(library[0], position=-1e15).answer["id"]
    first = own_room.add(library[1], before=lowest).answer["id"]
    assert judge(own_room, start, [first, lowest]) == ["track.added", "playlist.reordered", "track.added"]

    start = own_room.fetch()
    highest = own_room.add(library[2], position=1e15).answer["id"]
    same = own_room.add(library[3], position=1e15).answer["id"]
    last = own_room.add(library[4]).answer["id"]
    assert "playlist.reordered" in judge(own_room, start, [first, lowest, highest, same, last])


@in_one_size
@pytest.mark.parametrize(
    ("lower", "upper"),
    [
        (-1e-323, -5e-324),
        (5e-324, 1e-323),
        (-5e-324, 5e-324),
        (2.2250738585072014e-308, math.nextafter(2.2250738585072014e-308, 1)),
        (1.0, math.nextafter(1, 2)),
        (math.nextafter(1e15, 0), 1e15),
        (-1e15, math.nextafter(-1e15, 0)),
    ],
)
def test_neighbours_without_a_midpoint_are_renumbered_immediately(
    own_room: RoomClient, library: list[int], lower: float, upper: float
) -> None:
    start = own_room.fetch()
    first = own_room.add(library[0], position=lower).answer["id"]
    last = own_room.add(library[1], position=upper).answer["id"]
    judge(own_room, start, [first, last])
    between = own_room.add(library[2], after=first).answer["id"]
    judge(own_room, start, [first, between, last])


def test_a_move_is_done_even_if_renumbering_results_in_its_old_number(
    own_room: RoomClient, library: list[int]
) -> None:
    moving = own_room.add(library[0], position=4).answer["id"]
    other = own_room.add(library[1], position=5).answer["id"]
    last = own_room.add(library[2], position=1e15).answer["id"]
    start = own_room.fetch()
    assert own_room.move(moving, after=last).status == 200
    judge(own_room, start, [other, last, moving])
