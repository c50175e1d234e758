"""Proving one change: its events, in the log and over a socket, lead to the state afterwards."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from tests.contract.sockets import Socket
from tests.fold import Event, Snapshot, assert_events_explain
from tests.invariants import invariants
from tests.invariants.rooms import RoomClient, types_of
from tests.processes import TuttiServer


@dataclass(slots=True)
class EventRecorder:
    """Rooms with a listener in each; every change in them is held against fold equals fetch."""

    server: TuttiServer
    heard_types: set[str] = field(default_factory=set)

    def events_of(self, change: Callable[[], Any], *rooms: RoomClient) -> list[str]:
        """Makes the change, which must change each of the rooms; returns the event types in the first."""
        befores = [room.fetch() for room in rooms]
        with ExitStack() as opened:
            sockets = [
                opened.enter_context(Socket.of_room(self.server.ws_url, room.slug, position=before.position))
                for room, before in zip(rooms, befores, strict=True)
            ]
            change()
            facts = zip(rooms, befores, sockets, strict=True)
            events = [self._judge(room, before, socket) for room, before, socket in facts]
        return types_of(events[0])

    def assert_rejected(self, change: Callable[[], Any], *rooms: RoomClient, name: str) -> None:
        """Makes the change; nothing may come of it, and no event."""
        befores = [room.fetch() for room in rooms]
        response = change()
        assert response.status_code < 500, "a rejection is no fault of the server"
        assert [room.fetch() for room in rooms] == befores, name

    def _judge(self, room: RoomClient, before: Snapshot, socket: Socket) -> list[Event]:
        after, events = room.fetch(), room.events_after(before)
        assert_events_explain(before, events, after)
        assert socket.events_up_to(after.seq) == events
        invariants.check_i1_seq_has_no_gap(events, epoch=after.epoch, since=before.seq, top=after.seq)
        invariants.check_i4_order_is_strict(after)
        invariants.check_i5_one_plays(after)
        self.heard_types |= set(types_of(events))
        return events
