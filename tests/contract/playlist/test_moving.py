"""Moving an item."""

from typing import Any

import pytest

from tests.contract.queues import Queue
from tests.contract.refusals import refused
from tests.contract.witnesses import Witness

A, B, C, D = range(4)


@pytest.mark.parametrize(
    ("moved", "place", "index", "position", "order"),
    [
        (D, "after", A, 1.5, [A, D, B, C]),
        (A, "after", B, 2.5, [B, A, C, D]),
        (A, "after", D, 5.0, [B, C, D, A]),
        (D, "before", A, 0.0, [D, A, B, C]),
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
        (0, 0.0, [C, A, B, D]),
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
    [(B, "after", A), (B, "before", C), (A, "before", B), (D, "after", C), (B, "position", None)],
)
def test_to_where_it_stands_already_is_a_200_and_no_event(
    queue: Queue, moved: int, place: str, value: int | None
):
    ids = queue.fill(4)
    before = queue.item(ids[moved])
    wanted = before["position"] if value is None else ids[value]

    with Witness(queue) as witness:
        answer = queue.patch(ids[moved], {place: wanted})

    assert (answer.status_code, answer.json()) == (200, before)
    assert witness.types == []


def test_to_the_position_of_the_one_in_front_it_stands_already(queue: Queue):
    ids = queue.fill(4)

    with Witness(queue) as witness:
        item = queue.place(ids[B], position=1.0)

    assert item["position"] == 2.0
    assert witness.types == []


def test_the_end_stays_the_end(queue: Queue):
    (only,) = queue.fill(1)

    with Witness(queue) as witness:
        item = queue.place(only, position=1.0)

    assert item["position"] == 1.0
    assert witness.types == []


@pytest.mark.parametrize("names", [("position", "after"), ("after", "before"), ("position", "before")])
def test_two_places_at_once_are_a_400(queue: Queue, names: tuple[str, str]):
    ids = queue.fill(3)
    places = {"position": 0.5, "after": ids[1], "before": ids[0]}

    with Witness(queue) as witness:
        answer = queue.patch(ids[2], {name: places[name] for name in names})
        refused(answer, 400, "VALIDATION_ERROR", *names)

    assert witness.types == []


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("position", 1000000100000000.0),
        ("position", -1e16),
        ("position", "2"),
        ("position", False),
        ("position", {}),
        ("after", "it"),
        ("before", 1.5),
    ],
)
def test_what_is_no_place_is_a_400(queue: Queue, place: str, value: Any):
    ids = queue.fill(2)

    with Witness(queue) as witness:
        refused(queue.patch(ids[0], {place: value}), 400, "VALIDATION_ERROR", place)

    assert witness.types == []


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e400", "-1e999", "1" + "0" * 400])
def test_what_is_no_finite_number_is_a_400(queue: Queue, number: str):
    ids = queue.fill(2)

    with Witness(queue) as witness:
        answer = queue.http.patch(
            f"{queue.path}{ids[0]}/",
            content=f'{{"position": {number}}}',
            headers={"Content-Type": "application/json"},
        )

    assert answer.status_code == 400
    assert witness.types == []


def test_an_item_is_not_moved_through_another_room(queue: Queue, voted_queue: Queue):
    ids = queue.fill(2)

    with Witness(queue) as witness, Witness(voted_queue) as elsewhere:
        refused(voted_queue.patch(ids[0], {"after": ids[1]}), 404, "NOT_FOUND")

    assert witness.types == elsewhere.types == []


@pytest.mark.parametrize("place", ["after", "before"])
def test_an_item_of_another_room_is_no_neighbour(queue: Queue, voted_queue: Queue, place: str):
    ids = queue.fill(2)
    (foreign,) = voted_queue.fill(1)

    with Witness(queue) as witness:
        refused(queue.patch(ids[0], {place: foreign}), 400, "VALIDATION_ERROR", place)

    assert witness.types == []
