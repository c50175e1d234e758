"""The checks of the invariants fail when one is violated: edited calls and logs, no server."""

import copy
from dataclasses import replace
from typing import Any

import pytest

from tests.fold import Event, FoldError, Item, Queue, Snapshot, assert_events_explain, folded
from tests.invariants import invariants
from tests.invariants.idempotent_writes import JOIN, Call, Write
from tests.invariants.operations import Operation

EPOCH = "first"


def item(item_id: int, **changes: Any) -> Item:
    track = {"track": {"id": item_id + 100, "title": f"Tune {item_id}"}, "track_id": item_id + 100}
    state = {"position": float(item_id), "votes": 0, "added_by": "Ada", "is_playing": False}
    return {"id": item_id, **track, **state, "added_at": "2025-12-04T10:00:00Z", "played_at": None, **changes}


def event(seq: int, event_type: str, payload: Any, op_id: str | None = None) -> Event:
    reported = {"type": event_type, "payload": payload, "room": "a-room"}
    return {**reported, "epoch": EPOCH, "seq": seq, "op_id": op_id}


EMPTY = Snapshot(EPOCH, 0, [])
# Ada and Bo add, Cem votes and is voted down, the first plays, the second goes and comes back.
LOG = [
    event(1, "track.added", item(1), "add-1"),
    event(2, "track.added", item(2), "add-2"),
    event(3, "track.voted", item(2, votes=1), "vote-1"),
    event(4, "track.playing", item(1, is_playing=True), "play-1"),
    event(5, "track.moved", item(2, votes=1, position=0.0), "move-1"),
    event(6, "track.removed", {"id": 2, "track_id": 102}, "remove-1"),
    event(7, "track.added", item(2, votes=1, position=0.0), "restore-1"),
    event(8, "track.playing", {"id": None, "is_playing": False, "stopped_id": 1}, "stop-1"),
    event(9, "playlist.reordered", {"items": [{"id": 2, "position": 1.0}, {"id": 1, "position": 2.0}]}),
]
END = Snapshot(EPOCH, 9, [item(2, votes=1, position=1.0), item(1, position=2.0)])
OPERATIONS = [
    Operation("add-1", "add", 201, item(1)),
    Operation("add-2", "add", 201, item(2)),
    Operation("vote-1", "vote", 200, {**item(2, votes=1), "my_vote": 1}, 2, "Cem", step=1),
    Operation("play-1", "play", 200, item(1, is_playing=True), 1),
    Operation("move-1", "move", 200, item(2, votes=1, position=0.0), 2),
    Operation("remove-1", "remove", 204, None, 2),
    Operation("restore-1", "restore", 200, item(2, votes=1, position=0.0), 2),
    Operation("stop-1", "stop", 200, {"status": "stopped"}),
    Operation("rejected-1", "vote", 404, {"error": {}}, 7, "Cem", value=1),
]
REPORTED_OPERATIONS = LOG[:8]  # the renumbering has no key


def test_a_valid_log_passes_all_checks() -> None:
    invariants.check_i1_seq_has_no_gap(LOG, epoch=EPOCH, since=0, top=9)
    invariants.check_i2_fold_equals_fetch(EMPTY, LOG, [EMPTY, END, END])
    invariants.check_i3_accepted_is_reported(EMPTY, REPORTED_OPERATIONS, OPERATIONS)
    invariants.check_i4_order_is_strict(END)
    invariants.check_i4_votes_decide(END, invariants.reached_by(LOG, OPERATIONS))
    invariants.check_i5_one_plays(END)
    invariants.check_i6_votes_are_summed(END, {"Bo": {}, "Cem": {2: 1}})
    invariants.check_room(EMPTY, LOG, END, {"Bo": {}, "Cem": {2: 1}})
    invariants.check_i6_no_vote_is_lost(EMPTY, LOG, OPERATIONS)
    assert_events_explain(EMPTY, LOG, END)


def test_the_check_of_an_idle_room_fails_for_each_of_its_parts() -> None:
    lawful = {"Bo": {}, "Cem": {2: 1}}
    less = Snapshot(EPOCH, 9, [item(1, position=2.0)])
    for events, end, opinions in ((LOG[:-1], END, lawful), (LOG, less, lawful), (LOG, END, {})):
        with pytest.raises(AssertionError):
            invariants.check_room(EMPTY, events, end, opinions)


@pytest.mark.parametrize(
    "log",
    [
        pytest.param(LOG[:3] + LOG[4:], id="a missing seq"),
        pytest.param(LOG[:3] + LOG[2:], id="a doubled seq"),
        pytest.param([LOG[1], LOG[0], *LOG[2:]], id="another order"),
        pytest.param(LOG[:-1], id="a missing end"),
        pytest.param([*LOG[:-1], {**LOG[-1], "epoch": "second"}], id="another epoch"),
        pytest.param([*LOG[:-1], {**LOG[-1], "room": "b-room"}], id="another room"),
    ],
)
def test_a_gap_in_seq_is_detected(log: list[Event]) -> None:
    with pytest.raises(AssertionError):
        invariants.check_i1_seq_has_no_gap(log, epoch=EPOCH, since=0, top=9)


@pytest.mark.parametrize(
    "fetched",
    [
        pytest.param(Snapshot(EPOCH, 9, [item(1, position=2.0)]), id="an item less"),
        pytest.param(Snapshot(EPOCH, 9, END.items[::-1]), id="another order"),
        pytest.param(Snapshot(EPOCH, 8, END.items), id="another moment"),
        pytest.param(Snapshot(EPOCH, 10, END.items), id="a moment that the log doesn't reach"),
        pytest.param(Snapshot("second", 9, END.items), id="another epoch"),
    ],
)
def test_a_fold_that_differs_from_the_fetch_is_detected(fetched: Snapshot) -> None:
    with pytest.raises(AssertionError):
        invariants.check_i2_fold_equals_fetch(EMPTY, LOG, [fetched])


def test_i2_fails_for_every_field_of_an_item() -> None:
    for name in END.items[0]:
        other = copy.deepcopy(END)
        other.items[0][name] = "something else"
        with pytest.raises(AssertionError):
            invariants.check_i2_fold_equals_fetch(EMPTY, LOG, [other])


ONE = Snapshot(EPOCH, 1, [item(1, is_playing=True)])
TWO = Snapshot(EPOCH, 1, [item(1, is_playing=True), item(2)])


@pytest.mark.parametrize(
    ("start", "reported"),
    [
        (ONE, event(2, "track.added", item(1))),
        (ONE, event(2, "track.added", item(2, is_playing=True))),
        (ONE, event(2, "track.added", item(2, position=1.0))),
        (ONE, event(2, "track.added", item(2, track_id=101, track={"id": 101}))),
        (ONE, event(2, "track.added", item(2, track={"id": 7}))),
        (ONE, event(2, "track.removed", {"id": 1, "track_id": 101})),  # it plays
        (TWO, event(2, "track.removed", {"id": 3, "track_id": 103})),
        (TWO, event(2, "track.removed", {"id": 2, "track_id": 101})),
        (TWO, event(2, "track.moved", item(3))),
        (TWO, event(2, "track.moved", item(2, position=1.0))),
        (TWO, event(2, "track.voted", item(1, votes=1))),  # it plays, the payload says no
        (TWO, event(2, "track.updated", item(2, is_playing=True))),
        (TWO, event(2, "track.playing", item(3, is_playing=True))),
        (TWO, event(2, "track.playing", item(1, is_playing=True))),  # it did already
        (TWO, event(2, "track.playing", item(2))),
        (TWO, event(2, "track.playing", {"id": None, "is_playing": False, "stopped_id": 2})),
        (TWO, event(2, "track.playing", {"id": None, "is_playing": False})),
        (EMPTY, event(1, "track.playing", {"id": None, "is_playing": False, "stopped_id": None})),
        (TWO, event(2, "playlist.reordered", {"items": [{"id": 1, "position": 1.0}]})),
        (
            TWO,
            event(
                2, "playlist.reordered", {"items": [{"id": 1, "position": 1.0}, {"id": 2, "position": 1.5}]}
            ),
        ),
        (TWO, event(2, "track.renamed", item(1, is_playing=True))),
        (TWO, event(2, "room.renamed", {"name": "Attic", "text": "Halo"})),
        (TWO, event(3, "track.moved", item(2, position=5.0))),
        (TWO, event(1, "track.moved", item(2, position=5.0))),
        (TWO, {**event(2, "track.moved", item(2, position=5.0)), "epoch": "second"}),
    ],
)
def test_folding_rejects_impossible_events(start: Snapshot, reported: Event) -> None:
    with pytest.raises(FoldError):
        Queue(start).apply(reported)


def test_an_event_without_an_effect_is_detected() -> None:
    with pytest.raises(AssertionError, match="no event was reported"):
        assert_events_explain(EMPTY, [], EMPTY)
    with pytest.raises(AssertionError, match="changed nothing"):
        assert_events_explain(TWO, [event(2, "track.moved", item(2))], Snapshot(EPOCH, 2, TWO.items))
    named = replace(TWO, facts={"room.renamed": "Attic"})
    for nothing in (event(2, "track.moved", item(2)), event(2, "room.renamed", {"name": "Attic"})):
        with pytest.raises(FoldError, match="it changes nothing"):
            folded(named, [nothing])


@pytest.mark.parametrize(
    ("operations", "said"),
    [
        ([*OPERATIONS, Operation("add-9", "add", 201, item(9))], "accepted, and reported as"),
        ([Operation("add-1", "add", 409, {"error": {}}), *OPERATIONS[1:]], "rejected, and yet reported"),
        (OPERATIONS[:-2], "not requested"),
        ([Operation("add-1", "add", 201, item(1, votes=3)), *OPERATIONS[1:]], "answered otherwise"),
    ],
)
def test_an_accepted_write_without_its_event_is_detected(operations: list[Operation], said: str) -> None:
    with pytest.raises(AssertionError, match=said):
        invariants.check_i3_accepted_is_reported(EMPTY, REPORTED_OPERATIONS, operations)


@pytest.mark.parametrize(
    "items",
    [
        pytest.param([item(1), item(2, position=1.0)], id="a shared position"),
        pytest.param([item(2), item(1)], id="not in order"),
        pytest.param([item(1, position=0.0), item(2, position=5e-324)], id="no number in between"),
        pytest.param([item(1, position=-0.0)], id="the other zero"),
        pytest.param([item(1, position=1.1e15)], id="beyond the limit"),
        pytest.param([item(1), item(1, position=2.0)], id="an item twice"),
        pytest.param([item(1), item(2, track_id=101)], id="a track twice"),
    ],
)
def test_an_order_that_is_not_strict_is_detected(items: list[Item]) -> None:
    with pytest.raises(AssertionError):
        invariants.check_i4_order_is_strict(Snapshot(EPOCH, 2, items))


@pytest.mark.parametrize(
    "items",
    [
        pytest.param([item(1, votes=1), item(2, votes=2)], id="fewer votes in front"),
        pytest.param([item(1, votes=1), item(2, is_playing=True)], id="what plays not in front"),
        pytest.param([item(1), item(2)], id="who reached it later in front"),
    ],
)
def test_an_order_that_contradicts_votes_is_detected(items: list[Item]) -> None:
    with pytest.raises(AssertionError):
        invariants.check_i4_votes_decide(Snapshot(EPOCH, 9, items), {1: 8, 2: 7})


def test_two_playing_items_are_detected() -> None:
    both = [item(1, is_playing=True), item(2, is_playing=True)]
    with pytest.raises(AssertionError, match="play at once"):
        invariants.check_i5_one_plays(Snapshot(EPOCH, 2, both))


@pytest.mark.parametrize("opinions", [{}, {"Cem": {2: -1}}, {"Cem": {2: 2}}, {"Bo": {2: 1}, "Cem": {2: 1}}])
def test_i6_fails_for_a_wrong_sum(opinions: dict[str, dict[int, int]]) -> None:
    with pytest.raises(AssertionError):
        invariants.check_i6_votes_are_summed(END, opinions)


@pytest.mark.parametrize(
    ("votes", "voter", "said"), [(2, "Cem", "nothing changed"), (1, "Bo", "2 votes were cast")]
)
def test_i6_fails_for_a_vote_too_many_or_lost(votes: int, voter: str, said: str) -> None:
    reported = event(10, "track.voted", item(2, votes=votes, position=1.0), "vote-2")
    vote = Operation("vote-2", "vote", 200, {**reported["payload"], "my_vote": 1}, 2, voter, step=1)
    with pytest.raises(AssertionError, match=said):
        invariants.check_i6_no_vote_is_lost(EMPTY, [*LOG, reported], [*OPERATIONS, vote])


# --- The checks of I7 fail when it is violated: edited calls and logs, no server ---------------------

ADD = Write("add", "POST", "/a/", {"track_id": 5})
REMOVE = Write("remove", "DELETE", "/a/1/")
NOT_AGAIN = b'{"error": {"code": "IDEMPOTENCY_KEY_REUSED"}}'


def call(write: Write = ADD, status: int = 201, body: bytes = b'{"id": 1}', **fields: Any) -> Call:
    return Call(**{"caller": "Ada", "key": "k", "write": write, "status": status, "body": body, **fields})


FIRST = call(headers={"content-type": "application/json", "location": "/a/1/"})
AGAIN = replace(FIRST, is_replay=True)


def joined(guest_id: str, token: str, **fields: Any) -> Call:
    body = f'{{"guest_id": "{guest_id}", "token": "{token}"}}'.encode()
    return call(Write(JOIN, "POST", "/g/"), 201, body, **fields)


@pytest.mark.parametrize(
    "calls",
    [
        [FIRST, AGAIN, AGAIN],
        [FIRST, call(REMOVE, 422, NOT_AGAIN), AGAIN],
        [FIRST, replace(FIRST, caller="Bo"), replace(FIRST, key="l")],
        [call(status=404), call(status=404, is_replay=True)],
        [call(status=400), call(status=429), call(REMOVE, 204, b""), call(REMOVE, 204, b"", is_replay=True)],
        [joined("g", "one"), joined("g", "two", is_replay=True)],
    ],
)
def test_valid_calls_pass_all_checks(calls: list[Call]) -> None:
    invariants.check_i7_done_once(calls)


@pytest.mark.parametrize(
    "calls",
    [
        pytest.param([FIRST, FIRST], id="done again"),
        pytest.param([FIRST, replace(AGAIN, body=b'{"id": 2}')], id="another body"),
        pytest.param([FIRST, replace(AGAIN, status=200)], id="another status"),
        pytest.param([FIRST, replace(AGAIN, headers={})], id="other headers"),
        pytest.param([AGAIN], id="a repeated response without a first"),
        pytest.param([FIRST, replace(AGAIN, caller="Bo")], id="another caller's response"),
        pytest.param([FIRST, call(REMOVE, 204, b"")], id="another request is done"),
        pytest.param(
            [FIRST, call(REMOVE, 201, FIRST.body, is_replay=True)], id="another request, its answer"
        ),
        pytest.param([call(status=409), call(status=409)], id="a rule is asked again"),
        pytest.param([call(status=400), call(status=400, is_replay=True)], id="kept what may try again"),
        pytest.param([joined("g", "one"), joined("h", "one", is_replay=True)], id="another guest"),
    ],
)
def test_a_write_done_twice_is_detected(calls: list[Call]) -> None:
    with pytest.raises(AssertionError):
        invariants.check_i7_done_once(calls)


def test_i7_fails_for_a_write_reported_in_two_places() -> None:
    events = [{"op_id": op_id} for op_id in ("a", "a", None, "b", None)]
    invariants.check_i7_reported_once(events)
    with pytest.raises(AssertionError, match="two places"):
        invariants.check_i7_reported_once([*events, {"op_id": "a"}])
