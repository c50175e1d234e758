"""A room's chart: weeks, ranks, and the chart of a week's plays as they were."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.charts import room_charts
from apps.charts.room_charts import (
    PLACES,
    WEEKS_LOOKED_AT,
    Played,
    RoomChartEntryPayload,
    Week,
    ranked_tracks,
    room_chart,
)
from apps.playlist.models import Play, PlaylistTrack
from apps.playlist.services import play_item, remove_item, stop_playing
from apps.playlist.tests.rooms import add, new_room, vote
from apps.rooms.models import Room

# --- Weeks as ISO 8601 numbers them ------------------------------------------------------------------


@given(day=st.dates(date(1980, 1, 7), date(2100, 1, 1)))
def test_a_week_has_seven_days_and_a_unique_name(day: date):
    week = Week.of(day)

    assert week.begins_on <= day <= week.ends_on
    assert (week.ends_on - week.begins_on).days == 6
    assert Week.written(str(week)) == week
    assert week.before().ends_on < week.begins_on
    assert Week.of(week.ends_on) == week != Week.of(week.is_over_at.date())


@pytest.mark.parametrize(
    ("text", "monday"),
    [
        ("2025-W49", date(2025, 12, 1)),
        ("2020-W53", date(2020, 12, 28)),
        ("2026-W01", date(2025, 12, 29)),  # the new year's first week begins in the old one
    ],
)
def test_weeks_are_iso_weeks(text: str, monday: date):
    assert Week.written(text).begins_at == datetime.combine(monday, datetime.min.time(), UTC)


# --- Ranks -------------------------------------------------------------------------------------------


AT = datetime(2025, 12, 4, tzinfo=UTC)


def plays(*reported: tuple[str, int, int]) -> list[Played]:
    """Key, item and votes of each, in order."""
    return [Played(number, key, item, votes, AT) for number, (key, item, votes) in enumerate(reported)]


@pytest.mark.parametrize(
    ("reported", "expected"),
    [
        pytest.param([("a", 1, 0), ("b", 2, 0), ("b", 2, 0)], "ba", id="more plays"),
        pytest.param([("a", 1, 0), ("a", 1, 0), ("b", 2, 2)], "ba", id="votes count as much as plays"),
        pytest.param([("a", 1, 0), ("a", 1, 0), ("b", 2, 1)], "ab", id="of equals the more played"),
        pytest.param([("a", 1, -1), ("b", 2, 0)], "ba", id="votes against count less"),
        pytest.param([("b", 1, 0), ("a", 2, 0), ("c", 3, 0)], "bac", id="of equals the first"),
    ],
)
def test_ranks_are_ordered_by_points_then_plays(reported: list[tuple[str, int, int]], expected: str):
    assert "".join(one.key for one in ranked_tracks(plays(*reported))) == expected


def test_votes_of_an_item_are_counted_once_with_their_last_value():
    reported = ranked_tracks(plays(("a", 1, 5), ("a", 1, 2), ("a", 7, 1)))

    assert [(one.plays, one.votes, one.last_play) for one in reported] == [(3, 3, 2)]


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(1, 4), st.integers(-3, 3)), max_size=40))
def test_every_play_is_counted_and_points_never_rise_downwards(reported: list[tuple[str, int, int]]):
    chart = ranked_tracks(plays(*reported))

    assert sum(one.plays for one in chart) == len(reported)
    assert [one.rank for one in chart] == list(range(1, len(chart) + 1))
    points = [one.plays + one.votes for one in chart]
    assert points == sorted(points, reverse=True)


def test_a_chart_has_a_maximum_length():
    assert len(ranked_tracks(plays(*((str(number), number, 0) for number in range(PLACES + 5))))) == PLACES


# --- Charts ------------------------------------------------------------------------------------------


THIS_WEEK = Week.written("2025-W49")
TODAY = date(2025, 12, 4)


@pytest.fixture
def room(db: None) -> Room:
    return new_room()


def play(item: PlaylistTrack, *, at: datetime) -> None:
    """Plays it to its end, at that time."""
    slug = item.room.slug
    play_item(slug=slug, item_id=item.pk)
    stop_playing(slug=slug)
    last = Play.objects.filter(room=item.room).latest("pk")
    Play.objects.filter(pk=last.pk).update(started_at=at, ended_at=at + timedelta(minutes=3))


def in_week(item: PlaylistTrack, week: Week, times: int = 1) -> None:
    for number in range(times):
        play(item, at=week.begins_at + timedelta(hours=number))


def chart(room: Room, week: Week = THIS_WEEK) -> list[RoomChartEntryPayload]:
    return room_chart(room.slug, week, today=TODAY).tracks


def line(room: Room, week: Week = THIS_WEEK) -> list[tuple[Any, ...]]:
    return [(one.rank, one.name, one.plays.total, one.votes) for one in chart(room, week)]


def test_a_play_belongs_to_the_week_of_its_start(room: Room):
    halo = add(room, "Halo")
    play(halo, at=THIS_WEEK.begins_at - timedelta(seconds=1))
    play(halo, at=THIS_WEEK.begins_at)
    play(halo, at=THIS_WEEK.is_over_at - timedelta(seconds=1))
    play(halo, at=THIS_WEEK.is_over_at)

    assert line(room) == [(1, "Halo", 2, 0)]
    assert line(room, THIS_WEEK.before()) == [(1, "Halo", 1, 0)]


def test_movements_compare_with_the_previous_week_and_peaks_with_all_weeks(room: Room):
    up, down, same, back = (add(room, title) for title in ("Up", "Down", "Same", "Back"))
    before = THIS_WEEK.before()
    in_week(back, THIS_WEEK.before(3), 2)
    in_week(same, THIS_WEEK.before(3))
    for item, times in ((down, 5), (up, 3), (same, 1)):
        in_week(item, before, times)
    for item, times in ((up, 5), (down, 3), (same, 2), (back, 1), (add(room, "New"), 1)):
        in_week(item, THIS_WEEK, times)

    shown = {
        one.name: (one.movement.kind, one.movement.by, one.change.week, one.peak, one.days_on_chart)
        for one in chart(room)
    }

    assert shown == {
        **{"Up": ("up", 1, 2, 1, 2), "Down": ("down", 1, -2, 1, 2), "Same": ("same", 0, 1, 2, 3)},
        **{"Back": ("re-entry", 0, 1, 1, 2), "New": ("new", 0, 1, 5, 1)},
    }


def test_peaks_cover_a_year(room: Room):
    halo = add(room, "Halo")
    in_week(halo, THIS_WEEK.before(WEEKS_LOOKED_AT))
    in_week(halo, THIS_WEEK)
    assert [(one.movement.kind, one.days_on_chart) for one in chart(room)] == [("new", 1)]

    in_week(halo, THIS_WEEK.before(WEEKS_LOOKED_AT - 1))
    assert [(one.movement.kind, one.days_on_chart) for one in chart(room)] == [("re-entry", 2)]


def test_beyond_the_maximum_only_the_latest_plays_are_counted(room: Room, monkeypatch: pytest.MonkeyPatch):
    """A chart costs no more after many plays."""
    monkeypatch.setattr(room_charts, "MAX_PLAYS", 3)
    first, last = add(room, "First"), add(room, "Last")
    in_week(first, THIS_WEEK.before(), 2)
    in_week(last, THIS_WEEK, 3)
    assert [(one.name, one.movement.kind) for one in chart(room)] == [("Last", "new")]
    assert line(room, THIS_WEEK.before()) == [(1, "First", 2, 0)]

    in_week(first, THIS_WEEK, 4)
    assert line(room) == [(1, "First", 2, 0), (2, "Last", 1, 0)]


def test_tracks_that_left_queue_or_library_stay_on_the_chart(room: Room):
    halo = add(room, "Halo")
    in_week(halo, THIS_WEEK)
    track = halo.track
    assert [one.track_id for one in chart(room)] == [track.pk]
    remove_item(slug=room.slug, item_id=halo.pk)
    track.delete()
    in_week(add(room, "Gold"), THIS_WEEK, 2)  # which makes it another moment of the room

    assert [(one.name, one.track_id is None) for one in chart(room)] == [("Gold", False), ("Halo", True)]


def test_a_recording_queued_again_or_added_again_is_one_row(room: Room):
    first = add(room, "Halo")
    vote(first, 2)
    in_week(first, THIS_WEEK)
    track = first.track
    remove_item(slug=room.slug, item_id=first.pk)
    again = PlaylistTrack.objects.create(room=room, track=track, position=1.0)
    in_week(again, THIS_WEEK)
    assert line(room) == [(1, "Halo", 2, 2)]

    for title in ("Gold", "Gold again"):
        item = add(room, title)
        item.track.isrc = "ZZTUT2500001"
        item.track.save()
        item.refresh_from_db()
        in_week(item, THIS_WEEK, 2)
        remove_item(slug=room.slug, item_id=item.pk)
        item.track.delete()
    first_line = chart(room)[0]
    assert (first_line.name, first_line.isrc, first_line.plays.total) == ("Gold again", "ZZTUT2500001", 4)


def test_the_current_play_is_counted_only_in_its_room(room: Room):
    halo = add(room, "Halo")
    play_item(slug=room.slug, item_id=halo.pk)
    began = Play.objects.get()
    week = Week.of(began.started_at.astimezone(UTC).date())

    assert line(room, week) == [(1, "Halo", 1, 0)]
    assert chart(new_room(), week) == []


def test_the_number_of_queries_is_constant(room: Room, django_assert_num_queries: Any):
    for number in range(3):
        in_week(add(room, f"Track {number}"), THIS_WEEK.before(number), 1)
    with django_assert_num_queries(3):
        assert len(chart(room)) == 1
    for number in range(30):
        in_week(add(room, f"Another {number}"), THIS_WEEK)
    with django_assert_num_queries(3):
        assert len(chart(room)) == 31
    with django_assert_num_queries(1):  # nothing has happened since
        assert len(chart(room)) == 31
