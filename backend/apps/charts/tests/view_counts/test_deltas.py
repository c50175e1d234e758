"""What follows from a track's figures, day by day."""

from datetime import date, timedelta

import pytest

from apps.charts.view_counts.deltas import USUAL_DAYS, Counted, Derived, Figure, derived, per_day

FIRST_DAY = date(2026, 3, 1)


def of(*counts):
    """Of successive days; None where there is no figure."""
    return derived([Figure(FIRST_DAY + timedelta(days=at), count) for at, count in enumerate(counts)])


def flags(*counts):
    return [one.flag for one in of(*counts)]


def test_the_first_day_has_no_difference():
    assert of(1000) == [Derived(None, None, "")]


def test_a_difference_is_to_the_day_before():
    assert of(1000, 1100, 1250) == [Derived(), Derived(100, 1), Derived(150, 1)]


def test_a_day_without_a_figure_has_none_and_the_next_says_how_many_days_it_spans():
    assert of(1000, None, None, 1300) == [Derived(), Derived(), Derived(), Derived(300, 3)]


def test_days_before_the_first_figure_stay_empty():
    assert of(None, 500) == [Derived(), Derived()]


def test_a_fall_is_kept_and_flagged():
    assert of(1000, 900)[1] == Derived(-100, 1, "fell")


STEADY = (10_000, 11_000, 12_000, 13_000)


def test_a_jump_far_beyond_the_usual_is_flagged():
    assert flags(*STEADY, 33_000)[-1] == "jumped"


def test_what_merely_took_off_is_no_jump():
    assert flags(*STEADY, 22_000)[-1] == ""


def test_little_is_known_of_a_new_track_so_nothing_is_a_jump():
    assert flags(10_000, 11_000, 1_000_000)[-1] == ""


def test_a_small_track_does_not_jump():
    assert flags(10, 11, 12, 13, 900)[-1] == ""


def test_a_day_that_catches_up_is_no_jump():
    lost = [None] * 14
    assert flags(*STEADY, *lost, 13_000 + 15 * 1000)[-1] == ""
    assert flags(*STEADY, 13_000 + 15 * 1000)[-1] == "jumped"


def test_a_copy_of_the_day_before_was_not_counted():
    stale, next_one = of(*STEADY, 13_000, 15_000)[-2:]
    assert stale == Derived(flag="stale")
    assert next_one == Derived(2000, 2, ""), "spans both days, so it is no jump either"


def test_a_copy_is_known_for_one_after_the_first_difference():
    assert flags(10_000, 11_000, 11_000, 13_000) == ["", "", "stale", ""]
    assert of(10_000, 10_000)[1] == Derived(0, 1), "nothing is known yet"


def test_a_track_that_hardly_grows_may_stand_still():
    assert of(100, 102, 104, 106, 106)[-1] == Derived(0, 1, "")


def test_zero_is_a_figure():
    assert of(0, 0, 5) == [Derived(), Derived(0, 1), Derived(5, 1)]


@pytest.mark.parametrize("at", range(1, 40))
def test_it_may_be_reckoned_in_two_parts(at):
    counts: list[int | None] = [10_000 + 1_000 * day + (40_000 if day > 25 else 0) for day in range(40)]
    counts[7] = counts[8] = counts[9]
    counts[15] = None
    figures = [Figure(FIRST_DAY + timedelta(days=day), count) for day, count in enumerate(counts)]
    whole = derived(figures)
    counted = [
        Counted(figure.day, figure.count, per_day(one.delta, one.delta_days))
        for figure, one in zip(figures[:at], whole[:at], strict=True)
        if figure.count is not None and one.flag != "stale"
    ]
    assert derived(figures[at:], counted[-USUAL_DAYS - 1 :]) == whole[at:]
