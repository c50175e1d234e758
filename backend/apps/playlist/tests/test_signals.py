"""The table of what is told: each change is its event, exactly once, whoever makes it."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.core.serializers import deserialize, serialize

from apps.playlist import signals
from apps.playlist.models import PlaylistTrack, Room, Vote
from apps.playlist.tests.rooms import queued, telling, told
from apps.realtime.broadcasting import event_payload_types
from apps.tracks.tests.making import new_track
from core.changes import UnannouncedWrite

Change = Callable[[Room, PlaylistTrack], object]


def save(row: Room | PlaylistTrack, **fields: object) -> None:
    """As somebody does who has just loaded it."""
    fresh = type(row)._default_manager.get(pk=row.pk)
    for name, value in fields.items():
        setattr(fresh, name, value)
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
    "move": (lambda room, item: save(item, position=7.5), "track.moved"),
    "vote": (lambda room, item: Vote.objects.create(item=item, voter="ada", value=-1), "track.voted"),
    "play": (lambda room, item: save(room, playing=item), "track.playing"),
    "remove": (lambda room, item: PlaylistTrack.objects.get(pk=item.pk).delete(), "track.removed"),
    "remove a queryset": (lambda room, item: room.items.filter(pk=item.pk).delete(), "track.removed"),
    "rename who added it": (lambda room, item: save(item, added_by="Cem"), "track.updated"),
    "replace its track": (lambda room, item: save(item, track=new_track("y")), "track.updated"),
    "note when it played": (
        lambda room, item: save(item, played_at=datetime(2025, 1, 1, tzinfo=UTC)),
        "track.updated",
    ),
    "rename the room": (lambda room, item: save(room, name="Cellar"), "room.renamed"),
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


def test_a_save_that_changes_nothing_and_whether_a_room_is_listed_are_no_events(room):
    item = queued(room, "ab")[0]
    vote = Vote.objects.create(item=item, voter="ada", value=1)
    with telling(room) as events:
        save(item)
        save(room, is_public=False)
        Vote.objects.get(pk=vote.pk).save()
    assert events == []


def test_a_stale_instance_tells_what_it_changes_in_the_database(room):
    """Somebody else moved it meanwhile; saving the old instance moves it back, and that is told."""
    item = queued(room, "abc")[0]
    stale = PlaylistTrack.objects.get(pk=item.pk)
    save(item, position=9.0)
    with telling(room) as events:
        stale.save()
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


def test_what_sends_no_signal_is_refused(room):
    item = queued(room, "ab")[0]
    for write in (
        *(model.objects.update for model in (Room, PlaylistTrack, Vote)),
        *(room.items.update, item.cast_votes.update),
    ):
        with pytest.raises(UnannouncedWrite):
            write(id=1)


@pytest.mark.parametrize("path", ["events/", "stream/"])
def test_without_the_asgi_server_live_events_are_unavailable(client, room, path: str):
    answer = client.get(f"/api/rooms/{room.slug}/playlist/{path}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "UNAVAILABLE")
