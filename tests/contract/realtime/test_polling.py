"""The log for clients that poll."""

from contextlib import ExitStack
from typing import Any

import pytest

from tests.contract.polls import Poll
from tests.contract.queues import Queue
from tests.contract.refusals import refused
from tests.contract.sockets import Socket
from tests.fold import folded
from tests.processes import TuttiServer

# --- The log for clients that poll -------------------------------------------------------------------

OWN = "the room's own"
NO_NUMBERS = ["-1", "x", "", "nan", "1_0", "١"]
FROM_START = {"epoch": OWN, "since": 0}


def poll(queue: Queue, **query: Any) -> dict[str, Any]:
    body: dict[str, Any] = queue.get("events/", **query).json()
    assert body.keys() >= {"epoch", "seq", "top", "events", "snapshot"}
    return body


def test_events_are_those_that_sockets_get(queue: Queue, server: TuttiServer):
    old = queue.state()
    with Socket.of_room(server.ws_url, queue.room) as socket:
        a, b = queue.fill(2)
        queue.vote(a, 1)
        queue.place(b, before=a)
        queue.play(b)
        queue.remove(b)
        told = socket.events_up_to(queue.state().seq)

    answer = poll(queue, epoch=old.epoch, since=old.seq)

    assert answer == {"epoch": old.epoch, "seq": 7, "top": 7, "events": told, "snapshot": None}
    assert folded(old, answer["events"]) == queue.state()


def test_a_limit_cuts_and_one_asks_again_from_the_last(queue: Queue):
    """Up to the top: there is nothing more, and the answer says so."""
    old = queue.state()
    queue.fill(5)
    events, since = [], old.seq

    for wanted in ([1, 2], [3, 4], [5], []):
        answer = poll(queue, epoch=old.epoch, since=since, limit=2)
        assert [event["seq"] for event in answer["events"]] == wanted
        since = wanted[-1] if wanted else since
        where = {"epoch": old.epoch, "seq": since, "top": 5, "snapshot": None}
        assert answer == {**where, "events": answer["events"]}
        events += answer["events"]

    assert folded(old, events) == queue.state()
    for limit in (1, 500):
        assert poll(queue, epoch=old.epoch, since=0, limit=limit)["events"] == events[:limit]


@pytest.mark.parametrize("case", ["neither", "another epoch", "future"])
def test_without_a_moment_that_the_log_has_it_is_a_snapshot(queue: Queue, case: str):
    ids = queue.fill(3)
    queue.play(ids[2])
    state = queue.state()
    query = {
        "neither": {},
        "another epoch": {"epoch": "another", "since": 1},
        "future": {"epoch": state.epoch, "since": state.seq + 1},
    }[case]

    answer = poll(queue, **query)

    snapshot = {"epoch": state.epoch, "seq": state.seq, "items": state.items}
    assert answer == {"epoch": state.epoch, "seq": 4, "top": 4, "events": [], "snapshot": snapshot}
    queue.play(ids[0])
    after = poll(queue, epoch=answer["epoch"], since=answer["seq"])
    assert folded(state, after["events"]) == queue.state()
    assert len(after["events"]) == 1


@pytest.mark.parametrize(
    ("query", "field"),
    [
        *[({"since": 0}, "epoch"), ({"epoch": "", "since": 0}, "epoch"), ({"epoch": OWN}, "since")],
        *[({"epoch": OWN, "since": value}, "since") for value in (*NO_NUMBERS, "1.5", "1e3", "9" * 30)],
        *[({**FROM_START, "limit": value}, "limit") for value in (*NO_NUMBERS, "0", "501", "1.5")],
        *[({**FROM_START, "wait": value}, "wait") for value in (*NO_NUMBERS, "26", "inf")],
    ],
    ids=str,
)
def test_what_makes_no_sense_is_a_400(queue: Queue, query: dict[str, Any], field: str):
    queue.fill(1)
    epoch = queue.state().epoch
    query = {name: epoch if value == OWN else value for name, value in query.items()}

    refused(queue.http.get(f"{queue.path}events/", params=query), 400, "VALIDATION_ERROR", field)


@pytest.mark.parametrize("path", ["events/", "stream/"])
def test_head_is_answered_like_get_without_the_body(queue: Queue, path: str):
    answer = queue.http.head(queue.path + path)

    assert (answer.status_code, answer.content) == (200, b"")
    kind = "application/json" if path == "events/" else "text/event-stream"
    assert answer.headers["Content-Type"].startswith(kind)


# --- `wait` holds a poll's answer until there is something -------------------------------------------

# Far below the wait, far above what an answer takes.
SOON_SECONDS = 10


def path(queue: Queue, wait: float, since: int | None = None, epoch: str = "") -> str:
    state = queue.state()
    since = state.seq if since is None else since
    return f"{queue.path}events/?epoch={epoch or state.epoch}&since={since}&wait={wait}"


@pytest.mark.both_sizes
def test_a_write_is_the_answer_of_everybody_who_waits(queue: Queue, server: TuttiServer):
    (a,) = queue.fill(1)
    old = queue.state()
    with ExitStack() as opened:
        polls = [opened.enter_context(Poll(server, path(queue, wait=25))) for _ in range(5)]
        queue.play(a)
        answers = [poll.answer() for poll in polls]

    body = answers[0].body
    assert [event["type"] for event in body["events"]] == ["track.playing"]
    assert (body["seq"], body["top"], body["snapshot"]) == (2, 2, None)
    assert folded(old, body["events"]) == queue.state()
    for answer in answers:
        assert (answer.status, answer.body) == (200, body)
        assert answer.seconds < SOON_SECONDS
        assert answer.headers["x-request-id"]


def test_when_nothing_happens_here_the_answer_is_empty_after_that_time(
    queue: Queue, voted_queue: Queue, server: TuttiServer
):
    queue.fill(2)
    state = queue.state()

    with Poll(server, path(queue, wait=0.4)) as poll:
        voted_queue.fill(1)
        answer = poll.answer()

    assert answer.status == 200
    assert answer.body == {"epoch": state.epoch, "seq": 2, "top": 2, "events": [], "snapshot": None}
    assert 0.35 <= answer.seconds < SOON_SECONDS


def test_what_is_there_already_and_a_snapshot_do_not_wait(queue: Queue, server: TuttiServer):
    queue.fill(1)
    with Poll(server, path(queue, wait=25, since=0)) as poll:
        answer = poll.answer()
    assert [event["seq"] for event in answer.body["events"]] == [1]
    assert answer.seconds < SOON_SECONDS

    addresses = [
        f"{queue.path}events/?wait=25",
        path(queue, wait=25, epoch="another"),
        path(queue, wait=25, since=50),
    ]

    for address in addresses:
        with Poll(server, address) as poll:
            answer = poll.answer()
        assert answer.body["snapshot"]["items"] == queue.items()
        assert answer.seconds < SOON_SECONDS


@pytest.mark.both_sizes
def test_one_after_the_other_they_tell_everything(queue: Queue, server: TuttiServer):
    old = queue.state()
    epoch, since = old.position
    events = []
    (a, b), steps = queue.fill(2), 6

    for number in range(steps):
        with Poll(server, path(queue, wait=25, since=since, epoch=epoch)) as poll:
            queue.place(a, **{"after" if number % 2 == 0 else "before": b})
            answer = poll.answer()
        events += answer.body["events"]
        since = answer.body["seq"]
    rest = queue.get("events/", epoch=epoch, since=since).json()

    assert folded(old, [*events, *rest["events"]]) == queue.state()
    assert [event["seq"] for event in [*events, *rest["events"]]] == list(range(1, 3 + steps))
