"""The invariants, in rooms that random requests have changed, and in one used at the same time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import httpx

from tests.invariants import invariants
from tests.invariants.concurrent_users import ConcurrentUsers
from tests.invariants.operations import Operation
from tests.invariants.other_process import OtherProcess
from tests.invariants.rooms import Guest, RoomClient, new_guest, new_room
from tests.processes import TuttiServer

Event = dict[str, Any]
MEMBERS = 3
VOTES = """
from apps.playlist.models import Vote
result = {}
for vote in Vote.objects.filter(item__room__slug=slug):
    result.setdefault(vote.voter, {})[vote.item_id] = vote.value
"""


def opinions_in(other_process: OtherProcess, slug: str) -> dict[str, dict[int, int]]:
    """What each voter thinks of the items of a room, as the database has it."""
    found = other_process.run(f"slug = {slug!r}\n{VOTES}")
    return {voter: {int(item): value for item, value in own.items()} for voter, own in found.items()}


def check_room(room: RoomClient, start: Any, opinions: dict[str, dict[int, int]]) -> list[Event]:
    """Checks what holds for any writer; gives the events since the start."""
    end = room.fetch()  # players may change afterwards by themselves
    events = [event for event in room.events_after(start) if event["seq"] <= end.seq]
    invariants.check_room(start, events, end, opinions)
    return events


@dataclass(slots=True)
class QuietRoom:
    """A room that the fuzz run does not know. People do what they always do there."""

    server: TuttiServer
    room: RoomClient
    start: Any
    guests: Sequence[Guest]
    tracks: Sequence[int]

    @classmethod
    def on(cls, server: TuttiServer, http: httpx.Client, tracks: Sequence[int]) -> Self:
        guests = [new_guest(server, name) for name in ("Ada", "Bo", "Cem")]
        room = new_room(http)
        return cls(server, room, room.fetch(), guests, tracks)

    def live_on(self, seed: int, actions_each: int) -> list[Operation]:
        users = ConcurrentUsers(
            self.server,
            self.room,
            self.guests,
            self.tracks,
            seed=seed,
            threads=MEMBERS,
            actions_each=actions_each,
        )
        return users.run()

    def check(self, operations: list[Operation], opinions: dict[str, dict[int, int]]) -> None:
        """Every invariant. The random requests may change or delete a track: then that was requested."""
        events = check_room(self.room, self.start, opinions)
        asked = {operation.op_id for operation in operations}
        others = {event["op_id"] for event in events} - asked
        strangers = [Operation(op_id, "correct", 200, None) for op_id in others if is_fuzzed(op_id)]
        invariants.check_i3_accepted_is_reported(self.start, events, [*operations, *strangers])
        invariants.check_i6_no_vote_is_lost(self.start, events, [*operations, *strangers])
        assert sum(operation.is_accepted for operation in operations) > len(operations) / 3


def is_fuzzed(op_id: str | None) -> bool:
    """Keys of the fuzz run, whole or damaged, and none."""
    return op_id is None or "fuzz" in op_id
