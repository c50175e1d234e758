"""The table of what is told: each change is its event, exactly once, whoever makes it."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.core.serializers import deserialize, serialize

from apps.playlist import signals
from apps.playlist.models import PlaylistTrack, Room, Vote
from apps.playlist.room_services import change_room
from apps.playlist.services import (
    Place,
    add_item,
    cast_vote,
    change_item,
    play_item,
    remove_item,
    stop_playing,
)
from apps.playlist.tests.rooms import fetched, new_track, queued, telling, told
from apps.realtime.broadcasting import event_payload_types
from apps.tracks.services import change_track
from core.changes import UnannouncedWrite
from core.identity import Caller
from core.request_context import within_operation
from core.tests.undoing import undone

STAFF = Caller(key="user:1", address="192.0.2.1", user_id=1, is_staff=True)
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


SERVICE: dict[str, tuple[Change, str]] = {
    "add": (
        lambda room, item: add_item(slug=room.slug, track_id=new_track("x").pk, added_by="Bo", place=Place()),
        "track.added",
    ),
    "move": (
        lambda room, item: change_item(
            slug=room.slug, item_id=item.pk, place=Place(position=7.5), is_playing=None
        ),
        "track.moved",
    ),
    "vote": (
        lambda room, item: cast_vote(slug=room.slug, item_id=item.pk, voter="ada", step=1),
        "track.voted",
    ),
    "play": (lambda room, item: play_item(slug=room.slug, item_id=item.pk), "track.playing"),
    "remove": (lambda room, item: remove_item(slug=room.slug, item_id=item.pk), "track.removed"),
    "correct": (
        lambda room, item: change_track(track_id=item.track_id, changes={"title": "y"}),
        "track.updated",
    ),
    "rename": (
        lambda room, item: change_room(caller=STAFF, slug=room.slug, changes={"name": "Cellar"}),
        "room.renamed",
    ),
}

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


@pytest.mark.parametrize(
    ("change", "event_type"),
    [*SERVICE.values(), *SHELL.values()],
    ids=[*(f"service: {name}" for name in SERVICE), *(f"shell: {name}" for name in SHELL)],
)
def test_each_change_is_its_event_exactly_once(room, change: Change, event_type: str):
    item = queued(room, "abc")[1]
    with telling(room) as events:
        change(room, item)
    assert events == [event_type]


@pytest.mark.parametrize("table", [SERVICE, SHELL], ids=["service", "shell"])
def test_no_type_of_event_is_forgotten_here(table: dict[str, tuple[Change, str]]):
    told_here = {event_type for _, event_type in table.values()}
    assert told_here | {"playlist.reordered"} == set(
        event_payload_types(signals.__name__)
    )  # which never comes alone


def test_stopping_is_told_once(room):
    item = queued(room, "ab")[0]
    for stop in (lambda: stop_playing(slug=room.slug), lambda: set_playing(False)(room, item)):
        play_item(slug=room.slug, item_id=item.pk)
        with telling(room) as events:
            stop()
        assert events == ["track.playing"]


@pytest.mark.parametrize(
    "event_type", ["track.added", "track.moved", "track.voted", "track.playing", "track.updated"]
)
def test_an_event_carries_the_whole_item_as_it_is_fetched(room, event_type: str):
    item = queued(room, "ab")[0]
    change = next(change for change, told_type in SERVICE.values() if told_type == event_type)
    change(room, item)
    last_type, payload = told(room)[-1]
    assert last_type == event_type
    assert payload in fetched(room)
    assert list(payload) == [
        "id",
        "track",
        "track_id",
        "position",
        "votes",
        "added_by",
        "is_playing",
        "added_at",
        "played_at",
    ]


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


def test_a_new_name_is_told_as_it_is_fetched(room):
    with telling(room):
        rename_room(room, queued(room, "a")[0])
    assert told(room)[-1] == ("room.renamed", {"name": "Cellar"})


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


def test_the_op_id_of_a_write_is_on_all_of_its_events(room):
    item = queued(room, "ab")[0]
    play_item(slug=room.slug, item_id=item.pk)
    with within_operation("op-7"):
        remove_item(slug=room.slug, item_id=item.pk)
    op_ids = list(room.stream.events.order_by("seq").values_list("type", "op_id"))
    assert op_ids[-2:] == [("track.playing", "op-7"), ("track.removed", "op-7")]
    assert {op_id for _, op_id in op_ids[:-2]} == {None}


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
