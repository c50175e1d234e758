"""A room's chart: of the plays of its weeks, as they were."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from apps.charts.rooms.payloads import RoomChartEntryPayload
from apps.charts.rooms.selectors import WEEKS_LOOKED_AT, room_chart
from apps.charts.rooms.weeks import Week
from apps.playlist.models import Play, PlaylistTrack, Room
from apps.playlist.services import play_item, remove_item, stop_playing
from apps.playlist.tests.rooms import add, new_room, vote

pytestmark = pytest.mark.django_db
THIS_WEEK = Week.written("2025-W49")
TODAY = date(2025, 12, 4)


@pytest.fixture
def room() -> Room:
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


def test_a_play_counts_in_the_week_in_which_it_began(room: Room):
    halo = add(room, "Halo")
    play(halo, at=THIS_WEEK.begins_at - timedelta(seconds=1))
    play(halo, at=THIS_WEEK.begins_at)
    play(halo, at=THIS_WEEK.is_over_at - timedelta(seconds=1))
    play(halo, at=THIS_WEEK.is_over_at)

    assert line(room) == [(1, "Halo", 2, 0)]
    assert line(room, THIS_WEEK.before()) == [(1, "Halo", 1, 0)]


def test_movers_are_against_the_week_before_and_peaks_of_all_before(room: Room):
    up, down, same, back = (add(room, title) for title in ("Up", "Down", "Same", "Back"))
    before = THIS_WEEK.before()
    in_week(back, THIS_WEEK.before(3), 2)
    in_week(same, THIS_WEEK.before(3))
    for item, times in ((down, 5), (up, 3), (same, 1)):
        in_week(item, before, times)
    for item, times in ((up, 5), (down, 3), (same, 2), (back, 1), (add(room, "New"), 1)):
        in_week(item, THIS_WEEK, times)

    told = {
        one.name: (one.movement.kind, one.movement.by, one.change.week, one.peak, one.days_on_chart)
        for one in chart(room)
    }

    assert told == {
        **{"Up": ("up", 1, 2, 1, 2), "Down": ("down", 1, -2, 1, 2), "Same": ("same", 0, 1, 2, 3)},
        **{"Back": ("re-entry", 0, 1, 1, 2), "New": ("new", 0, 1, 5, 1)},
    }


def test_a_year_is_looked_at(room: Room):
    halo = add(room, "Halo")
    in_week(halo, THIS_WEEK.before(WEEKS_LOOKED_AT))
    in_week(halo, THIS_WEEK)
    assert [(one.movement.kind, one.days_on_chart) for one in chart(room)] == [("new", 1)]

    in_week(halo, THIS_WEEK.before(WEEKS_LOOKED_AT - 1))
    assert [(one.movement.kind, one.days_on_chart) for one in chart(room)] == [("re-entry", 2)]


def test_what_left_the_queue_and_the_library_stays_on_the_chart(room: Room):
    halo = add(room, "Halo")
    in_week(halo, THIS_WEEK)
    track = halo.track
    assert [one.track_id for one in chart(room)] == [track.pk]
    remove_item(slug=room.slug, item_id=halo.pk)
    track.delete()
    in_week(add(room, "Gold"), THIS_WEEK, 2)  # which makes it another moment of the room

    assert [(one.name, one.track_id is None) for one in chart(room)] == [("Gold", False), ("Halo", True)]


def test_the_same_recording_queued_again_is_one_line_also_when_the_library_got_it_anew(room: Room):
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


def test_what_plays_now_counts_already_and_in_no_other_room(room: Room):
    halo = add(room, "Halo")
    play_item(slug=room.slug, item_id=halo.pk)
    began = Play.objects.get()
    week = Week.of(began.started_at.astimezone(UTC).date())

    assert line(room, week) == [(1, "Halo", 1, 0)]
    assert chart(new_room(), week) == []


def test_a_chart_costs_the_same_however_long_it_is(room: Room, django_assert_num_queries: Any):
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
