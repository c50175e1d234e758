"""Fractional positions: between, before, behind; and when their numbers run out."""

import math

from hypothesis import assume, example, given
from hypothesis import strategies as st

from apps.playlist.positions import (
    MAX_POSITION,
    Gap,
    QueuePosition,
    calculate_position,
    gap_after,
    gap_around,
    is_room_between,
    nonzero_position,
    plain,
)

usable = st.floats(-MAX_POSITION, MAX_POSITION)


def queue(*places: float) -> list[QueuePosition]:
    return [QueuePosition(position, number) for number, position in enumerate(sorted(places), start=1)]


@given(usable)
def test_at_the_ends_the_position_is_one_further(position: float):
    assert calculate_position(None, position) == position - 1 < position
    assert calculate_position(position, None) == position + 1 > position
    if position > 0:
        assert 0 != nonzero_position(None, position) < position
    if position < 0:
        assert 0 != nonzero_position(position, None) > position


@given(usable, usable)
@example(-5e-324, 5e-324)
@example(-5e-324, 1e-323)
def test_two_positions_have_a_midpoint_if_and_only_if_a_nonzero_float_is_between(one: float, other: float):
    low, high = sorted((one, other))
    above = math.nextafter(low, math.inf) or math.nextafter(0.0, math.inf)
    assert is_room_between(low, high) == (above < high)
    assert low <= calculate_position(low, high) == (low + high) / 2 <= high
    if low < 0 < high and above < high:
        assert low < nonzero_position(low, high) < high
        assert nonzero_position(low, high) != 0


@given(st.floats(allow_nan=False))
def test_normalised_positions_have_only_one_zero(position: float):
    assert plain(position) == position
    assert not (position == 0 and math.copysign(1, plain(position)) < 0)


@given(st.lists(usable, max_size=8, unique=True), usable)
def test_a_taken_position_inserts_behind_its_item(places: list[float], position: float):
    line = queue(*places)
    gap, is_free = gap_around(line, position)
    assert is_free == (position not in places)
    if is_free:
        assert gap.holds(position)
    else:
        assert gap.before is not None
        assert gap.before.position == position
        assert gap == gap_after(line, line.index(gap.before))


@given(usable, usable, usable)
def test_a_gap_is_full_if_a_neighbour_has_no_number_left(one: float, other: float, third: float):
    low, position, high = sorted((one, other, third))
    assume(low < position < high)
    gap = Gap(QueuePosition(low, 1), QueuePosition(high, 2))
    is_tight = math.nextafter(low, math.inf) == position or math.nextafter(position, math.inf) == high
    assert gap.is_tight_with(position) == is_tight
