"""At most one item of a room plays, also of a first queue; plays are stored as they were."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.playlist.management.commands.seed_playlist import VOTES
from apps.playlist.models import PlaylistTrack, RemovedItem
from apps.playlist.rules import switch_play
from apps.playlist.selectors import history_at
from apps.playlist.services import (
    Place,
    cast_vote,
    check_playing_state,
    play_item,
    remove_item,
    restore_item,
    stop_playing,
)
from apps.playlist.tasks import purge_removed_items
from apps.playlist.tests.rooms import add, event_recorder, new_room, positions, queued, titles, top
from apps.rooms.models import MAIN_ROOM, Room
from apps.tracks.models import Track
from apps.tracks.services import seed_library
from core.errors import InternalError, InvalidInput, NotFound


def play(item: PlaylistTrack) -> None:
    play_item(slug=item.room.slug, item_id=item.pk)


def test_history_is_cached_only_for_its_seq(room, django_assert_num_queries):
    (item,) = queued(room, "a")
    play(item)
    moment = {"room_id": room.pk, "epoch": room.stream.epoch, "seq": top(room)}
    assert history_at(**moment) == []
    with django_assert_num_queries(0):
        assert history_at(**moment) == []
    stop_playing(slug=room.slug)
    assert len(history_at(**{**moment, "seq": top(room)})) == 1


def test_two_open_plays_of_a_room_can_t_be_stored(room):
    (item,) = queued(room, "a")
    play(item)
    with pytest.raises(IntegrityError), transaction.atomic():
        room.plays.create(item_number=9, track=item.track, item={}, started_at=timezone.now())


def test_an_item_of_another_room_can_t_be_played_even_from_the_shell(room):
    item = add(new_room(), "a")
    room.playing = item
    with pytest.raises(InvalidInput) as rejection, transaction.atomic():
        room.save()
    assert list(rejection.value.details) == ["playing"]
    assert Room.objects.get(pk=room.pk).playing_id is None


@pytest.mark.parametrize("broken", ["no play", "another play", "a play too many"])
def test_a_room_that_disagrees_with_its_open_plays_is_logged_as_a_bug(room, broken: str):
    first, second = queued(room, "ab")
    if broken != "a play too many":
        play(first)
        room.refresh_from_db()
    if broken == "no play":
        room.plays.all().delete()
    elif broken == "another play":
        room.plays.update(item_number=second.pk)
    else:
        switch_play(room=room, to_item_id=first.pk)
    with pytest.raises(InternalError):
        check_playing_state(room)


def test_a_start_that_would_leave_an_inconsistent_room_is_rolled_back(room, monkeypatch):
    first, second = queued(room, "ab")
    play(first)
    monkeypatch.setattr("apps.playlist.rules.switch_play", lambda **_: None)
    with event_recorder(room) as events, pytest.raises(InternalError):
        play(second)
    assert events == []
    assert Room.objects.get(pk=room.pk).playing_id == first.pk


def test_the_first_ten_tracks_are_queued_once_with_real_votes_and_one_plays(db, capsys):
    seed_library()
    room = Room.objects.get(slug=MAIN_ROOM)
    with event_recorder(room) as events:
        call_command("seed_playlist")
        call_command("seed_playlist")
    assert capsys.readouterr().out.splitlines() == [
        "Queued 10 tracks in the main room.",
        "The main room has a queue: left as it is.",
    ]
    items = list(room.items.order_by("pk"))
    assert [item.track_id for item in items] == list(
        Track.objects.order_by("pk").values_list("pk", flat=True)[:10]
    )
    assert [item.votes for item in items] == list(VOTES)
    assert all(item.cast_votes.count() == abs(item.votes) for item in items)
    assert positions(room) == [float(number) for number in range(1, 11)]
    room.refresh_from_db()
    assert room.playing_id == items[0].pk
    check_playing_state(room)
    assert events.count("track.added") == 10
    assert events.count("track.voted") == sum(abs(votes) for votes in VOTES)

    cast_vote(slug=MAIN_ROOM, item_id=items[1].pk, voter="ada", value=1)
    heard = items[2].track
    heard.has_audio = True
    heard.save(update_fields=["has_audio"])
    own = add(room, "Own")
    with event_recorder(room) as events:
        call_command("seed_playlist", remove=True)
    assert capsys.readouterr().out.splitlines() == ["Removed 8 items from the main room."]
    assert set(room.items.all()) == {items[1], items[2], own}
    assert events.count("track.removed") == 8
    room.refresh_from_db()
    assert room.playing_id is None


# --- What is removed can be brought back for ten minutes ---------------------------------------------


NOW = datetime(2025, 12, 4, 12, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def remove(item: PlaylistTrack) -> None:
    remove_item(slug=item.room.slug, item_id=item.pk)


@pytest.mark.parametrize(("minutes", "comes_back"), [(0, True), (9.99, True), (10, True), (10.01, False)])
def test_a_removed_item_can_be_restored_for_ten_minutes(room, clock, minutes: float, comes_back: bool):
    (item,) = queued(room, "a")
    remove(item)
    clock.shift(timedelta(minutes=minutes))
    if comes_back:
        assert restore_item(slug=room.slug, item_id=item.pk).pk == item.pk
    else:
        with event_recorder(room) as events, pytest.raises(NotFound, match="10 minutes"):
            restore_item(slug=room.slug, item_id=item.pk)
        assert events == []


def test_records_of_removed_items_expire(room, clock, settings):
    settings.EVENT_LOG_KEEP_DAYS = 7
    first, second = queued(room, "ab")
    remove(first)
    clock.shift(timedelta(days=1))
    remove(second)
    assert purge_removed_items(now=NOW + timedelta(days=7)) == 0
    assert purge_removed_items(now=NOW + timedelta(days=7, seconds=1)) == 1
    assert RemovedItem.objects.get().pk == second.pk
    clock.shift(timedelta(days=30))
    assert purge_removed_items() == 1


def test_an_item_whose_neighbour_is_unknown_is_restored_at_the_end(room):
    items = queued(room, "abcd")
    remove(items[2])
    remove(items[1])
    RemovedItem.objects.filter(pk=items[1].pk).delete()
    add(room, "x", place=Place(after_id=items[2].pk))
    assert titles(room) == "adx"
