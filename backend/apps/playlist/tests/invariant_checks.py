"""The invariants of one room, checked on what its readers get: the list, and the log."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import IPv4Address
from itertools import count

from django.db.models import Sum
from django.test import Client

from apps.playlist.models import PlaylistTrack
from apps.realtime.models import Event
from apps.rooms.models import Order, Room
from tests.fold import Event as Events
from tests.fold import Snapshot, fetched
from tests.invariants import invariants

_addresses = map(IPv4Address, count(int(IPv4Address("10.0.0.1"))))


@contextmanager
def invariants_hold(room: Room) -> Iterator[list[Events]]:
    """Whatever is done inside is reported, and leaves I1, I2, I4, I5 and I6 true. Yields the events."""
    before = room_now(room)
    events: list[Events] = []
    yield events
    after = room_now(room)
    events += log_of(room, since=before.seq)
    invariants.check_i1_seq_has_no_gap(events, epoch=before.epoch, since=before.seq, top=after.seq)
    invariants.check_i2_fold_equals_fetch(before, events, [after])
    invariants.check_i4_order_is_strict(after)
    invariants.check_i5_one_plays(after)
    _check_votes(room, after)


def room_now(room: Room) -> Snapshot:
    """What REST says, in a browser of its own, for so many fetches would be too many for one address."""
    return fetched(Client(REMOTE_ADDR=str(next(_addresses))).get, room.slug)


def log_of(room: Room, *, since: int = 0) -> list[Events]:
    """Every event of the room after a number, as clients get it."""
    stored = Event.objects.filter(stream_id=room.stream_id, seq__gt=since).order_by("seq")
    return [json.loads(message) for message in stored.values_list("message", flat=True)]


def _check_votes(room: Room, after: Snapshot) -> None:
    items = PlaylistTrack.objects.filter(room=room).annotate(cast=Sum("cast_votes__value"))
    for item in items:
        assert item.votes == (item.cast or 0)
    if Room.objects.get(pk=room.pk).order == Order.VOTES:
        invariants.check_i4_votes_decide(after, {item.pk: item.votes_reached_seq for item in items})
