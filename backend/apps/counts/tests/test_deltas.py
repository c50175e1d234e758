"""What follows from a track's figures, day by day."""

from datetime import date, timedelta

import pytest

from apps.counts.deltas import USUAL_DAYS, CountedDay, DailyCount, DailyDifference, daily_differences, per_day

FIRST_DAY = date(2026, 3, 1)


def of(*counts):
    """Of successive days; None where there is no figure."""
    return daily_differences(
        [DailyCount(FIRST_DAY + timedelta(days=at), count) for at, count in enumerate(counts)]
    )


STEADY = (10_000, 11_000, 12_000, 13_000)
NONE = DailyDifference()


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        pytest.param([1000], [DailyDifference(None, None, "")], id="the first day has no difference"),
        pytest.param(
            [1000, 1100, 1250],
            [NONE, DailyDifference(100, 1), DailyDifference(150, 1)],
            id="to the day before",
        ),
        pytest.param(
            [1000, None, None, 1300], [NONE, NONE, NONE, DailyDifference(300, 3)], id="number of days"
        ),
        pytest.param([None, 500], [NONE, NONE], id="before the first figure nothing"),
        pytest.param(
            [1000, 900], [NONE, DailyDifference(-100, 1, "fell")], id="a fall is stored and flagged"
        ),
        pytest.param([0, 0, 5], [NONE, DailyDifference(0, 1), DailyDifference(5, 1)], id="zero is a figure"),
        pytest.param([10_000, 10_000], [NONE, DailyDifference(0, 1)], id="of a copy nothing is known yet"),
    ],
)
def test_deltas_follow_from_counts(counts, expected):
    assert of(*counts) == expected


@pytest.mark.parametrize(
    ("counts", "flag"),
    [
        pytest.param([*STEADY, 33_000], "jumped", id="far beyond the usual"),
        pytest.param([*STEADY, 22_000], "", id="merely took off"),
        pytest.param([10_000, 11_000, 500_000], "", id="little is known of a new track"),
        pytest.param([10, 11, 12, 13, 900], "", id="a small track"),
        pytest.param([*STEADY, *[None] * 14, 13_000 + 15 * 1000], "", id="catches up"),
        pytest.param([*STEADY, 13_000 + 15 * 1000], "jumped", id="the same in a day"),
        pytest.param([10_000, 11_000, 11_000], "stale", id="a copy after the first difference"),
        pytest.param([10_000, 11_000, 11_000, 13_000], "", id="the day after it"),
        pytest.param([100, 102, 104, 106, 106], "", id="a track that hardly grows may stop"),
    ],
)
def test_anomalies_of_the_last_day_are_detected(counts, flag):
    assert of(*counts)[-1].flag == flag


def test_a_copy_of_the_previous_day_is_stale():
    stale, next_one = of(*STEADY, 13_000, 15_000)[-2:]
    assert stale == DailyDifference(flag="stale")
    assert next_one == DailyDifference(2000, 2, ""), "spans both days, so it is no jump either"
    assert of(100, 102, 104, 106, 106)[-1] == DailyDifference(0, 1, "")


@pytest.mark.parametrize(
    ("counts", "flags"),
    [
        pytest.param(
            [1_300_000, 15_000, 16_000], ["jumped", "", ""], id="one figure a hundred times too large"
        ),
        pytest.param([0, 15_000, 16_000], ["fell", "", ""], id="one zero"),
        pytest.param([0, 0, 16_000], ["fell", "stale", ""], id="two zeros"),
        pytest.param([6_500, 7_000, 7_500], ["fell", "", ""], id="a correction is confirmed by the next day"),
        pytest.param([6_500, 6_200, 6_100], ["fell", "fell", "fell"], id="but not by another fall"),
        pytest.param([1_300_000, 1_400_000], ["jumped", "jumped"], id="a hundred times too large for days"),
        pytest.param([40_000, 41_000], ["jumped", ""], id="a jump that was right"),
    ],
)
def test_an_anomaly_does_not_affect_later_days(counts, flags):
    found = of(*STEADY, *counts)

    assert [one.flag for one in found[len(STEADY) :]] == flags


def test_counts_that_continue_an_anomaly_start_a_new_level_without_a_difference():
    assert of(*STEADY, 0, 15_000)[-1] == DailyDifference(2000, 2)
    assert of(*STEADY, 6_500, 7_000, 7_600)[-2:] == [DailyDifference(), DailyDifference(600, 1)]
    assert of(*STEADY, 40_000, 41_000, 42_500)[-2:] == [DailyDifference(), DailyDifference(1500, 1)]


@pytest.mark.parametrize(
    ("counts", "flag"),
    [
        pytest.param([20_000, 2_000_000], "jumped", id="a hundred times the first"),
        pytest.param([20_000, 21_000, 2_100_000], "jumped", id="a hundred times the second"),
        pytest.param([20_000, 900_000], "", id="a hit"),
        pytest.param([20_000, *[None] * 9, 2_000_000], "jumped", id="however many days later"),
        pytest.param([900, 90_000], "", id="after a first few"),
        pytest.param([900, 900_000], "jumped", id="but not that many"),
    ],
)
def test_without_a_usual_growth_only_an_extreme_rise_is_an_anomaly(counts: list[int | None], flag: str):
    assert of(*counts)[-1].flag == flag


def test_two_partial_computations_give_the_same_result():
    counts: list[int | None] = [10_000 + 1_000 * day + (40_000 if day > 25 else 0) for day in range(40)]
    counts[7] = counts[8] = counts[9]
    counts[15] = None
    counts[20] = 0
    figures = [DailyCount(FIRST_DAY + timedelta(days=day), count) for day, count in enumerate(counts)]
    whole = daily_differences(figures)
    for at in range(1, 40):
        counted = [
            CountedDay(figure.day, figure.count, per_day(one.delta, one.delta_days), bool(one.flag))
            for figure, one in zip(figures[:at], whole[:at], strict=True)
            if figure.count is not None and one.flag != "stale"
        ]
        assert daily_differences(figures[at:], counted[-USUAL_DAYS - 1 :]) == whole[at:], at
