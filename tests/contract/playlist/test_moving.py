"""Moving an item, also next to one that has gone, and where the numbers run out."""

from math import nextafter

import pytest

from tests.contract.queues import Queue
from tests.contract.refusals import refused
from tests.contract.witnesses import Witness

# --- Moving an item ----------------------------------------------------------------------------------

A, B, C, D = range(4)


@pytest.mark.parametrize(
    ("moved", "place", "index", "position", "order"),
    [
        (D, "after", A, 1.5, [A, D, B, C]),
        (A, "after", B, 2.5, [B, A, C, D]),
        (A, "after", D, 5.0, [B, C, D, A]),
        (D, "before", A, 0.5, [D, A, B, C]),
        (C, "before", B, 1.5, [A, C, B, D]),
        (A, "before", D, 3.5, [B, C, A, D]),
    ],
)
def test_next_to_another_it_gets_the_mean_of_its_new_neighbours(
    queue: Queue, moved: int, place: str, index: int, position: float, order: list[int]
):
    ids = queue.fill(4)

    with Witness(queue) as witness:
        item = queue.place(ids[moved], **{place: ids[index]})

    assert item["position"] == position
    assert queue.ids() == [ids[index] for index in order]
    assert witness.types == ["track.moved"]
    assert witness.payloads == [item]


@pytest.mark.parametrize(
    ("position", "taken", "order"),
    [
        (0, 0.5, [C, A, B, D]),
        (-17.5, -17.5, [C, A, B, D]),
        (1.25, 1.25, [A, C, B, D]),
        (1e15, 1e15, [A, B, D, C]),
        (-1e15, -1e15, [C, A, B, D]),
        (1, 1.5, [A, C, B, D]),
        (4, 5.0, [A, B, D, C]),
    ],
)
def test_to_a_position_it_goes_there_or_directly_behind_who_holds_it(
    queue: Queue, position: float, taken: float, order: list[int]
):
    ids = queue.fill(4)

    with Witness(queue) as witness:
        item = queue.place(ids[C], position=position)

    assert item["position"] == taken
    assert queue.ids() == [ids[index] for index in order]
    assert witness.types == ["track.moved"]


@pytest.mark.parametrize(
    ("moved", "place", "value"),
    [
        *[(B, "after", A), (B, "before", C), (A, "before", B), (D, "after", C)],
        *[(B, "after", B), (B, "before", B), (B, "position", 2.0), (B, "position", 1.0)],
    ],
)
def test_to_where_it_stands_already_is_a_200_and_no_event(queue: Queue, moved: int, place: str, value: float):
    ids = queue.fill(4)
    before = queue.item(ids[moved])

    with Witness(queue) as witness:
        answer = queue.patch(ids[moved], {place: value if place == "position" else ids[int(value)]})

    assert (answer.status_code, answer.json()) == (200, before)
    assert witness.types == []


def test_the_only_item_stands_everywhere_but_at_another_position(queue: Queue):
    (only,) = queue.fill(1)

    with Witness(queue) as witness:
        assert queue.place(only, position=1.0)["position"] == 1.0
        assert queue.place(only, after=only)["position"] == 1.0
        assert queue.place(only, position=7.0)["position"] == 7.0

    assert witness.types == ["track.moved"]


NO_PLACES = [
    *[("position", value) for value in (1000000100000000.0, -1e16, "2", False, {})],
    *[("after", "it"), ("before", 1.5)],
]
NO_NUMBERS = ["NaN", "Infinity", "-Infinity", "1e400", "-1e999", "1" + "0" * 400]


def test_what_is_no_place_is_a_400(queue: Queue, voted_queue: Queue):
    a, b, c = queue.fill(3)
    (foreign,) = voted_queue.fill(1)
    places = {"position": 0.5, "after": b, "before": a}

    with Witness(queue) as witness, Witness(voted_queue) as elsewhere:
        for names in (("position", "after"), ("after", "before"), ("position", "before")):
            answer = queue.patch(c, {name: places[name] for name in names})
            refused(answer, 400, "VALIDATION_ERROR", *names)
        for place, value in (*NO_PLACES, ("after", foreign), ("before", foreign)):
            refused(queue.patch(a, {place: value}), 400, "VALIDATION_ERROR", place)
        for number in NO_NUMBERS:
            content, headers = f'{{"position": {number}}}', {"Content-Type": "application/json"}
            answer = queue.http.patch(f"{queue.path}{a}/", content=content, headers=headers)
            assert answer.status_code == 400, number
        refused(voted_queue.patch(a, {"after": b}), 404, "NOT_FOUND")

    assert witness.types == elsewhere.types == []


# --- `after` and `before` name an item that has gone meanwhile: the nearest sensible place is taken --


@pytest.mark.parametrize(
    ("removed", "moved", "place", "named", "order"),
    [
        ("b", "d", "after", "b", "adc"),
        ("b", "d", "before", "b", "adc"),
        ("b", "x", "after", "b", "axcd"),
        ("b", "x", "before", "b", "axcd"),
        ("cb", "e", "after", "c", "aed"),
        ("dcb", "x", "after", "d", "axe"),
        ("a", "c", "after", "a", "cb"),
        ("ab", "x", "after", "b", "xcd"),
        ("c", "a", "after", "c", "ba"),
        ("a", "x", "after", "a", "x"),
    ],
)
def test_the_place_of_the_gone_one_is_found(
    queue: Queue, removed: str, moved: str, place: str, named: str, order: str
):
    """`x` is new, the others were there."""
    there = sorted({*removed, *order, moved} - {"x"})
    ids = dict(zip(there, queue.fill(len(there)), strict=True))
    for letter in removed:
        queue.remove(ids[letter])

    with Witness(queue) as witness:
        if moved == "x":
            item = queue.add(queue.tracks[10], **{place: ids[named]})
            ids["x"] = item["id"]
        else:
            item = queue.place(ids[moved], **{place: ids[named]})

    assert queue.ids() == [ids[letter] for letter in order]
    assert item == queue.item(ids[moved])
    assert witness.types == ["track.added" if moved == "x" else "track.moved"]


@pytest.mark.parametrize(
    ("removed", "moved", "place"), [(1, 2, "after"), (1, 2, "before"), (2, 1, "after"), (2, 1, "before")]
)
def test_next_to_the_gone_one_already_is_no_event(queue: Queue, removed: int, moved: int, place: str):
    ids = queue.fill(4)
    queue.remove(ids[removed])
    before = queue.item(ids[moved])

    with Witness(queue) as witness:
        item = queue.place(ids[moved], **{place: ids[removed]})

    assert item == before
    assert witness.types == []


# --- How a new numbering is told; that it comes in time: tests/invariants/test_gaps.py ---------------


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


def test_where_one_number_is_left_nothing_is_numbered_anew(queue: Queue):
    (_a,) = queue.fill(1)
    last_but_one = nextafter(nextafter(1.0, 2.0), 2.0)

    with Witness(queue) as witness:
        queue.add(queue.tracks[10], position=last_but_one)

    assert witness.types == ["track.added"]
    assert queue.positions() == [1.0, last_but_one]
