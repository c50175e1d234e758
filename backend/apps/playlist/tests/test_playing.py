"""At most one item of a room plays; what played is remembered as it was."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine
from django.db import IntegrityError, transaction

from apps.playlist.models import PlaylistTrack, Room
from apps.playlist.plays import switch
from apps.playlist.selectors import history_at
from apps.playlist.services import check_playing_state, play_item, stop_playing
from apps.playlist.tests.rooms import add, new_room, queued, telling, top
from core.errors import InternalError, InvalidInput

NOW = datetime(2025, 12, 4, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def play(item: PlaylistTrack) -> None:
    play_item(slug=item.room.slug, item_id=item.pk)


def stop(room: Room) -> None:
    stop_playing(slug=room.slug)


def history(room: Room) -> list[tuple[str, datetime]]:
    plays = history_at(room_id=room.pk, epoch=room.stream.epoch, seq=top(room))
    return [(play["track"]["title"], play["ended_at"]) for play in plays]


# --- History -----------------------------------------------------------------------------------------


def test_history_is_remembered_for_its_moment_alone(room, django_assert_num_queries):
    (item,) = queued(room, "a")
    play(item)
    moment = {"room_id": room.pk, "epoch": room.stream.epoch, "seq": top(room)}
    assert history_at(**moment) == []
    with django_assert_num_queries(0):
        assert history_at(**moment) == []
    stop(room)
    assert len(history(room)) == 1


# --- What can't be -----------------------------------------------------------------------------------


def test_two_open_plays_of_a_room_can_t_be_stored(room):
    (item,) = queued(room, "a")
    play(item)
    with pytest.raises(IntegrityError), transaction.atomic():
        room.plays.create(item_number=9, track=item.track, item={}, started_at=NOW)


def test_an_item_of_another_room_can_t_be_played_even_from_the_shell(room):
    item = add(new_room(), "a")
    room.playing = item
    with pytest.raises(InvalidInput) as refusal, transaction.atomic():
        room.save()
    assert list(refusal.value.details) == ["playing"]
    assert Room.objects.get(pk=room.pk).playing_id is None


@pytest.mark.parametrize("broken", ["no play", "another play", "a play too many"])
def test_a_room_and_its_plays_that_disagree_are_a_bug(room, broken: str):
    first, second = queued(room, "ab")
    if broken != "a play too many":
        play(first)
        room.refresh_from_db()
    if broken == "no play":
        room.plays.all().delete()
    elif broken == "another play":
        room.plays.update(item_number=second.pk)
    else:
        switch(room=room, to_item_id=first.pk)
    with pytest.raises(InternalError):
        check_playing_state(room)


def test_a_start_that_leaves_a_room_in_disorder_has_not_happened(room, monkeypatch):
    first, second = queued(room, "ab")
    play(first)
    monkeypatch.setattr("apps.playlist.plays.switch", lambda **_: None)
    with telling(room) as events, pytest.raises(InternalError):
        play(second)
    assert events == []
    assert Room.objects.get(pk=room.pk).playing_id == first.pk


def test_saving_the_name_of_a_room_that_was_loaded_long_ago_ends_no_play(room):
    stale = Room.objects.get(pk=room.pk)
    (item,) = queued(room, "a")
    play(item)
    stale.name = "Another"
    with telling(room) as events:
        stale.save(update_fields=["name"])
    assert events == ["room.renamed"]
    fresh = Room.objects.get(pk=room.pk)
    assert (fresh.playing_id, fresh.name) == (item.pk, "Another")
    check_playing_state(fresh)
