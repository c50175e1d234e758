"""The table of what is told: each change is its event, exactly once, whoever makes it."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.core.serializers import deserialize, serialize

from apps.playlist import signals
from apps.playlist.models import PlaylistTrack, Room, Vote
from apps.playlist.tests.rooms import new_track, queued, telling, told
from apps.realtime.broadcasting import event_payload_types
from core.changes import UnannouncedWrite
from core.tests.undoing import undone

Change = Callable[[Room, PlaylistTrack], object]


def set_and_save(name: str, value: object) -> Change:
    def change(room: Room, item: PlaylistTrack) -> None:
        fresh = PlaylistTrack.objects.get(pk=item.pk)
        setattr(fresh, name, value)
        fresh.save()

    return change


def set_playing(is_playing: bool) -> Change:
    def change(room: Room, item: PlaylistTrack) -> None:
        fresh = Room.objects.get(pk=room.pk)
        fresh.playing = item if is_playing else None
        fresh.save()

    return change


def rename_room(room: Room, item: PlaylistTrack) -> None:
    fresh = Room.objects.get(pk=room.pk)
    fresh.name = "Cellar"
    fresh.save()


def replace_track(room: Room, item: PlaylistTrack) -> None:
    fresh = PlaylistTrack.objects.get(pk=item.pk)
    fresh.track = new_track("y")
    fresh.save()


SHELL: dict[str, tuple[Change, str]] = {
    "add": (
        lambda room, item: PlaylistTrack(room=room, track=new_track("x"), position=9.0).save(),
        "track.added",
    ),
    "create": (
        lambda room, item: PlaylistTrack.objects.create(room=room, track=new_track("x"), position=9.0),
        "track.added",
    ),
    "move": (set_and_save("position", 7.5), "track.moved"),
    "vote": (lambda room, item: Vote.objects.create(item=item, voter="ada", value=-1), "track.voted"),
    "play": (set_playing(True), "track.playing"),
    "remove": (lambda room, item: PlaylistTrack.objects.get(pk=item.pk).delete(), "track.removed"),
    "remove a queryset": (lambda room, item: room.items.filter(pk=item.pk).delete(), "track.removed"),
    "rename who added it": (set_and_save("added_by", "Cem"), "track.updated"),
    "replace its track": (replace_track, "track.updated"),
    "note when it played": (set_and_save("played_at", datetime(2025, 1, 1, tzinfo=UTC)), "track.updated"),
    "rename the room": (rename_room, "room.renamed"),
}


@pytest.mark.parametrize(("change", "event_type"), SHELL.values(), ids=SHELL)
def test_each_change_is_its_event_exactly_once(room, change: Change, event_type: str):
    item = queued(room, "abc")[1]
    with telling(room) as events:
        change(room, item)
    assert events == [event_type]


def test_no_type_of_event_is_forgotten_here():
    told_here = {event_type for _, event_type in SHELL.values()}
    never_alone = {"playlist.reordered"}
    assert told_here | never_alone == set(event_payload_types(signals.__name__))


@pytest.mark.parametrize("model", ["item", "room", "vote"])
def test_a_save_that_changes_nothing_tells_nobody(room, model: str):
    item = queued(room, "ab")[0]
    vote = Vote.objects.create(item=item, voter="ada", value=1)
    rows = {
        "item": PlaylistTrack.objects.get(pk=item.pk),
        "room": Room.objects.get(pk=room.pk),
        "vote": Vote.objects.get(pk=vote.pk),
    }
    with telling(room) as events:
        rows[model].save()
    assert events == []


def test_whether_a_room_is_listed_is_no_event(room):
    queued(room, "ab")
    room.is_public = False
    with telling(room) as events:
        room.save()
    assert events == []


def test_two_fields_of_one_save_are_told_in_the_order_of_the_table(room):
    item = queued(room, "abc")[0]
    fresh = PlaylistTrack.objects.get(pk=item.pk)
    fresh.position, fresh.added_by = 9.0, "Cem"
    with telling(room) as events:
        fresh.save()
    assert events == ["track.moved", "track.updated"]


def test_a_stale_instance_tells_what_it_changes_in_the_database(room):
    """Somebody else moved it meanwhile; saving the old instance moves it back, and that is told."""
    item = queued(room, "abc")[0]
    stale = PlaylistTrack.objects.get(pk=item.pk)
    set_and_save("position", 9.0)(room, item)
    with telling(room) as events:
        stale.save()
    assert events == ["track.moved"]


def test_what_is_rolled_back_is_told_nobody_and_repeating_it_is(room):
    item = queued(room, "ab")[0]
    fresh = PlaylistTrack.objects.get(pk=item.pk)
    fresh.position = 9.0
    with telling(room) as events, undone():
        fresh.save()
    assert events == []
    with telling(room) as events:
        fresh.save()
    assert events == ["track.moved"]


def test_a_fixture_is_loaded_without_a_word(room):
    item = queued(room, "ab")[0]
    text = serialize("json", PlaylistTrack.objects.filter(pk=item.pk))
    seq = len(told(room))
    PlaylistTrack.objects.filter(pk=item.pk).update_unannounced(position=50.0)
    for row in deserialize("json", text):
        row.save()
    assert PlaylistTrack.objects.get(pk=item.pk).position == item.position
    assert len(told(room)) == seq


@pytest.mark.parametrize("model", [Room, PlaylistTrack, Vote])
def test_what_sends_no_signal_is_refused(db, model):
    for write in (
        lambda: model.objects.update(id=1),
        lambda: model.objects.bulk_create([]),
        lambda: model.objects.bulk_update([], ["id"]),
    ):
        with pytest.raises(UnannouncedWrite):
            write()


def test_a_room_s_items_can_t_be_changed_behind_everybody_s_back(room):
    items = queued(room, "ab")
    with pytest.raises(UnannouncedWrite):
        room.items.update(position=1.0)
    with pytest.raises(UnannouncedWrite):
        items[0].cast_votes.update(value=1)
