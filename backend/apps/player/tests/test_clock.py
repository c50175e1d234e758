"""What the clock does when something is due: it advances, waits for people, misses speakers, restarts."""

from datetime import timedelta

import pytest

from apps.player import clock as player_clock
from apps.player import services
from apps.player.clock import look
from apps.player.models import ClockBeat, Player, Speaker
from apps.player.selectors import player_of
from apps.player.tests.test_actions import Clock, clock, room, title
from apps.playlist.tests.rooms import event_recorder, queued, titles
from apps.realtime.models import Presence, Stream
from apps.rooms.models import Room
from core.server_clock import measure_clock

__all__ = ["clock", "room"]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def same_clock(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(player_clock, "server_now", clock)


def speaker(clock: Clock, number: int = 1) -> Speaker:
    expires_at = clock.now + timedelta(hours=1)
    return Speaker(speaker_id=f"speaker-{number}", name="Kitchen", kind="mpd", expires_at=expires_at)


def enter(room: Room, clock: Clock) -> None:
    Presence.objects.create(
        stream_id=room.stream_id, key="guest:1", until=clock.now + timedelta(hours=1), written_at=clock.now
    )


def test_the_end_of_a_track_is_processed_once(room: Room, clock: Clock):
    enter(room, clock)
    services.play(slug=room.slug)
    began = clock.now
    clock.move(60.4)
    with event_recorder(room) as types:
        for _ in range(3):
            services.look_after(slug=room.slug)
            look()
    assert types == ["track.playing", "player.changed", "track.removed"]
    player = player_of(room.slug)
    assert (title(player), titles(room), player.position_ms) == ("B", "BC", 400)
    assert player.anchor is not None
    assert player.anchor.at == began + timedelta(seconds=60)


def test_without_autoplay_the_player_stops_at_the_end(room: Room, clock: Clock):
    enter(room, clock)
    services.change_settings(slug=room.slug, changes={"autoplay": False})
    services.play(slug=room.slug)
    clock.move(61)
    look()
    assert (player_of(room.slug).state, titles(room)) == ("stopped", "BC")


def test_in_an_empty_room_the_player_pauses_at_the_end_until_someone_joins(room: Room, clock: Clock):
    services.play(slug=room.slug)
    clock.move(61)
    look()
    player = player_of(room.slug)
    assert (player.state, player.reason, player.position_ms) == ("paused", "room_empty", 60_000)
    clock.move(3600)
    look()
    assert title(player_of(room.slug)) == "A"
    enter(room, clock)
    look()
    look()
    assert (title(player_of(room.slug)), player_of(room.slug).state) == ("B", "playing")


@pytest.mark.parametrize(
    ("seconds_away", "after"), [(20, ("A", 40_100)), (59, ("B", 19_100)), (61, ("A", 20_100))]
)
def test_ten_seconds_after_the_last_speaker_left_the_player_pauses_until_the_next_joins(
    room: Room, clock: Clock, seconds_away: int, after: tuple[str, int]
):
    enter(room, clock)
    services.play(slug=room.slug)
    for number in (1, 2):
        services.join_speaker(slug=room.slug, speaker=speaker(clock, number))
    for number in (1, 2):
        clock.move(5)
        services.leave_speaker(slug=room.slug, speaker_id=f"speaker-{number}")
        look()
    clock.move(9.9)
    look()
    assert player_of(room.slug).state == "playing"
    clock.move(0.2)
    look()
    assert (player_of(room.slug).reason, player_of(room.slug).position_ms) == ("speaker_lost", 20_100)
    clock.move(seconds_away)
    services.join_speaker(slug=room.slug, speaker=speaker(clock))
    look()
    now = player_of(room.slug)
    assert (now.state, title(now), now.position_ms) == ("playing", *after)


def test_a_speaker_of_a_killed_process_expires(room: Room, clock: Clock):
    services.play(slug=room.slug)
    services.join_speaker(slug=room.slug, speaker=speaker(clock))
    Speaker.objects.update(expires_at=clock.now + timedelta(seconds=15))
    for seconds in (15, 5):
        clock.move(seconds)
        look()
    assert not Speaker.objects.exists()
    assert player_of(room.slug).reason == "speaker_lost"


def test_after_three_failed_items_in_a_row_the_player_pauses(room: Room, clock: Clock):
    services.play(slug=room.slug)
    one = speaker(clock)
    services.join_speaker(slug=room.slug, speaker=one)
    for expected in ("B", "C", "C"):
        one.state, one.play_id = "failed", player_of(room.slug).play_id
        services.note_report(slug=room.slug, speaker=one)
        services.note_report(slug=room.slug, speaker=one)
        assert title(player_of(room.slug)) == expected
    assert player_of(room.slug).reason == "speaker_lost"


@pytest.mark.parametrize(("seconds_down", "reason"), [(25, None), (40, "server_restarted")])
def test_after_a_restart_the_player_continues_or_is_paused_at_its_position(
    room: Room, clock: Clock, seconds_down: int, reason: str | None
):
    enter(room, clock)
    services.play(slug=room.slug)
    ClockBeat.objects.create(pk=1, alive_at=clock.now)
    clock.move(10)
    look()
    clock.move(seconds_down)
    look()
    player = player_of(room.slug)
    assert player.reason == reason
    assert player.position_ms == (10_000 if reason else 35_000)


def test_the_number_of_statements_of_a_poll_is_the_same_for_many_rooms(
    room: Room, clock: Clock, django_assert_max_num_queries
):
    services.play(slug=room.slug)
    look()
    streams = Stream.objects.bulk_create(
        Stream(kind="playlist", name=f"o-{number}") for number in range(1000)
    )
    rooms = [Room(slug=stream.name, name="Other", stream=stream, has_player=True) for stream in streams]
    Room.objects.bulk_create_without_events(rooms)
    place = {"state": "playing", "duration_ms": 10**8, "anchored_at": clock.now}
    ends_at = clock.now + timedelta(seconds=2)
    Player.objects.bulk_create_without_events([Player(room=one, wake_at=ends_at, **place) for one in rooms])
    with django_assert_max_num_queries(5):
        assert look().seconds(clock.now) == 2


def test_a_poll_of_an_idle_server_takes_one_statement(clock: Clock, django_assert_num_queries):
    measure_clock()  # which is not due again for 30 seconds
    with django_assert_num_queries(1):
        assert look().seconds(clock.now) == player_clock.IDLE_SECONDS


def test_a_speaker_that_joins_first_after_a_restart_hides_it_from_no_room(room: Room, clock: Clock):
    other = Room.objects.create(slug="other", name="Other")
    queued(other, "D")
    for slug in (room.slug, other.slug):
        services.play(slug=slug)
    Player.objects.filter(room=other).update_without_events(
        state="paused", reason="speaker_lost", wake_at=None
    )
    ClockBeat.objects.create(pk=1, alive_at=clock.now)
    clock.move(40)
    services.join_speaker(slug=other.slug, speaker=speaker(clock))
    look()
    assert (player_of(room.slug).reason, player_of(room.slug).position_ms) == ("server_restarted", 0)
    assert (player_of(other.slug).state, player_of(other.slug).position_ms) == ("playing", 40_000)
