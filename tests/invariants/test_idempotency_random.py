"""I7 by random sequences of writes with keys, of every kind, in which keys are repeated: with the same
request, with
another one, from another caller. The response, the state afterwards and the events of each are checked.

Hypothesis prints the steps of the shortest sequence that fails, and how to run it again.
"""

import itertools
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from tests.conftest import Size
from tests.fold import Event, Snapshot
from tests.invariants import invariants
from tests.invariants.idempotent_writes import JOIN, Call, Caller, Write
from tests.invariants.machines import run_machine
from tests.invariants.rooms import new_guest, new_room
from tests.processes import TuttiServer

# PostgreSQL needs longer for each.
EXAMPLES: dict[Size, int] = {"embedded": 3, "server": 2}

KINDS = [
    *("add", "add", "add", "move", "vote", "vote", "play", "stop", "remove", "remove", "restore", "restore"),
    *("nonsense", "order", "create", "change", "delete", JOIN, "rename"),
]
ABOUT_ROOMS, ABOUT_PEOPLE = {"create", "change", "delete"}, {JOIN, "rename"}
NAMES = ["Ada", "Bo", "Cem"]
kinds = st.sampled_from(KINDS)
picks = st.integers(min_value=0, max_value=11)
people = st.integers(min_value=0, max_value=2)
again = st.sampled_from(["alike", "alike", "for something else", "by another caller"])


@dataclass(frozen=True, slots=True)
class World:
    """All that the writes here may change."""

    room: Snapshot
    public_rooms: list[Any]
    people: list[Any]


class IdempotentWritesMachine(RuleBasedStateMachine):
    """One room, three guests, each on a device of its own. Set by each test: who, and what can be queued."""

    callers: ClassVar[list[Caller]]
    library: ClassVar[list[int]]
    numbers: ClassVar[Iterator[int]] = itertools.count()

    def __init__(self) -> None:
        super().__init__()
        self.room = new_room(self.callers[0].http)
        self.calls: list[Call] = []
        # Who sent which call: a caller's own name is not the one of his place.
        self.senders: list[Caller] = []
        self.items: list[int] = [0]
        self.annexes: list[str] = ["no-such-annex"]
        self.log: list[Event] = []
        self.start = self.room.fetch()
        self.before = World(self.start, self._fetched_rooms(), self._fetched_people())

    # --- What is done --------------------------------------------------------------------------------

    @initialize(count=st.integers(min_value=0, max_value=3))
    def begin_with_some(self, count: int) -> None:
        for number in range(count):
            self._send(self.callers[0], self._write_of("add", number), self._new_key())

    @rule(kind=kinds, pick=picks, who=people, key_again=again, earlier=picks, another=people)
    def write(self, kind: str, pick: int, who: int, key_again: str, earlier: int, another: int) -> None:
        """One that is new, and then an earlier key again."""
        write = self._write_of(kind, pick)
        self._send(self.callers[who], write, self._new_key())
        sender, call = self._earlier(earlier)
        if key_again == "for something else":
            self._send(sender, self._write_of(KINDS[(pick + another) % len(KINDS)], another), call.key)
        elif key_again == "by another caller":
            self._send(self.callers[another], call.write, call.key)
        else:
            self._send(sender, call.write, call.key)

    # --- How it is judged ----------------------------------------------------------------------------

    def _send(self, sender: Caller, write: Write, key: str) -> None:
        call = sender.send(write, key)
        self.calls.append(call)
        self.senders.append(sender)
        self._note_what_is_new(call)
        after, events = self._world_after(write.kind), self.room.events_after(self.before.room)
        invariants.check_i7_done_once(self.calls)
        assert {event["op_id"] for event in events} <= {key}
        if call.is_replay or not call.is_accepted:
            assert after == self.before, f"nothing was to happen: {call}"
        elif write.kind in {"add", "remove", "create", "delete"}:
            assert after != self.before, f"nothing happened: {call}"
        self.log += events
        self.before = after

    def teardown(self) -> None:
        invariants.check_i2_fold_equals_fetch(self.start, self.log, [self.before.room])

    def _world_after(self, kind: str) -> World:
        """Fetched is what a write of that kind may change; the rest is as it was."""
        rooms, people = self.before.public_rooms, self.before.people
        if kind in ABOUT_ROOMS:
            rooms = self._fetched_rooms()
        if kind in ABOUT_PEOPLE:
            people = self._fetched_people()
        return World(self.room.fetch(), rooms, people)

    def _fetched_rooms(self) -> list[Any]:
        rooms: list[Any] = self.room.http.get("/api/rooms/", params={"limit": 1000}).json()
        return rooms

    def _fetched_people(self) -> list[Any]:
        return [caller.http.get("/api/guests/me/").json() for caller in self.callers]

    def _note_what_is_new(self, call: Call) -> None:
        if call.is_accepted and call.write.kind == "add":
            self.items.append(call.json["id"])
        if call.is_accepted and call.write.kind == "create":
            self.annexes.append(call.json["slug"])

    # --- What the drawn numbers mean -----------------------------------------------------------------

    def _new_key(self) -> str:
        return f"key {next(self.numbers)}"

    def _earlier(self, pick: int) -> tuple[Caller, Call]:
        """One of the last calls, the very last one first."""
        index = max(0, len(self.calls) - 1 - pick)
        return self.senders[index], self.calls[index]

    def _write_of(self, kind: str, pick: int) -> Write:
        item = f"{self.room.path}{self.items[-1 - pick % len(self.items)]}/"
        annex = f"/api/rooms/{self.annexes[-1 - pick % len(self.annexes)]}/"
        name = {"name": NAMES[pick % 3]}
        orders = {"order": ["manual", "votes"][pick % 2]}
        asked: dict[str, tuple[Any, ...]] = {
            "add": ("POST", self.room.path, {"track_id": self.library[pick % 8], "added_by": "Ada"}),
            "move": ("PATCH", item, {"position": pick - 3.5}),
            "vote": ("POST", f"{item}vote/", {"direction": ["up", "up", "down"][pick % 3]}),
            "play": ("POST", f"{item}play/"),
            "stop": ("POST", f"{self.room.path}stop/"),
            "remove": ("DELETE", item),
            "restore": ("POST", f"{item}restore/"),
            "nonsense": ("PATCH", item, {"after": 1, "before": 1}),
            "order": ("PATCH", f"/api/rooms/{self.room.slug}/", orders),
            "create": ("POST", "/api/rooms/", name),
            "change": ("PATCH", annex, name),
            "delete": ("DELETE", annex),
            JOIN: ("POST", "/api/guests/", name),
            "rename": ("PATCH", "/api/guests/me/", name),
        }
        return Write(kind, *asked[kind])


@pytest.fixture
def callers(server: TuttiServer) -> Iterator[list[Caller]]:
    """Three guests who come back by their tokens, each from a device of its own."""
    with ExitStack() as opened:
        people = [new_guest(server, name) for name in NAMES]
        yield [
            Caller(
                guest.name,
                opened.enter_context(
                    server.client(headers={"X-Guest-Token": guest.token, "User-Agent": guest.name})
                ),
            )
            for guest in people
        ]


@pytest.mark.timeout(600)  # finding the shortest sequence that fails takes a while
def test_a_write_with_a_key_happens_once_and_repetitions_get_its_response(
    callers: list[Caller], library: list[int], size: Size, pytestconfig: pytest.Config
) -> None:
    facts = {"callers": callers, "library": library}
    run_machine(IdempotentWritesMachine, facts, size=size, examples=EXAMPLES, config=pytestconfig)
