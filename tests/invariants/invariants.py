"""The invariants I1 to I7, each as one check over what clients received.

Pure: a log of events, fetched snapshots and answered operations in, AssertionError out.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby, pairwise

from tests.fold import Event, Item, Queue, Snapshot
from tests.invariants.idempotent_writes import Call
from tests.invariants.operations import Operation

# What the answer to a vote has besides the item.
ONLY_IN_ANSWERS = {"my_vote"}
# Operations whose response is the item as it was when the write was done, read in the same transaction.
ANSWERED_WITHIN = {"add", "move", "vote", "restore"}
# Errors of a rule, which a repetition gets again; after any other error the key may be used again.
STORED_REJECTIONS = {403, 404, 409}
TYPE_OF_SURE_EVENT = {"add": "track.added", "remove": "track.removed"}


def check_i1_seq_has_no_gap(events: Sequence[Event], *, epoch: str, since: int, top: int) -> None:
    """I1: per stream, seq is 1, 2, 3, … with no gap and no repeat."""
    assert {event["epoch"] for event in events} <= {epoch}, "events of another incarnation"
    assert len({event["room"] for event in events}) <= 1, "events of another room"
    assert [event["seq"] for event in events] == list(range(since + 1, top + 1))


def check_i2_fold_equals_fetch(start: Snapshot, events: Iterable[Event], fetched: Iterable[Snapshot]) -> None:
    """I2: folding the events from any snapshot gives exactly what REST returns, at every seq it returned."""
    wanted: dict[int, list[Snapshot]] = defaultdict(list)
    for snapshot in fetched:
        wanted[snapshot.seq].append(snapshot)
    queue = Queue(start)
    _compare(queue, wanted.pop(start.seq, []))
    for event in events:
        queue.apply(event)
        _compare(queue, wanted.pop(event["seq"], []))
    assert not wanted, f"snapshots of moments that the log does not lead to: {sorted(wanted)}"


def check_i3_accepted_is_reported(
    start: Snapshot, events: Sequence[Event], operations: Iterable[Operation]
) -> None:
    """I3: an accepted write is in the log as in its response; a rejected or unrequested one is not."""
    reported: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        reported[event["op_id"]].append(event)
    states_after = _items_after_operations(start, events)
    for operation in operations:
        own = reported.pop(operation.op_id, [])
        if not operation.is_accepted:
            assert not own, f"rejected, and yet reported: {operation} {own}"
            continue
        _check_sure_event(operation, own)
        if own and operation.kind in ANSWERED_WITHIN:
            response = {
                name: value for name, value in operation.answer.items() if name not in ONLY_IN_ANSWERS
            }
            assert response == states_after[operation.op_id][response["id"]], (
                f"answered otherwise: {operation}"
            )
    assert not reported, f"reported, and not requested: {dict(reported)}"


def check_i4_order_is_strict(snapshot: Snapshot) -> None:
    """I4: order is strict and total, given in order; between any two neighbours there is a number left."""
    positions = [item["position"] for item in snapshot.items]
    for lower, upper in pairwise(positions):
        assert lower < upper, f"{lower} stands before {upper}"
        assert lower < (lower + upper) / 2 < upper, f"no number is left between {lower} and {upper}"
    assert all(abs(position) <= 1e15 for position in positions)
    assert "-0.0" not in map(str, positions)
    for name in ("id", "track_id"):
        assert _repeated(item[name] for item in snapshot.items) == [], f"{name} stands twice"


def check_i4_votes_decide(snapshot: Snapshot, reached: Mapping[int, int]) -> None:
    """I4 in a room ordered by votes: what plays, more votes, who reached them earlier, the lower id.

    `reached` says by which event each item came to its count.
    """
    wanted = sorted(
        snapshot.items,
        key=lambda item: (not item["is_playing"], -item["votes"], reached[item["id"]], item["id"]),
    )
    assert [item["id"] for item in snapshot.items] == [item["id"] for item in wanted]


def check_i5_one_plays(snapshot: Snapshot) -> None:
    """I5: at most one item of a room is playing."""
    playing = [item["id"] for item in snapshot.items if item["is_playing"]]
    assert len(playing) <= 1, f"these play at once: {playing}"


def check_i6_votes_are_summed(snapshot: Snapshot, opinions: Mapping[str, Mapping[int, int]]) -> None:
    """I6: an item's `votes` is the sum of its votes, each voter counting once.

    `opinions` is, for every voter of the room, what `my-votes` gives.
    """
    for own in opinions.values():
        assert set(own.values()) <= {-1, 1}
    for item in snapshot.items:
        cast = sum(own.get(item["id"], 0) for own in opinions.values())
        assert item["votes"] == cast, f"{item['id']} shows {item['votes']} votes, cast were {cast}"


def check_i6_no_vote_is_lost(
    start: Snapshot, events: Sequence[Event], operations: Iterable[Operation]
) -> None:
    """I6: in the order of the log, every vote changes its item by exactly what its voter's opinion changes.

    For a room whose first snapshot has no votes.
    """
    assert not any(item["votes"] for item in start.items)
    by_id = {operation.op_id: operation for operation in operations}
    opinions: dict[int, dict[str, int]] = defaultdict(dict)
    set_aside: dict[int, dict[str, int]] = {}
    queue = Queue(start)
    for event in events:
        payload, operation = event["payload"], by_id.get(event["op_id"])
        if event["type"] == "track.voted":
            assert operation is not None
            assert operation.kind == "vote"
            own = opinions[payload["id"]]
            held = own.get(operation.voter, 0)
            own[operation.voter] = operation.opinion_after(held)
            assert own[operation.voter] != held, f"reported, but nothing changed: {event}"
            assert operation.answer["my_vote"] == own[operation.voter]
        elif event["type"] == "track.removed":
            set_aside[payload["id"]] = opinions.pop(payload["id"], {})
        elif event["type"] == "track.added" and operation is not None and operation.kind == "restore":
            opinions[payload["id"]] = set_aside[payload["id"]]
        queue.apply(event)
        if event["type"] in {"track.voted", "track.added"}:
            counted = sum(opinions[payload["id"]].values())
            assert payload["votes"] == counted, f"{counted} votes were cast: {event}"


def check_i7_done_once(calls: Sequence[Call]) -> None:
    """I7: the same op id twice, and both get the same response; the calls are in the order of their
    responses.

    A key belongs to its caller, and to the first request with that key that was accepted or rejected by a
    rule.
    """
    named: dict[tuple[str, str], Call] = {}
    for call in calls:
        first = named.get((call.caller, call.key))
        if first is None:
            assert not call.is_replay, f"a repeated response without a request: {call}"
            if call.is_accepted or call.status in STORED_REJECTIONS:
                named[call.caller, call.key] = call
        elif call.write == first.write:
            assert call.is_replay, f"done again: {call}, first {first}"
            assert call.repeatable == first.repeatable, f"answered otherwise: {call}, first {first}"
        else:
            answered = (call.status, call.code, call.is_replay)
            assert answered == (422, "IDEMPOTENCY_KEY_REUSED", False), f"{call}, first {first}"


def check_i7_reported_once(events: Sequence[Event]) -> None:
    """I7 in the log: what one write caused stands together, for it happened at one moment."""
    moments = [op_id for op_id, _ in groupby(event["op_id"] for event in events) if op_id is not None]
    assert len(moments) == len(set(moments)), "a write is reported in two places"


def check_room(
    start: Snapshot, events: Sequence[Event], end: Snapshot, opinions: Mapping[str, Mapping[int, int]]
) -> None:
    """What holds of a room at rest, by any writer: I1, I2, I4, I5 and the sum of I6."""
    check_i1_seq_has_no_gap(events, epoch=start.epoch, since=start.seq, top=end.seq)
    check_i2_fold_equals_fetch(start, events, [end])
    check_i4_order_is_strict(end)
    check_i5_one_plays(end)
    check_i6_votes_are_summed(end, opinions)


def reached_by(events: Iterable[Event], operations: Iterable[Operation]) -> dict[int, int]:
    """By which event each item came to its count of votes; an item that comes back keeps its own."""
    restores = {operation.op_id for operation in operations if operation.kind == "restore"}
    reached: dict[int, int] = {}
    for event in events:
        is_new = event["type"] == "track.added" and event["op_id"] not in restores
        if is_new or event["type"] == "track.voted":
            reached[event["payload"]["id"]] = event["seq"]
    return reached


# --- Inside ------------------------------------------------------------------------------------------


def _compare(queue: Queue, fetched: Iterable[Snapshot]) -> None:
    for snapshot in fetched:
        reported = queue.snapshot()
        if not snapshot.facts:  # others wrote all the time
            reported = replace(reported, facts={})
        assert reported == snapshot, f"at seq {snapshot.seq}, what was received is not what was fetched"


def _items_after_operations(start: Snapshot, events: Iterable[Event]) -> dict[str, dict[int, Item]]:
    """For each op id the items as they were after its last event."""
    states: dict[str, dict[int, Item]] = {}
    queue = Queue(start)
    for event in events:
        queue.apply(event)
        if event["op_id"] is not None:
            states[event["op_id"]] = {item["id"]: item for item in queue.items}
    return states


def _check_sure_event(operation: Operation, own: Sequence[Event]) -> None:
    """Adds and removals were reported once; a vote and a move are reported when they changed something."""
    wanted = TYPE_OF_SURE_EVENT.get(operation.kind)
    if wanted is None:
        return
    ids = [event["payload"]["id"] for event in own if event["type"] == wanted]
    item_id = operation.answer["id"] if operation.kind == "add" else operation.item_id
    assert ids == [item_id], f"accepted, and reported as {own}: {operation}"


def _repeated(values: Iterable[int]) -> list[int]:
    return [value for value, count in Counter(values).items() if count > 1]
