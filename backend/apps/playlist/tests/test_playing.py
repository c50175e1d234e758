"""At most one item of a room plays; what played is remembered as it was."""

import itertools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction

from apps.playlist.models import Play, PlaylistTrack, Room
from apps.playlist.plays import switch
from apps.playlist.selectors import HISTORY_LENGTH, history_at
from apps.playlist.services import check_playing_state, play_item, remove_item, stop_playing
from apps.playlist.tests.rooms import add, new_room, queued, telling, told, top, vote
from apps.tracks.services import change_track, delete_track
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


def test_what_is_played_plays_and_is_told_whole(room):
    first, _second = queued(room, "ab")
    with telling(room) as events:
        play(first)
    assert events == ["track.playing"]
    payload = told(room)[-1][1]
    assert (payload["id"], payload["is_playing"], payload["played_at"]) == (
        first.pk,
        True,
        "2025-12-04T12:00:00Z",
    )
    playing = PlaylistTrack.objects.select_related("room").get(pk=first.pk)
    assert (playing.is_playing, playing.played_at) == (True, NOW)
    started = room.plays.get()
    assert (started.item_number, started.track_id, started.started_at, started.ended_at) == (
        first.pk,
        first.track_id,
        NOW,
        None,
    )
    assert str(started) == f"{first.pk} at 2025-12-04 12:00"


def test_a_switch_is_one_event_and_ends_one_play(room, clock):
    first, second = queued(room, "ab")
    play(first)
    clock.shift(60)
    with telling(room) as events:
        play(second)
    assert events == ["track.playing"]
    assert list(room.plays.order_by("pk").values_list("item_number", "ended_at")) == [
        (first.pk, NOW + timedelta(minutes=1)),
        (second.pk, None),
    ]


def test_what_plays_already_goes_on(room):
    (item,) = queued(room, "a")
    play(item)
    with telling(room) as events:
        play(item)
    assert (events, room.plays.count()) == ([], 1)


def test_stopping_is_told_with_what_was_stopped(room):
    (item,) = queued(room, "a")
    play(item)
    with telling(room) as events:
        stop(room)
    assert events == ["track.playing"]
    assert told(room)[-1][1] == {"id": None, "is_playing": False, "stopped_id": item.pk}


def test_stopping_when_nothing_plays_tells_nobody(room):
    with telling(room) as events:
        stop(room)
    assert (events, room.plays.count()) == ([], 0)


def test_rooms_play_for_themselves(room):
    other = new_room()
    play(add(room, "a"))
    with telling(room) as events:
        play(add(other, "b"))
    assert events == []
    assert Play.objects.filter(ended_at=None).count() == 2


# --- History -----------------------------------------------------------------------------------------


def test_history_has_what_ended_newest_first(room, clock):
    items = queued(room, "abc")
    for item in items:
        play(item)
        clock.shift(60)
    assert history(room) == [("b", NOW + timedelta(minutes=2)), ("a", NOW + timedelta(minutes=1))]
    stop(room)
    assert [title for title, _ in history(room)] == ["c", "b", "a"]


def test_history_has_the_last_twenty(room, clock):
    first, second = queued(room, "ab")
    for number in range(HISTORY_LENGTH + 5):
        play((first, second)[number % 2])
        clock.shift(60)
    ended = history(room)
    assert len(ended) == HISTORY_LENGTH == 20
    assert ended[0][1] == NOW + timedelta(minutes=HISTORY_LENGTH + 4)
    assert [moment for _, moment in ended] == sorted((moment for _, moment in ended), reverse=True)


def test_history_keeps_the_item_as_it_was_at_its_end(room, clock):
    (item,) = queued(room, "a")
    play(item)
    vote(item, 2)
    change_track(track_id=item.track_id, changes={"album": "Live"})
    stop(room)
    vote(item, -1)
    change_track(track_id=item.track_id, changes={"title": "b", "album": "Studio"})
    (kept,) = history_at(room_id=room.pk, epoch=room.stream.epoch, seq=top(room))
    assert (kept["votes"], kept["track"]["title"], kept["track"]["album"]) == (2, "a", "Live")
    assert (kept["id"], kept["track_id"], kept["is_playing"]) == (item.pk, item.track_id, False)


@pytest.mark.parametrize("way", ["removed", "deleted"])
def test_history_outlives_the_item_and_the_track(room, way: str):
    (item,) = queued(room, "a")
    track_id = item.track_id
    play(item)
    if way == "removed":
        remove_item(slug=room.slug, item_id=item.pk)
    else:
        delete_track(track_id=track_id)
    assert [title for title, _ in history(room)] == ["a"]
    assert room.plays.get().track_id == (track_id if way == "removed" else None)


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


@pytest.mark.django_db(transaction=True)
def test_of_many_starts_at_once_one_plays():
    room = new_room()
    items = queued(room, "abcd")

    def write(item: PlaylistTrack) -> None:
        try:
            for _ in range(3):
                play(item)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, items))
    room.refresh_from_db()
    check_playing_state(room)
    assert room.playing_id in {item.pk for item in items}
    starts = [payload["id"] for event_type, payload in told(room) if event_type == "track.playing"]
    assert starts[-1] == room.playing_id
    assert all(one != other for one, other in itertools.pairwise(starts))
    assert room.plays.count() == len(starts)
