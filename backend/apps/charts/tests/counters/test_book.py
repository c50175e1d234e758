"""What charts say of plays: of days that were counted, for many tracks in as many queries as for one."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from apps.charts.counters.book import CountedPlays
from apps.charts.models import ChartTrack
from apps.charts.tests.bodies import isrc
from apps.charts.view_counts.services import DayFigure, record_figures
from apps.charts.view_counts.words import Status

pytestmark = pytest.mark.django_db
BOOK = CountedPlays()
DAY = date(2025, 3, 31)


def record(number: int, service: str, day: date, count: int | None) -> None:
    at = datetime.combine(day, datetime.min.time(), UTC)
    status = Status.FAILED if count is None else Status.OK
    record_figures([DayFigure(isrc(number), service, day, at, status, count)])


def on(back: int) -> date:
    return DAY - timedelta(days=back)


def charted(number: int) -> None:
    ChartTrack.objects.create(isrc=isrc(number), name=f"Title {number}", artist="Ada")


def test_the_last_figure_stands_for_a_week_and_what_comes_later_is_not_known_yet():
    record(1, "spotify", on(7), 900)
    record(1, "youtube", on(8), 70)
    record(2, "spotify", on(0), 1000)
    record(2, "spotify", on(-1), 2000)

    plays = BOOK.plays_on([isrc(1), isrc(2), isrc(3)], DAY)

    assert plays.keys() == {isrc(1), isrc(2)}
    assert (plays[isrc(1)].by_service, plays[isrc(1)].total) == ({"spotify": 900}, 900)
    assert plays[isrc(2)].total == 1000
    assert BOOK.plays_on([isrc(1)], on(-1)) == {}


def test_each_service_changes_from_its_own_newest_day_and_only_where_both_were_counted():
    charted(1)
    record(1, "youtube", on(0), 500)
    record(1, "youtube", on(1), 400)
    record(1, "youtube", on(7), None)
    record(1, "spotify", on(1), 9000)  # a table that is a day late
    record(1, "spotify", on(2), 8000)
    record(1, "spotify", on(8), 5000)

    plays = BOOK.plays_on([isrc(1)], DAY)[isrc(1)]

    assert plays.total == 9500
    assert plays.change == {1: 100 + 1000, 7: 4000, 30: None}
    assert BOOK.trending(most=10) == [(isrc(1), 4000)]


def test_a_failed_day_is_no_zero_and_a_copy_of_the_day_before_no_standstill():
    charted(1)
    for back in range(10, 0, -1):
        record(1, "spotify", on(back), 10_000 - 100 * back)
    record(1, "spotify", on(0), 9_900)
    record(2, "spotify", on(1), 1000)
    record(2, "spotify", on(0), None)

    plays = BOOK.plays_on([isrc(1), isrc(2)], DAY)

    assert (plays[isrc(1)].total, plays[isrc(1)].change) == (9_900, {1: 100, 7: 700, 30: None})
    assert (plays[isrc(2)].total, plays[isrc(2)].change) == (1000, {1: None, 7: None, 30: None})
    assert BOOK.trending(most=1) == [(isrc(1), 700)], "of the week until the last day that was counted"


def test_trending_is_the_most_first_then_by_code_of_what_was_on_a_chart():
    for number, rise in ((3, 50), (1, 50), (2, 80), (4, -5), (5, 90)):
        record(number, "spotify", on(7), 1000)
        record(number, "spotify", on(0), 1000 + rise)
        if number != 5:  # which was imported
            charted(number)

    assert BOOK.trending(most=3) == [(isrc(2), 80), (isrc(1), 50), (isrc(3), 50)]


def test_histories_of_long_ago_are_the_thirty_days_until_they_were_counted_last():
    for back in range(40):
        record(1, "soundcloud", on(back), 10_000 - 100 * back)
    record(2, "soundcloud", on(60), 5)

    told = BOOK.histories([isrc(1), isrc(2), isrc(3)], days=30)

    days = told[isrc(1)]["soundcloud"].days
    assert [one.day for one in days] == [on(back) for back in reversed(range(30))]
    assert {one.delta for one in days} == {100}
    assert [one.day for one in told[isrc(2)]["soundcloud"].days] == [on(60)]
    assert told[isrc(3)] == {}


def test_many_histories_cost_as_many_queries_as_one(django_assert_max_num_queries):
    today = timezone.now().date()
    for number in range(1, 11):
        record(number, "soundcloud", on(number), 100)
        record(number, "youtube", today, 100)

    with django_assert_max_num_queries(6):
        BOOK.histories([isrc(number) for number in range(1, 11)], days=30)
