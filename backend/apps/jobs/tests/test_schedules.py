"""Turns of schedules, and that each is made once."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.jobs.backoff import FIRST_SECONDS, LAST_SECONDS, delay_seconds
from apps.jobs.models import JobRun, ScheduledTurn
from apps.jobs.registry import job
from apps.jobs.schedules import (
    Daily,
    Every,
    Schedule,
    all_schedules,
    follow_schedules,
    seconds_until_next_turn,
)
from apps.jobs.tests.crowd import all_at_once
from apps.jobs.turns import LOOK_SECONDS, ON_ITS_WAY, make_due_runs, take_turn

NOW = datetime(2026, 3, 29, 2, 30, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
RHYTHMS = st.one_of(
    st.builds(Every, st.timedeltas(timedelta(seconds=1), timedelta(days=40))),
    st.builds(Daily, st.integers(0, 23)),
)


@given(now=MOMENTS, rhythm=RHYTHMS)
def test_a_moment_lies_between_two_turns_that_follow_each_other(now, rhythm):
    latest, following = rhythm.latest(now), rhythm.next(now)

    assert latest <= now < following
    assert rhythm.latest(latest) == latest
    assert rhythm.next(latest) == following
    assert rhythm.latest(following) == following


def test_a_daily_turn_is_when_its_hour_begins_and_the_next_of_several_the_first_of_them(tidy_hourly):
    assert Daily(hour=2).latest(NOW) == datetime(2026, 3, 29, 2, tzinfo=UTC)
    assert Daily(hour=3).latest(NOW) == datetime(2026, 3, 28, 3, tzinfo=UTC)
    both = [Schedule("daily", tidy_hourly.job, Daily(hour=4)), tidy_hourly]
    assert seconds_until_next_turn(NOW, both) == 1800
    assert seconds_until_next_turn(NOW, []) is None


@pytest.fixture
def tidy_hourly() -> Schedule:
    @job("desk.tidy")
    def tidy() -> None: ...

    return Schedule("tidy", tidy, Every(HOUR))


@pytest.mark.django_db
def test_each_turn_is_made_once(tidy_hourly):
    """A new schedule waits for its next turn, and those that nobody was there for are made up for by one."""

    def made(at: timedelta) -> int:
        return len(make_due_runs([tidy_hourly], now=NOW + at))

    half = HOUR / 2
    assert [made(at) for at in (0 * HOUR, half - MINUTE, half, half + MINUTE)] == [0, 0, 1, 0]
    assert JobRun.objects.get().kind == "desk.tidy"
    JobRun.objects.all().delete()
    assert [made(at) for at in (10 * HOUR, 10 * HOUR, 9 * HOUR)] == [1, 0, 0]  # a clock may be set back
    assert ScheduledTurn.objects.get().turn_at > NOW + 9 * HOUR
    assert JobRun.objects.count() == 1


@pytest.mark.usefixtures("stored")
def test_of_many_beats_one_makes_each_turn(tidy_hourly):
    def made_at(now: datetime) -> list[list[str]]:
        return sorted(all_at_once(8, lambda _: make_due_runs([tidy_hourly], now=now)))

    assert made_at(NOW) == [[]] * 8  # it is new
    assert ScheduledTurn.objects.count() == 1
    assert made_at(NOW + HOUR) == [[]] * 7 + [["tidy"]]
    assert JobRun.objects.count() == 1


@pytest.fixture
def follow() -> Iterator[Callable[[Sequence[Schedule]], None]]:
    """Has beat follow these schedules, until the test ends."""
    own = all_schedules()
    yield follow_schedules
    follow_schedules(own)


@pytest.mark.django_db
def test_beat_is_there_when_a_turn_is_due_and_tells_of_runs_that_no_word_was_heard_of(
    desk, words, follow, tidy_hourly
):
    follow([tidy_hourly])
    assert take_turn(now=NOW + timedelta(minutes=29, seconds=58)) == 2.0
    follow([])
    run = desk.declare().request(person=1).run
    words.delays.clear()

    assert take_turn(now=run.due_at) == LOOK_SECONDS
    assert words.delays == []
    take_turn(now=run.due_at + ON_ITS_WAY)
    assert words.delays == [0.0]


# --- How long a failed run waits ---------------------------------------------------------------------


@given(attempts=st.integers(1, 5000), chance=st.floats(0, 1))
def test_a_wait_is_bounded_and_at_least_half_of_the_longest(attempts, chance):
    longest = min(FIRST_SECONDS * 2 ** min(attempts - 1, 50), LAST_SECONDS)

    assert longest / 2 <= delay_seconds(attempts, chance) <= longest
