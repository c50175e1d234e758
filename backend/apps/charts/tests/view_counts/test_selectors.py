"""Reads of view counts; only what was counted on both days is compared."""

import pytest

from apps.charts.tests.view_counts.conftest import ISRC, OTHER, day, noon, said
from apps.charts.view_counts.selectors import (
    Change,
    CurrentCount,
    DayCount,
    changes,
    current_counts,
    histories,
)
from apps.charts.view_counts.services import record_figures

pytestmark = pytest.mark.django_db


def test_a_history_has_thirty_days_and_says_why_a_figure_is_not_there():
    record_figures(said(at, None if at == 33 else 100 * at) for at in range(35))
    history = histories([ISRC], ["spotify"], today=day(34))[ISRC, "spotify"]
    assert len(history) == 30
    assert history[0] == DayCount(day(5), 500, 100, "ok", "")
    assert history[-2:] == (
        DayCount(day(33), None, None, "failed", ""),
        DayCount(day(34), 3400, 200, "ok", ""),
    )


def test_a_change_counts_only_services_that_were_counted_on_both_days():
    record_figures([said(0, 1000), said(0, 50, service="youtube"), said(0, None, service="soundcloud")])
    record_figures([said(7, 1700), said(7, None, service="youtube"), said(7, 900, service="soundcloud")])
    assert changes([ISRC], on=day(7)) == {ISRC: {7: Change(1700, 1000, ("spotify",))}}


def test_a_stale_copy_was_not_counted():
    record_figures(said(at, 10_000 + 1000 * at) for at in range(5))
    record_figures([said(5, 14_000)])
    assert changes([ISRC], on=day(5), days_before=[1]) == {ISRC: {}}
    assert current_counts([ISRC, OTHER]) == {(ISRC, "spotify"): CurrentCount(14_000, noon(4))}
