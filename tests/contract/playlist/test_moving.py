"""Moving an item, also next to one that has gone, and where the numbers run out."""

from math import nextafter
from typing import Any

import pytest

from tests.contract.error_checks import rejected
from tests.contract.observers import Observer
from tests.contract.queues import Queue

# --- Moving an item ----------------------------------------------------------------------------------

A, B, C, D = range(4)


@pytest.mark.parametrize(
    ("moved", "place", "value", "position", "order"),
    [
        (A, "after", B, 2.5, [B, A, C, D]),
        (A, "after", D, 5.0, [B, C, D, A]),
        (D, "before", A, 0.5, [D, A, B, C]),
        (A, "before", D, 3.5, [B, C, A, D]),
        (C, "position", 0, 0.5, [C, A, B, D]),
        (C, "position", -17.5, -17.5, [C, A, B, D]),
        (C, "position", 1e15, 1e15, [A, B, D, C]),
        (C, "position", 1, 1.5, [A, C, B, D]),
        (C, "position", 4, 5.0, [A, B, D, C]),
    ],
)
def test_an_item_moves_to_its_position_or_directly_behind_the_item_there(
    queue: Queue, moved: int, place: str, value: float, position: float, order: list[int]
):
    ids = queue.fill(4)

    with Observer(queue, expected=["track.moved"]) as witness:
        item = queue.place(ids[moved], **{place: value if place == "position" else ids[int(value)]})

    assert item["position"] == position
    assert queue.ids() == [ids[index] for index in order]
    assert witness.payloads == [item]


def test_a_move_to_the_current_position_is_a_200_without_an_event(queue: Queue):
    a, b, c, d, gone = queue.fill(5)
    queue.remove(gone)
    places: list[tuple[int, dict[str, float]]] = [
        *[(b, {"after": a}), (b, {"before": c}), (a, {"before": b}), (d, {"after": c}), (b, {"after": b})],
        *[(b, {"before": b}), (b, {"position": 2.0}), (b, {"position": 1.0})],
        *[(d, {"after": gone}), (d, {"before": gone})],
    ]

    with Observer(queue, expected=[]):
        for moved, place in places:
            before = queue.item(moved)
            assert queue.place(moved, **place) == before


NO_PLACES: list[tuple[str, Any]] = [
    *[("position", value) for value in (1000000100000000.0, -1e16, "2", True, False, [1], {})],
    *[("after", value) for value in ("first", -1)],
    *[("before", value) for value in (True, 1.5)],
]
NO_NUMBERS = ["NaN", "Infinity", "-Infinity", "1e400", "-1e999", "1" + "0" * 400]


def test_an_invalid_position_is_a_400(queue: Queue, voted_queue: Queue):
    """Nor are two places, and an item of another room; for an item that is added or moved."""
    a, b, c = queue.fill(3)
    (foreign,) = voted_queue.fill(1)
    places = {"position": 0.5, "after": b, "before": a}
    pairs = (("position", "after"), ("after", "before"), ("position", "before"))
    strangers = [(place, item_id) for place in ("after", "before") for item_id in (foreign, 2**53)]
    writes = [("POST", queue.path, {"track_id": queue.tracks[5]}), ("PATCH", f"{queue.path}{c}/", {})]

    with Observer(queue) as witness, Observer(voted_queue) as elsewhere:
        for method, path, body in writes:
            for names in pairs:
                response = queue.http.request(method, path, json={**body, **{n: places[n] for n in names}})
                rejected(response, 400, "VALIDATION_ERROR", *names)
            for place, value in (*NO_PLACES, *strangers):
                response = queue.http.request(method, path, json={**body, place: value})
                rejected(response, 400, "VALIDATION_ERROR", place)
        for number in NO_NUMBERS:
            content, headers = f'{{"position": {number}}}', {"Content-Type": "application/json"}
            response = queue.http.patch(f"{queue.path}{a}/", content=content, headers=headers)
            assert response.status_code == 400, number
        rejected(voted_queue.patch(a, {"after": b}), 404, "NOT_FOUND")

    assert witness.types == elsewhere.types == []


# --- `after` and `before` name an item that has gone meanwhile: the nearest sensible place is taken


@pytest.mark.parametrize(
    ("removed", "moved", "place", "named", "order"),
    [
        ("b", "d", "after", "b", "adc"),
        ("b", "x", "before", "b", "axcd"),
        ("dcb", "x", "after", "d", "axe"),
        ("a", "c", "after", "a", "cb"),
        ("ab", "x", "after", "b", "xcd"),
    ],
)
def test_a_move_after_a_removed_item_uses_its_former_position(
    queue: Queue, removed: str, moved: str, place: str, named: str, order: str
):
    """`x` is new, the others were there."""
    there = sorted({*removed, *order, moved} - {"x"})
    ids = dict(zip(there, queue.fill(len(there)), strict=True))
    for letter in removed:
        queue.remove(ids[letter])

    with Observer(queue) as witness:
        if moved == "x":
            item = queue.add(queue.tracks[10], **{place: ids[named]})
            ids["x"] = item["id"]
        else:
            item = queue.place(ids[moved], **{place: ids[named]})

    assert queue.ids() == [ids[letter] for letter in order]
    assert item == queue.item(ids[moved])
    assert witness.types == ["track.added" if moved == "x" else "track.moved"]


# --- How a renumbering is reported; that it comes in time: tests/invariants/test_gaps.py -------------


def test_a_renumbering_sends_all_positions_in_order(queue: Queue):
    a, b, c = queue.fill(3)
    tight = nextafter(2.0, 3.0)
    (elsewhere,) = queue.fill(1)

    with Observer(queue, expected=["track.moved"]):
        queue.place(elsewhere, position=nextafter(nextafter(1.0, 2.0), 2.0))  # where one number is left
    with Observer(queue, expected=["track.added", "playlist.reordered"]) as witness:
        item = queue.add(queue.tracks[10], position=tight)

    order = [a, elsewhere, b, item["id"], c]
    places = witness.payloads[1]["items"]
    assert places == [{"id": item_id, "position": float(number)} for number, item_id in enumerate(order, 1)]
    assert item["position"] == 4.0
    assert queue.positions() == [1.0, 2.0, 3.0, 4.0, 5.0]
