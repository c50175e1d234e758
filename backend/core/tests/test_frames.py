"""Calls cost the same at every depth."""

import resource
from collections.abc import Callable

import pytest

from core.frames import roomy

CALLS = 2_000
# Chunks that are taken once, and what else goes on in the process.
FEW = 200
DEPTHS = 300


def call_often() -> None:
    for _ in range(CALLS):
        do_nothing()


def do_nothing() -> None:
    pass


def at_depth(depth: int) -> None:
    if depth:
        at_depth(depth - 1)
    else:
        call_often()


@roomy
def with_room(depth: int) -> None:
    at_depth(depth)


@roomy
def with_room_twice(depth: int) -> None:
    """The second is as deep within the first as its own loop is within itself."""
    until_room(depth, depth)


def until_room(left: int, depth: int) -> None:
    if left:
        until_room(left - 1, depth)
    else:
        with_room(depth)


def pages_taken(call: Callable[[int], None], depth: int) -> int:
    before = resource.getrusage(resource.RUSAGE_THREAD).ru_minflt
    call(depth)
    return resource.getrusage(resource.RUSAGE_THREAD).ru_minflt - before


@pytest.mark.parametrize("call", [with_room, with_room_twice])
def test_with_room_no_depth_asks_for_a_page_with_each_call(call: Callable[[int], None]):
    assert max(pages_taken(call, depth) for depth in range(DEPTHS)) < FEW


def test_without_room_some_depths_do():
    """When this fails, Python has mended it, and `roomy` can go."""
    assert max(pages_taken(at_depth, depth) for depth in range(DEPTHS)) >= CALLS


def test_a_roomy_function_is_the_same_otherwise():
    @roomy
    def divided(one: float, *, by: float = 2.0) -> float:
        """Says what it does."""
        return one / by

    assert (divided(3.0), divided(3.0, by=3.0)) == (1.5, 1.0)
    assert (divided.__name__, divided.__doc__) == ("divided", "Says what it does.")
    with pytest.raises(ZeroDivisionError):
        divided(1.0, by=0.0)
