"""Random sequences of requests against a simple model of the contract, all invariants checked after each one.

Hypothesis prints the steps of the shortest sequence that fails, and how to run it again.
"""

import math
from collections.abc import Callable
from typing import Any, ClassVar

import httpx
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from tests.conftest import Size
from tests.fold import Event, Queue, Snapshot
from tests.invariants import invariants
from tests.invariants.machines import run_machine
from tests.invariants.operations import Operation
from tests.invariants.queue_model import Effect, QueueModel, Rejected
from tests.invariants.rooms import Guest, RoomClient, ids_of, new_room, types_of

# PostgreSQL needs longer for each.
EXAMPLES: dict[Size, int] = {"embedded": 4, "server": 2}

# Which of the items that there ever were is meant, counted round and round.
picks = st.integers(min_value=0, max_value=11)
tracks = st.integers(min_value=0, max_value=7)
voters = st.integers(min_value=0, max_value=2)
positions = st.one_of(
    st.integers(min_value=-2, max_value=9).map(float),
    st.sampled_from([0.0, -0.0, 5e-324, -5e-324, 1e15, -1e15, 1e15 - 0.125, math.nextafter(1, 2)]),
    st.floats(min_value=-1e15, max_value=1e15),
)
places = st.one_of(
    st.builds(dict),
    st.tuples(st.sampled_from(["after", "before", "held", "close"]), picks),
    st.tuples(st.just("position"), positions),
)


class RoomMachine(RuleBasedStateMachine):
    """One room, three guests. Set by each test: who they are, what can be queued, which order there is."""

    clients: ClassVar[list[httpx.Client]]
    guests: ClassVar[list[Guest]]
    library: ClassVar[list[int]]
    order: ClassVar[str]

    def __init__(self) -> None:
        super().__init__()
        self.rooms: list[RoomClient] = []
        for client, guest in zip(self.clients, self.guests, strict=False):
            self.rooms.append(
                self.rooms[0].seen_by(client, guest.name)
                if self.rooms
                else new_room(client, order=self.order, voter=guest.name)
            )
        self.room = self.rooms[0]
        self.model = QueueModel(self.order)
        self.known: list[int] = []
        self.start = self.before = self.room.fetch()
        self.log: list[Event] = []

    # --- What is done --------------------------------------------------------------------------------

    @initialize(count=st.integers(min_value=0, max_value=5))
    def begin_with_some(self, count: int) -> None:
        for track in range(count):
            self.add(track, ())

    @rule(track=tracks, place=places)
    def add(self, track: int, place: Any) -> None:
        where = self._where(place)
        operation = self.room.add(self.library[track], **where)
        item_id = operation.answer.get("id", 0)
        self._judge(operation, lambda: self.model.add(item_id, self.library[track], where))
        if operation.is_accepted:
            self.known.append(item_id)

    @rule(pick=picks, place=places.filter(bool))
    def move(self, pick: int, place: Any) -> None:
        item_id, where = self._picked(pick), self._where(place)
        self._judge(self.room.move(item_id, **where), lambda: self.model.move(item_id, where))

    @rule(pick=picks, voter=voters, value=st.sampled_from([-1, 0, 1]))
    def set_vote(self, pick: int, voter: int, value: int) -> None:
        self._vote(self._picked(pick), self.rooms[voter], value=value)

    @rule(pick=picks, voter=voters, step=st.sampled_from([-1, 1]), times=st.integers(1, 3))
    def press(self, pick: int, voter: int, step: int, times: int) -> None:
        """On and on at the end, too."""
        for _ in range(times):
            self._vote(self._picked(pick), self.rooms[voter], step=step)

    @rule(pick=picks)
    def play(self, pick: int) -> None:
        item_id = self._picked(pick)
        self._judge(self.room.play(item_id), lambda: self.model.play(item_id))

    @rule(pick=picks, is_playing=st.booleans())
    def patch_playing(self, pick: int, is_playing: bool) -> None:
        item_id = self._picked(pick)
        asked = self.model.play if is_playing else self.model.stop_item
        self._judge(self.room.set_playing(item_id, is_playing), lambda: asked(item_id))

    @rule()
    def stop(self) -> None:
        self._judge(self.room.stop(), self.model.stop)

    @rule(pick=picks)
    def remove(self, pick: int) -> None:
        item_id = self._picked(pick)
        self._judge(self.room.remove(item_id), lambda: self.model.remove(item_id))

    @rule(pick=picks)
    def restore(self, pick: int) -> None:
        item_id = self._picked(pick)
        self._judge(self.room.restore(item_id), lambda: self.model.restore(item_id))

    @rule(pick=picks, voter=voters, value=st.sampled_from([-1, 1]), is_playing=st.booleans())
    def go_and_come_back(self, pick: int, voter: int, value: int, is_playing: bool) -> None:
        """By chance alone, hardly any item with votes would."""
        self.set_vote(pick, voter, value)
        if is_playing:
            self.play(pick)
        self.remove(pick)
        self.restore(pick)

    @rule(order=st.sampled_from(["manual", "votes"]), is_meant=st.integers(min_value=0, max_value=3))
    def set_order(self, order: str, is_meant: int) -> None:
        if is_meant == 3:  # seldom: most of a run shall stay with its own order
            self._judge(self.room.set_order(order), lambda: self.model.set_order(order))

    # --- How it is judged ----------------------------------------------------------------------------

    def _vote(self, item_id: int, room: RoomClient, *, value: int | None = None, step: int = 0) -> None:
        operation = room.vote(item_id, value=value, step=step)
        self._judge(operation, lambda: self.model.vote(item_id, room.voter, value=value, step=step))
        if operation.is_accepted:
            assert operation.answer["my_vote"] == self.model.item(item_id).opinions.get(room.voter, 0)

    def _judge(self, operation: Operation, ask_model: Callable[[], Effect]) -> None:
        ids_before = self.model.ids
        effect = self._expected_of(operation, ask_model)
        after, events = self.room.fetch(), self.room.events_after(self.before)
        self._check_events(effect, events, is_same_order=ids_before == self.model.ids)
        self._check_state(after, types_of(events))
        invariants.check_i3_accepted_is_reported(self.before, events, [operation])
        self._check_invariants(after, events)
        self.before = after

    def _expected_of(self, operation: Operation, ask_model: Callable[[], Effect]) -> Effect:
        """What the model says, after the response was seen to say the same."""
        code, effect = None, Effect()
        try:
            effect = ask_model()
        except Rejected as rejection:
            code = rejection.code
        assert operation.is_accepted is (code is None), f"{code or 'success'} expected: {operation}"
        assert code is None or operation.answer["error"]["code"] == code
        return effect

    def _check_events(self, effect: Effect, events: list[Event], *, is_same_order: bool) -> None:
        moved = [event["payload"]["id"] for event in events if event["type"] == "track.moved"]
        ignored = {"playlist.reordered"} | ({"track.moved"} if self.model.order == "votes" else set())
        assert [name for name in types_of(events) if name not in ignored] == list(effect.types)
        if self.model.order == "votes":
            assert set(moved) <= effect.may_move
            assert not (is_same_order and moved), "no item had to move"
        elif not effect.renumbers:
            assert "playlist.reordered" not in types_of(events), "there was a number left"

    def _check_state(self, after: Snapshot, types: list[str]) -> None:
        positions = {item["id"]: item["position"] for item in after.items}
        assert ids_of(after) == self.model.ids
        if self.model.order == "votes" or "playlist.reordered" in types:
            self.model.take_positions(positions)
        assert positions == {item.item_id: item.position for item in self.model.items}
        assert [item["votes"] for item in after.items] == [item.votes for item in self.model.items]
        assert [item["track_id"] for item in after.items] == [item.track_id for item in self.model.items]
        assert Queue(after).playing_id == self.model.playing_id

    def _check_invariants(self, after: Snapshot, events: list[Event]) -> None:
        epoch, since = self.before.epoch, self.before.seq
        invariants.check_i1_seq_has_no_gap(events, epoch=epoch, since=since, top=after.seq)
        invariants.check_i2_fold_equals_fetch(self.before, events, [after])
        invariants.check_i4_order_is_strict(after)
        invariants.check_i5_one_plays(after)
        self.log += events

    def teardown(self) -> None:
        operations = [operation for room in self.rooms for operation in room.operations]
        opinions = {room.voter: room.my_votes() for room in self.rooms}
        invariants.check_i6_votes_are_summed(self.before, opinions)
        invariants.check_i6_no_vote_is_lost(self.start, self.log, operations)
        invariants.check_i2_fold_equals_fetch(self.start, self.log, [self.before])

    # --- What the drawn numbers mean -----------------------------------------------------------------

    def _picked(self, pick: int) -> int:
        return self.known[pick % len(self.known)] if self.known else 0

    def _where(self, place: Any) -> dict[str, Any]:
        if not place:
            return {}
        name, value = place
        if name in {"after", "before"}:
            return {name: self._picked(value) or 10**9}
        if name == "position":
            return {"position": value}
        held = self._held(value)
        return {"position": held if name == "held" else math.nextafter(held, math.inf)}

    def _held(self, pick: int) -> float:
        """A position that an item has, or might have; just above it must stay within the limit."""
        items = self.model.items
        return min(items[pick % len(items)].position, math.nextafter(1e15, 0)) if items else 1.0


@pytest.mark.timeout(600)  # finding the shortest sequence that fails takes a while
@pytest.mark.parametrize("order", ["manual", "votes"])
def test_random_requests_give_the_documented_results(
    clients_of_guests: list[httpx.Client],
    guests: list[Guest],
    library: list[int],
    size: Size,
    order: str,
    pytestconfig: pytest.Config,
) -> None:
    facts = {"clients": clients_of_guests, "guests": guests, "library": library, "order": order}
    run_machine(RoomMachine, facts, size=size, examples=EXAMPLES, config=pytestconfig)
