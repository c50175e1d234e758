"""What charts say of plays: of days that were counted, for many tracks in as many queries as for one."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from apps.charts.models import ChartTrack
from apps.charts.selectors.play_counts import PlaysOfDay, Trend, histories, most_trending, plays_on
from apps.charts.tests.bodies import isrc
from apps.counts.models import CountStatus, Status
from apps.counts.services import CountReport, record_counts

pytestmark = pytest.mark.django_db
DAY = date(2025, 3, 31)


def record(number: int, service: str, day: date, count: int | None) -> None:
    at = datetime.combine(day, datetime.min.time(), UTC)
    status = Status.FAILED if count is None else Status.OK
    record_counts([CountReport(isrc(number), service, day, at, status, count)])


def on(back: int) -> date:
    return DAY - timedelta(days=back)


def charted(number: int) -> None:
    ChartTrack.objects.create(isrc=isrc(number), name=f"Title {number}", artist="Ada")


def test_the_last_count_is_used_for_a_week_and_later_days_are_not_used():
    record(1, "spotify", on(7), 900)
    record(1, "youtube", on(8), 70)
    record(2, "spotify", on(0), 1000)
    record(2, "spotify", on(-1), 2000)

    plays = plays_on([isrc(1), isrc(2), isrc(3)], DAY)

    assert plays.keys() == {isrc(1), isrc(2)}
    assert (plays[isrc(1)].by_service, plays[isrc(1)].total) == ({"spotify": 900}, 900)
    assert plays[isrc(2)].total == 1000
    assert plays_on([isrc(1)], on(-1)) == {}


def test_a_change_uses_only_services_counted_on_both_days():
    charted(1)
    record(1, "youtube", on(0), 500)
    record(1, "youtube", on(1), 400)
    record(1, "youtube", on(7), None)
    record(1, "spotify", on(1), 9000)  # a table that is a day late
    record(1, "spotify", on(2), 8000)
    record(1, "spotify", on(8), 5000)
    record(1, "soundcloud", on(0), None)

    plays = plays_on([isrc(1)], DAY)[isrc(1)]

    assert (plays.total, plays.change) == (9500, {1: 100, 7: None, 30: None})
    assert plays.days == {
        "youtube": PlaysOfDay("ok", on(0), (1,)),
        "spotify": PlaysOfDay("missing", on(1)),
        "soundcloud": PlaysOfDay("failed", None),
    }


def test_trending_tracks_were_on_a_chart_and_are_sorted_by_growth_then_isrc():
    assert most_trending(3) == (None, [])
    for number, rise in ((3, 50), (1, 50), (2, 80), (4, -5), (5, 90)):
        record(number, "spotify", on(7), 1000)
        record(number, "spotify", on(0), 1000 + rise)
        if number != 5:  # which was imported
            charted(number)

    day, trends = most_trending(3)
    assert day == DAY
    assert [(one.isrc, one.change) for one in trends] == [(isrc(2), 80), (isrc(1), 50), (isrc(3), 50)]


def test_a_trend_lists_omitted_services_with_reasons():
    charted(1)
    for back in range(10, -1, -1):
        record(1, "spotify", on(back), 10_000 - 100 * back)
        record(1, "soundcloud", on(back), 10_000 - 100 * back if back else 0)
    record(1, "youtube", on(3), 10)
    record(1, "youtube", on(0), 20)
    record(1, "apple_music", on(7), 10)

    counts: dict[str, CountStatus] = {
        "spotify": "ok",
        "soundcloud": "anomaly",
        "youtube": "missing",
        "apple_music": "missing",
    }
    assert most_trending(1) == (DAY, [Trend(isrc(1), 700, counts)])


def test_a_history_ends_on_the_last_counted_day():
    for back in range(40):
        record(1, "soundcloud", on(back), 10_000 - 100 * back)
    record(2, "soundcloud", on(60), 5)

    found = histories([isrc(1), isrc(2), isrc(3)])

    days = found[isrc(1)]["soundcloud"].historical
    assert [one.date for one in days] == [on(back) for back in reversed(range(30))]
    assert {one.delta for one in days} == {100}
    assert [one.date for one in found[isrc(2)]["soundcloud"].historical] == [on(60)]
    assert found[isrc(3)] == {}


def test_the_number_of_queries_for_histories_is_constant(django_assert_max_num_queries):
    today = timezone.now().date()
    for number in range(1, 11):
        record(number, "soundcloud", on(number), 100)
        record(number, "youtube", today, 100)

    with django_assert_max_num_queries(6):
        histories([isrc(number) for number in range(1, 11)])
