"""Queues of the tests: created and read with one call, and folded from their events."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from apps.playlist.models import PlaylistTrack, Wish
from apps.playlist.services import Place, add_item, cast_vote
from apps.playlist.tests.invariant_checks import log_of, room_now
from apps.rooms.models import Room
from apps.tracks.tests.factories import new_track
from tests.fold import assert_events_explain

Events = list[tuple[str, Any]]
NOWHERE = Place()
_slugs = itertools.count(1)


def new_room(*, order: str = "manual", **fields: Any) -> Room:
    """A room of its own."""
    return Room.objects.create(slug=f"party-{next(_slugs)}", name="Party", chosen_order=order, **fields)


def own_rooms(key: str, *, count: int = 30) -> None:
    """Rooms that this person has created, each with a wish of the person."""
    rooms = [new_room(created_by=key) for _ in range(count)]
    Wish.objects.bulk_create_without_events([Wish(room=room, text="T", wisher=key) for room in rooms])


def add(room: Room, title: str, *, place: Place = NOWHERE, by: str = "Ada") -> PlaylistTrack:
    """Queues a new track of this title."""
    return add_item(slug=room.slug, track_id=new_track(title).pk, added_by=by, place=place)


def queued(room: Room, titles: str) -> list[PlaylistTrack]:
    """Queues a track for each letter, at 1.0, 2.0, …"""
    return [add(room, title) for title in titles]


def vote(item: PlaylistTrack, votes: int) -> None:
    """So many different people vote for it, or against it."""
    for number in range(abs(votes)):
        cast_vote(slug=item.room.slug, item_id=item.pk, voter=f"voter:{number}", value=1 if votes > 0 else -1)


def titles(room: Room) -> str:
    """The letters of the queue, in order."""
    return "".join(room.items.order_by("position").values_list("track__title", flat=True))


def positions(room: Room) -> list[float]:
    return list(room.items.order_by("position").values_list("position", flat=True))


def events_of(room: Room, *, since: int = 0) -> Events:
    """Type and payload of every event of the room, after a number."""
    return [(event["type"], event["payload"]) for event in log_of(room, since=since)]


def top(room: Room) -> int:
    room.stream.refresh_from_db()
    return room.stream.seq


@contextmanager
def event_recorder(room: Room) -> Iterator[list[str]]:
    """Returns the types of the events within, and checks: old state + events = new state.

    Events that change nothing fail, and so do changes without an event.
    """
    before = room_now(room)
    types: list[str] = []
    yield types
    events, after = log_of(room, since=before.seq), room_now(room)
    types.extend(event["type"] for event in events)
    if events:
        assert_events_explain(before, events, after)
    assert bool(events) == (before != after), f"sent {types}"
