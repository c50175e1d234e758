"""Actions of people: what they change, and which events say so."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.player import rules, selectors, services
from apps.player.errors import NothingPlaying
from apps.player.models import Player
from apps.player.payloads import PlayerPayload
from apps.player.selectors import player_of
from apps.playlist.services import play_item, remove_item
from apps.playlist.tests.rooms import add, event_recorder, new_room, queued, titles
from apps.rooms.models import Room
from apps.tracks.models import Track
from core.errors import InvalidInput

pytestmark = pytest.mark.django_db
START = timezone.now()


class Clock:
    """The server's clock, moved by the test."""

    now = START

    def __call__(self):
        return self.now

    def move(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    for module in (rules, selectors, services):
        monkeypatch.setattr(module, "server_now", clock)
    return clock


@pytest.fixture
def room(clock: Clock) -> Room:
    """Three tracks of a minute each."""
    room = new_room()
    queued(room, "ABC")
    Track.objects.update_without_events(duration_seconds=60)
    return room


def now_in(room: Room) -> PlayerPayload:
    return player_of(room.slug)


def title(player: PlayerPayload) -> str | None:
    return player.item.track.title if player.item else None


def test_a_room_without_a_player_plays_and_shows_the_position(room: Room, clock: Clock):
    first = room.items.order_by("position")[0]
    with event_recorder(room) as types:
        play_item(slug=room.slug, item_id=first.pk)
    assert types == ["track.playing"]
    shown = now_in(room)
    assert (shown.state, title(shown), shown.duration_ms) == ("playing", "A", 60_000)
    assert not Player.objects.exists()


def test_play_pause_seek_and_resume_keep_the_position(room: Room, clock: Clock):
    with event_recorder(room) as types:
        services.play(slug=room.slug)
    assert types == ["track.playing", "player.changed"]
    clock.move(10)
    with event_recorder(room) as types:
        services.pause(slug=room.slug)
        services.pause(slug=room.slug)
    assert types == ["player.changed"]
    clock.move(10)
    assert (now_in(room).state, now_in(room).reason, now_in(room).position_ms) == ("paused", "paused", 10_000)
    services.seek(slug=room.slug, position_ms=30_000)
    assert now_in(room).state == "paused"
    with event_recorder(room) as types:
        services.resume(slug=room.slug)
        services.resume(slug=room.slug)
    assert types == ["player.changed"]
    clock.move(5)
    assert now_in(room).position_ms == 35_000
    with pytest.raises(InvalidInput):
        services.seek(slug=room.slug, position_ms=60_001)
    with event_recorder(room) as types:
        services.stop(slug=room.slug)
        services.stop(slug=room.slug)
    assert types == ["track.playing", "player.changed"]
    assert (now_in(room).state, now_in(room).anchor, now_in(room).position_ms) == ("stopped", None, 0)


@pytest.mark.parametrize(
    "action", [services.pause, services.resume, services.skip, services.go_back, services.play]
)
def test_actions_without_a_playing_item_are_rejected(clock: Clock, action):
    with pytest.raises(NothingPlaying):
        action(slug=new_room().slug)


@pytest.mark.parametrize(
    ("after_play", "order", "played", "left"),
    [
        ("remove", "manual", "ABC", ""),
        ("keep", "manual", "ABC", "ABC"),
        ("requeue", "manual", "ABCABC", "ABC"),
        ("keep", "votes", "ABCABC", "ABC"),
    ],
)
def test_after_play_removes_keeps_or_requeues_the_item(
    room: Room, clock: Clock, after_play: str, order: str, played: str, left: str
):
    room.chosen_order = order
    room.save()
    services.change_settings(slug=room.slug, changes={"after_play": after_play})
    services.play(slug=room.slug)
    heard = ""
    for _ in played:
        heard += title(now_in(room)) or ""
        clock.move(60)
        services.skip(slug=room.slug)
    assert heard == played
    assert sorted(titles(room)) == sorted(left)
    assert now_in(room).state == ("playing" if len(played) > 3 else "stopped")


def test_previous_restarts_the_item_or_in_its_first_seconds_plays_the_one_before(room: Room, clock: Clock):
    services.play(slug=room.slug)
    services.skip(slug=room.slug)
    services.skip(slug=room.slug)
    assert (title(now_in(room)), titles(room)) == ("C", "C")
    clock.move(4)
    with event_recorder(room) as types:
        services.go_back(slug=room.slug)
    assert (types, title(now_in(room)), now_in(room).position_ms) == (["player.changed"], "C", 0)
    for expected in ("B", "A", "A"):
        services.go_back(slug=room.slug)
        assert title(now_in(room)) == expected
    assert titles(room) == "ABC"
    services.skip(slug=room.slug)
    assert title(now_in(room)) == "B"


def test_removing_the_playing_item_stops_the_player(room: Room):
    services.play(slug=room.slug)
    with event_recorder(room) as types:
        remove_item(slug=room.slug, item_id=room.items.order_by("position")[0].pk)
    assert types == ["track.playing", "player.changed", "track.removed"]
    assert now_in(room).state == "stopped"


def test_a_play_by_the_queue_endpoint_changes_the_player(room: Room, clock: Clock):
    services.change_settings(slug=room.slug, changes={"volume": 30})
    item = add(room, "D")
    play_item(slug=room.slug, item_id=item.pk)
    assert (title(now_in(room)), now_in(room).volume, now_in(room).state) == ("D", 30, "playing")
