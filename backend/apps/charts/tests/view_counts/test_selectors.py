"""Reads of view counts; only what was counted on both days is compared."""

import pytest

from apps.charts.models import HistoricalViewCount
from apps.charts.tests.view_counts.conftest import ISRC, OTHER, day, noon, said
from apps.charts.view_counts.selectors import (
    Change,
    CurrentCount,
    DayCount,
    changes,
    current_counts,
    histories,
    trending,
    view_data,
)
from apps.charts.view_counts.services import record_figures

pytestmark = pytest.mark.django_db


def test_current_counts():
    record_figures([said(0, 10), said(0, 20, service="youtube")])
    assert current_counts([ISRC, OTHER]) == {
        (ISRC, "spotify"): CurrentCount(10, noon(0)),
        (ISRC, "youtube"): CurrentCount(20, noon(0)),
    }


def test_a_history_has_thirty_days_and_says_why_a_figure_is_not_there():
    record_figures(said(at, None if at == 33 else 100 * at) for at in range(35))
    history = histories([ISRC], ["spotify"], today=day(34))[ISRC, "spotify"]
    assert len(history) == 30
    assert history[0] == DayCount(day(5), 500, 100, "ok", "")
    assert history[-2:] == (
        DayCount(day(33), None, None, "failed", ""),
        DayCount(day(34), 3400, 200, "ok", ""),
    )


def test_all_of_a_track():
    record_figures([said(0, 10), said(1, 30), said(1, None, service="youtube")])
    data = view_data([ISRC, OTHER], today=day(1))
    assert data[OTHER] == {}
    assert set(data[ISRC]) == {"spotify", "youtube"}
    assert data[ISRC]["spotify"].current == CurrentCount(30, noon(1))
    assert data[ISRC]["youtube"].current is None
    assert [one.status for one in data[ISRC]["youtube"].history] == ["failed"]


def test_a_change_counts_only_services_that_were_counted_on_both_days():
    record_figures([said(0, 1000), said(0, 50, service="youtube"), said(0, None, service="soundcloud")])
    record_figures([said(7, 1700), said(7, None, service="youtube"), said(7, 900, service="soundcloud")])
    assert changes([ISRC], on=day(7)) == {ISRC: {7: Change(1700, 1000, ("spotify",))}}


def test_a_stale_copy_was_not_counted():
    record_figures(said(at, 10_000 + 1000 * at) for at in range(5))
    record_figures([said(5, 14_000)])
    assert changes([ISRC], on=day(5), days_before=[1]) == {ISRC: {}}
    flagged = HistoricalViewCount.objects.exclude(flag="")
    assert list(flagged.values_list("recorded_date", "flag")) == [(day(5), "stale")]


def test_trending_is_by_change_and_leaves_out_who_cannot_be_compared():
    record_figures([said(0, 100), said(7, 150), said(7, 9_000_000, service="youtube")])
    record_figures([said(0, 100, isrc=OTHER), said(7, 400, isrc=OTHER)])
    assert [(isrc, change.delta) for isrc, change in trending(on=day(7))] == [(OTHER, 300), (ISRC, 50)]
    assert trending(on=day(6)) == []
