"""What is no event, and what no caller can get past. That each change is its event exactly once, by any
caller: tests/invariants/test_every_event.py.
"""

import pytest
from django.core.serializers import deserialize, serialize

from apps.playlist import signals
from apps.playlist.models import PlaylistTrack, Vote
from apps.playlist.tests.rooms import event_recorder, events_of, queued
from apps.realtime.decorators import event_payload_types
from apps.rooms.models import Room
from core.changes import WriteWithoutEventsError
from tests.event_table import EVENTS


def save(row: Room | PlaylistTrack, **fields: object) -> None:
    """As a caller that has just loaded it."""
    fresh = type(row)._default_manager.get(pk=row.pk)
    for name, value in fields.items():
        setattr(fresh, name, value)
    fresh.save()


def test_every_type_of_event_is_in_the_table_of_tests():
    assert set(EVENTS) == set(event_payload_types(signals.__name__))


def test_a_save_without_a_change_and_a_change_of_is_public_send_no_event(room):
    item = queued(room, "ab")[0]
    vote = Vote.objects.create(item=item, voter="ada", value=1)
    with event_recorder(room) as events:
        save(item)
        save(room, is_public=False)
        Vote.objects.get(pk=vote.pk).save()
    assert events == []


def test_a_stale_instance_sends_events_for_its_changes_of_the_database(room):
    """Another caller moved it meanwhile; saving the old instance moves it back, and that is reported."""
    item = queued(room, "abc")[0]
    stale = PlaylistTrack.objects.get(pk=item.pk)
    save(item, position=9.0)
    with event_recorder(room) as events:
        stale.save()
    assert events == ["track.moved"]


def test_loading_a_fixture_sends_no_event(room):
    item = queued(room, "ab")[0]
    text = serialize("json", PlaylistTrack.objects.filter(pk=item.pk))
    seq = len(events_of(room))
    PlaylistTrack.objects.filter(pk=item.pk).update_without_events(position=50.0)
    for row in deserialize("json", text):
        row.save()
    assert PlaylistTrack.objects.get(pk=item.pk).position == item.position
    assert len(events_of(room)) == seq


def test_writes_without_signals_are_rejected(room):
    item = queued(room, "ab")[0]
    for write in (
        *(model.objects.update for model in (Room, PlaylistTrack, Vote)),
        *(room.items.update, item.cast_votes.update),
    ):
        with pytest.raises(WriteWithoutEventsError):
            write(id=1)


@pytest.mark.parametrize("path", ["events/", "stream/"])
def test_without_the_asgi_server_live_events_are_unavailable(client, room, path: str):
    response = client.get(f"/api/rooms/{room.slug}/playlist/{path}")
    assert (response.status_code, response.json()["error"]["code"]) == (503, "UNAVAILABLE")
