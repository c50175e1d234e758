"""Due times of schedules; each scheduled run is requested once."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from apps.jobs.models import JobRun, ScheduleState
from apps.jobs.registry import FIRST_SECONDS, LAST_SECONDS, job, retry_delay_seconds
from apps.jobs.scheduler import (
    NOTIFICATION_DELAY,
    POLL_SECONDS,
    Daily,
    Every,
    Schedule,
    all_schedules,
    enqueue_due_runs,
    register_schedules,
    seconds_until_next_run,
    tick,
)
from apps.jobs.tests.concurrent_users import run_concurrently

NOW = datetime(2026, 3, 29, 2, 30, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
RHYTHMS = st.one_of(
    st.builds(Every, st.timedeltas(timedelta(seconds=1), timedelta(days=40))),
    st.builds(Daily, st.integers(0, 23)),
)


@given(now=MOMENTS, trigger=RHYTHMS)
def test_the_next_due_time_follows_the_previous_one(now, trigger):
    latest, following = trigger.latest(now), trigger.next(now)

    assert latest <= now < following
    assert trigger.latest(latest) == latest
    assert trigger.next(latest) == following
    assert trigger.latest(following) == following


def test_daily_runs_are_due_at_their_hour_and_the_earliest_of_several_is_next(hourly_schedule):
    assert Daily(hour=2).latest(NOW) == datetime(2026, 3, 29, 2, tzinfo=UTC)
    assert Daily(hour=3).latest(NOW) == datetime(2026, 3, 28, 3, tzinfo=UTC)
    both = [Schedule("daily", hourly_schedule.job, Daily(hour=4)), hourly_schedule]
    assert seconds_until_next_run(NOW, both) == 1800
    assert seconds_until_next_run(NOW, []) is None


@pytest.fixture
def hourly_schedule() -> Schedule:
    @job("desk.tidy")
    def tidy() -> None: ...

    return Schedule("tidy", tidy, Every(HOUR))


@pytest.mark.django_db
def test_each_scheduled_run_is_requested_once(hourly_schedule):
    """A new schedule waits for its next due time, and missed due times result in one run."""

    def made(at: timedelta) -> int:
        return len(enqueue_due_runs([hourly_schedule], now=NOW + at))

    half = HOUR / 2
    assert [made(at) for at in (0 * HOUR, half - MINUTE, half, half + MINUTE)] == [0, 0, 1, 0]
    assert JobRun.objects.get().kind == "desk.tidy"
    JobRun.objects.all().delete()
    assert [made(at) for at in (10 * HOUR, 10 * HOUR, 9 * HOUR)] == [1, 0, 0]  # the clock may be set back
    assert ScheduleState.objects.get().last_due_at > NOW + 9 * HOUR
    assert JobRun.objects.count() == 1


@pytest.mark.usefixtures("stored")
def test_one_of_many_schedulers_requests_each_run(hourly_schedule):
    def made_at(now: datetime) -> list[list[str]]:
        return sorted(run_concurrently(8, lambda _: enqueue_due_runs([hourly_schedule], now=now)))

    assert made_at(NOW) == [[]] * 8  # a new schedule
    assert ScheduleState.objects.count() == 1
    assert made_at(NOW + HOUR) == [[]] * 7 + [["tidy"]]
    assert JobRun.objects.count() == 1


@pytest.fixture
def follow() -> Iterator[Callable[[Sequence[Schedule]], None]]:
    """Registers schedules until the test ends."""
    own = all_schedules()
    yield register_schedules
    register_schedules(own)


@pytest.mark.django_db
def test_the_scheduler_wakes_at_due_times_and_notifies_of_missed_runs(desk, words, follow, hourly_schedule):
    follow([hourly_schedule])
    assert tick(now=NOW + timedelta(minutes=29, seconds=58)) == 2.0
    follow([])
    run = desk.declare().request(person=1).run
    words.delays.clear()

    assert tick(now=run.due_at) == POLL_SECONDS
    assert words.delays == []
    tick(now=run.due_at + NOTIFICATION_DELAY)
    assert words.delays == [0.0]


# --- Delay of retries --------------------------------------------------------------------------------


@given(attempts=st.integers(1, 5000), chance=st.floats(0, 1))
def test_delays_are_limited_and_at_least_half_of_the_maximum(attempts, chance):
    longest = min(FIRST_SECONDS * 2 ** min(attempts - 1, 50), LAST_SECONDS)

    assert longest / 2 <= retry_delay_seconds(attempts, chance) <= longest


@pytest.mark.django_db
def test_a_command_runs_scheduled_jobs_immediately_and_lists_them(capsys):
    call_command("run_job", "jobs.purge_runs", "users.purge_logins")
    assert capsys.readouterr().out == "jobs.purge_runs: done (purged: 0)\nusers.purge_logins: done\n"
    call_command("run_job")
    assert capsys.readouterr().out.split() == sorted(one.job.kind for one in all_schedules())
    with pytest.raises(CommandError, match=r"Not a scheduled job: tracks\.tidy\. Known: analytics\."):
        call_command("run_job", "tracks.tidy")
