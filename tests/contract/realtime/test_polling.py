"""The log for clients that poll."""

from dataclasses import replace
from typing import Any

import httpx
import pytest

from tests.contract.queues import Queue
from tests.contract.refusals import refused
from tests.contract.sockets import Socket
from tests.fold import folded
from tests.processes import TuttiServer

OWN = "the room's own"
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
    old = queue.state()
    queue.fill(5)
    events, since = [], old.seq

    for wanted in ([1, 2], [3, 4], [5], []):
        answer = poll(queue, epoch=old.epoch, since=since, limit=2)
        assert [event["seq"] for event in answer["events"]] == wanted
        assert (answer["epoch"], answer["top"], answer["snapshot"]) == (old.epoch, 5, None)
        assert answer["seq"] == (wanted[-1] if wanted else since)
        events += answer["events"]
        since = answer["seq"]

    assert folded(old, events) == queue.state()


def test_without_a_limit_it_is_100(queue: Queue):
    (a,) = queue.fill(1)
    epoch = queue.state().epoch
    for _ in range(51):
        queue.play(a)
        queue.stop()

    answer = poll(queue, epoch=epoch, since=0)

    assert [event["seq"] for event in answer["events"]] == list(range(1, 101))
    assert (answer["seq"], answer["top"]) == (100, 103)


def test_nothing_new_is_an_empty_answer(queue: Queue):
    queue.fill(2)
    state = queue.state()

    answer = poll(queue, epoch=state.epoch, since=state.seq)

    assert answer == {"epoch": state.epoch, "seq": 2, "top": 2, "events": [], "snapshot": None}


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


def test_a_snapshot_can_be_gone_on_from(queue: Queue):
    queue.fill(2)
    old, first = queue.state(), poll(queue)
    assert replace(old, **first["snapshot"]) == old
    queue.play(old.items[0]["id"])

    answer = poll(queue, epoch=first["epoch"], since=first["seq"])

    assert folded(old, answer["events"]) == queue.state()
    assert len(answer["events"]) == 1


@pytest.mark.parametrize(
    ("query", "field"),
    [
        *[({"since": 0}, "epoch"), ({"epoch": "", "since": 0}, "epoch"), ({"epoch": OWN}, "since")],
        *[({"epoch": OWN, "since": value}, "since") for value in ("-1", "x", "1.5", "", "1e3", "9" * 30)],
        *[({**FROM_START, "limit": value}, "limit") for value in ("0", "501", "-1", "x", "1.5", "")],
        *[({**FROM_START, "wait": value}, "wait") for value in ("-1", "26", "x", "nan", "inf", "")],
    ],
    ids=str,
)
def test_what_makes_no_sense_is_a_400(queue: Queue, query: dict[str, Any], field: str):
    queue.fill(1)
    epoch = queue.state().epoch
    query = {name: epoch if value == OWN else value for name, value in query.items()}

    refused(queue.http.get(f"{queue.path}events/", params=query), 400, "VALIDATION_ERROR", field)


@pytest.mark.parametrize("limit", [1, 500])
def test_limits_within_the_bounds_are_taken(queue: Queue, limit: int):
    epoch = queue.state().epoch
    queue.fill(2)

    assert len(poll(queue, epoch=epoch, since=0, limit=limit)["events"]) == min(limit, 2)


def test_a_room_that_is_not_there_is_a_404(client: httpx.Client):
    refused(client.get("/api/rooms/nobody-is-here/playlist/events/"), 404, "NOT_FOUND")
    path = "/api/rooms/nobody-is-here/playlist/events/?epoch=x&since=0&wait=20"
    refused(client.get(path), 404, "NOT_FOUND")


@pytest.mark.parametrize("path", ["events/", "stream/"])
def test_head_is_answered_like_get_without_the_body(queue: Queue, path: str):
    answer = queue.http.head(queue.path + path)

    assert (answer.status_code, answer.content) == (200, b"")
    kind = "application/json" if path == "events/" else "text/event-stream"
    assert answer.headers["Content-Type"].startswith(kind)
