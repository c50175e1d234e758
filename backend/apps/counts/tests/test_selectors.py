"""Reads of view counts."""

import pytest

from apps.counts.selectors import CurrentCount, HistoryDay, current_counts, histories
from apps.counts.services import record_counts
from apps.counts.tests.conftest import ISRC, OTHER, day, noon, said

pytestmark = pytest.mark.django_db


def test_a_history_has_thirty_days_and_a_status_for_each_missing_count():
    record_counts(said(at, None if at == 33 else 100 * at) for at in range(35))
    history = histories([ISRC], ["spotify"], today=day(34))[ISRC, "spotify"]
    assert len(history) == 30
    assert history[0] == HistoryDay(day(5), 500, 100, "ok", "")
    assert history[-2:] == (
        HistoryDay(day(33), None, None, "failed", ""),
        HistoryDay(day(34), 3400, 200, "ok", ""),
    )


def test_a_stale_count_has_the_status_of_a_copy():
    record_counts(said(at, 10_000 + 1000 * at) for at in range(5))
    record_counts([said(5, 14_000)])
    assert current_counts([ISRC, OTHER]) == {(ISRC, "spotify"): CurrentCount(14_000, noon(4))}
