"""After late, repeated, unordered and deleted activities, the roll-ups equal a recount of the raw rows."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from apps.analytics.models import ROLL_UPS, Activity, DayCount, Kind, RoomPlayDayCount
from apps.analytics.services import NewActivity, record_activities
from apps.analytics.tasks import roll_up
from apps.analytics.tests.invariants import check_roll_ups
from apps.analytics.tests.reports import report
from apps.tracks.metadata import TrackMetadata
from apps.tracks.models import Track
from apps.tracks.services import delete_track
from apps.users.models import User

MIDNIGHT = datetime(2025, 12, 4, tzinfo=UTC)
# Around midnight, and far from it: late by years.
MOMENTS = st.one_of(
    st.integers(-5 * 3600, 5 * 3600).map(lambda seconds: MIDNIGHT + timedelta(seconds=seconds)),
    st.datetimes(datetime(1980, 1, 1), datetime(2025, 12, 4), timezones=st.just(UTC)),
)
PEOPLE, TRACKS = 2, 3
TOLD = st.tuples(st.sampled_from(Kind), st.integers(0, TRACKS - 1), MOMENTS)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("report"), st.integers(0, PEOPLE - 1), st.lists(TOLD, min_size=1, max_size=6)),
        st.tuples(st.just("report again"), st.integers(0, 10)),
        st.tuples(st.just("delete some"), st.integers(1, 4)),
        st.tuples(st.just("delete track"), st.integers(0, TRACKS - 1)),
        st.tuples(st.just("delete person"), st.integers(0, PEOPLE - 1)),
        st.tuples(st.just("roll up")),
    ),
    max_size=12,
)


class World:
    """Two people and three tracks, of whom some may go."""

    def __init__(self) -> None:
        self.people = [User.objects.create_user(f"person-{number}").pk for number in range(PEOPLE)]
        self.tracks = []
        for number in range(TRACKS):
            track = Track.described_by(TrackMetadata(f"Track {number}", "Somebody"))
            track.save()
            self.tracks.append(track.pk)
        self.arrived: list[tuple[int, list[NewActivity]]] = []

    def do(self, name: str, *given: Any) -> None:
        getattr(self, name.replace(" ", "_"))(*given)

    def report(self, person: int, activities: list[tuple[Kind, int, datetime]]) -> None:
        known = [NewActivity(kind, self.tracks[track], occurred_at=at) for kind, track, at in activities]
        self._record(self.people[person], known)

    def report_again(self, number: int) -> None:
        """The same content again is another activity: only its idempotency key would make it a repeat."""
        if self.arrived:
            self._record(*self.arrived[number % len(self.arrived)])

    def delete_some(self, every: int) -> None:
        ids = [one.pk for one in Activity.objects.order_by("occurred_at") if one.pk % every == 0]
        Activity.objects.filter(pk__in=ids).delete()

    def delete_track(self, number: int) -> None:
        if Track.objects.filter(pk=self.tracks[number]).exists():
            delete_track(track_id=self.tracks[number])

    def delete_person(self, number: int) -> None:
        User.objects.filter(pk=self.people[number]).delete()

    def roll_up(self) -> None:
        assert roll_up().wrong == 0

    def _record(self, user_id: int, activities: list[NewActivity]) -> None:
        there = set(Track.objects.values_list("pk", flat=True))
        activities = [one for one in activities if one.track_id in there]
        if User.objects.filter(pk=user_id).exists():
            record_activities(user_id=user_id, activities=activities)
            self.arrived.append((user_id, activities))


class RollUps(TestCase):
    @given(steps=STEPS)
    def test_roll_ups_equal_a_recount_after_every_step(self, steps: list[tuple[Any, ...]]):
        world = World()
        for step in steps:
            world.do(*step)
            check_roll_ups()


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("table", [one._meta.db_table for one in ROLL_UPS])
@pytest.mark.parametrize(
    "damage", ["DELETE FROM {}", "UPDATE {} SET count = count + 3"], ids=["lost", "more"]
)
def test_counts_changed_directly_are_corrected(
    ada: User, bo: User, halo: Track, now: datetime, table: str, damage: str
):
    report(ada, halo, at=now, times=2)
    report(bo, halo, "like", at=now - timedelta(days=400))
    run(damage.format(table))

    first, again = roll_up(), roll_up()

    assert (first.days, first.people) == (2, 2)
    assert first.wrong > 0
    assert again.wrong == 0
    check_roll_ups()


@pytest.mark.parametrize("group", [1, 2, 20])
def test_users_are_corrected_in_groups(
    halo: Track, now: datetime, monkeypatch: pytest.MonkeyPatch, group: int
):
    monkeypatch.setattr("apps.analytics.tasks.PEOPLE_PER_QUERY", group)
    for number in range(5):
        report(User.objects.create_user(f"person-{number}"), halo, at=now, times=number + 1)
    run("UPDATE analytics_persondaycount SET count = count + 1")

    done = roll_up()

    assert (done.people, done.wrong) == (5, 5)
    check_roll_ups()


def test_raw_rows_added_or_deleted_directly_are_counted(ada: User, halo: Track, now: datetime, capsys):
    DayCount.objects.create(day=20_000, kind="play", count=7)
    RoomPlayDayCount.objects.create(day=20_000, count=2)
    call_command("roll_up_analytics")
    assert capsys.readouterr().out == "Recounted 1 days and 0 people: 2 counts were wrong.\n"
    check_roll_ups()

    report(ada, halo, at=now)
    columns = "user_id, track_id, kind, context, occurred_at, received_at, quarter"
    run(f"INSERT INTO analytics_activity ({columns}) SELECT {columns} FROM analytics_activity")  # noqa: S608

    assert roll_up().wrong == len(ROLL_UPS) - 1  # the same hour is one more in no trend
    assert DayCount.objects.get().count == 2
    check_roll_ups()
