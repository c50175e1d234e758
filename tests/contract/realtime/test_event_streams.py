"""Server-sent events, and the log for clients that poll. Resuming: test_resuming.py."""

from contextlib import ExitStack
from typing import Any

import pytest

from tests.contract.error_checks import rejected
from tests.contract.event_streams import event_stream
from tests.contract.polls import Poll
from tests.contract.queues import Queue
from tests.contract.sockets import Socket
from tests.fold import folded
from tests.processes import TuttiServer

# --- Both tell the same as a socket ------------------------------------------------------------------


def test_an_event_stream_begins_with_the_greeting_of_a_socket(queue: Queue, server: TuttiServer):
    queue.fill(2)
    state = queue.state()

    with (
        event_stream(queue.http, f"{queue.path}stream/") as stream,
        Socket.of_room(server.ws_url, queue.room) as socket,
    ):
        reported = stream.next("connection.established")

    headers = stream.answer.headers
    assert headers["Content-Type"] == "text/event-stream; charset=utf-8"
    assert (headers["Cache-Control"], headers["X-Accel-Buffering"]) == ("no-store", "no")
    assert reported.message == socket.established
    assert reported.id == f"{state.epoch}:{state.seq}"
    greetings = []
    for path in ("/api/stream", "/api/playlist/stream/"):
        with event_stream(queue.http, path) as stream:
            greetings.append(stream.next("connection.established").message)
    assert greetings[0] == greetings[1]
    assert greetings[0]["payload"]["room"] == "main"


@pytest.mark.both_sizes
def test_event_streams_have_the_same_events_as_sockets(queue: Queue, server: TuttiServer):
    old = queue.state()
    as_a_browser = {"Accept": "text/event-stream", "Cache-Control": "no-cache"}
    with (
        event_stream(queue.http, f"{queue.path}stream/", headers=as_a_browser) as stream,
        Socket.of_room(server.ws_url, queue.room) as socket,
        server.client() as writer,
    ):
        stream.next("connection.established")
        writing = queue.as_seen_by(writer)
        a, b = writing.fill(2)
        writing.vote(a, 1)
        writing.place(b, before=a)
        writing.play(b)
        writing.remove(b)
        sent = socket.events_up_to(7)
        reported = [stream.next(event["type"]) for event in sent]

    assert [each.message for each in reported] == sent
    assert [each.id for each in reported] == [f"{old.epoch}:{seq}" for seq in range(1, 8)]
    polled = poll(queue, epoch=old.epoch, since=old.seq)
    assert polled == {"epoch": old.epoch, "seq": 7, "top": 7, "events": sent, "snapshot": None}
    assert folded(old, sent) == queue.state()


@pytest.mark.parametrize(
    ("path", "kind"), [("stream/", "text/event-stream"), ("events/", "application/json")]
)
def test_head_returns_the_headers_of_get_and_a_404_for_an_unknown_room(queue: Queue, path: str, kind: str):
    response = queue.http.head(queue.path + path)
    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["Content-Type"].startswith(kind)
    for query in ("", "?epoch=x&since=0&wait=20"):
        nowhere = f"/api/rooms/nobody-is-here/playlist/{path}{query}"
        rejected(queue.http.get(nowhere), 404, "NOT_FOUND")
        response = queue.http.head(nowhere)
        assert (response.status_code, response.content) == (404, b"")


# --- The log for clients that poll -------------------------------------------------------------------

OWN = "the room's own"
NO_NUMBERS = ["-1", "x", "", "nan", "1_0", "١"]
FROM_START = {"epoch": OWN, "since": 0}
NONSENSE: list[tuple[dict[str, Any], str]] = [
    *[({"since": 0}, "epoch"), ({"epoch": "", "since": 0}, "epoch"), ({"epoch": OWN}, "since")],
    *[({"epoch": OWN, "since": value}, "since") for value in (*NO_NUMBERS, "1.5", "1e3", "9" * 30)],
    *[({**FROM_START, "limit": value}, "limit") for value in (*NO_NUMBERS, "0", "501", "1.5")],
    *[({**FROM_START, "wait": value}, "wait") for value in (*NO_NUMBERS, "26", "inf")],
]


def poll(queue: Queue, **query: Any) -> dict[str, Any]:
    body: dict[str, Any] = queue.get("events/", **query).json()
    assert body.keys() >= {"epoch", "seq", "top", "events", "snapshot"}
    return body


def test_a_limited_poll_continues_after_its_last_event(queue: Queue):
    """Up to the top: there is nothing more, and the response says so."""
    old = queue.state()
    queue.fill(5)
    events, since = [], old.seq

    for wanted in ([1, 2], [3, 4], [5], []):
        response = poll(queue, epoch=old.epoch, since=since, limit=2)
        assert [event["seq"] for event in response["events"]] == wanted
        since = wanted[-1] if wanted else since
        where = {"epoch": old.epoch, "seq": since, "top": 5, "snapshot": None}
        assert response == {**where, "events": response["events"]}
        events += response["events"]

    assert folded(old, events) == queue.state()
    for limit in (1, 500):
        assert poll(queue, epoch=old.epoch, since=0, limit=limit)["events"] == events[:limit]


def test_invalid_values_are_a_400(queue: Queue):
    queue.fill(1)
    epoch = queue.state().epoch
    for asked, field in NONSENSE:
        query = {name: epoch if value == OWN else value for name, value in asked.items()}
        response = queue.http.get(f"{queue.path}events/", params=query)
        rejected(response, 400, "VALIDATION_ERROR", field)


# --- `wait` holds a poll's answer until there is something -------------------------------------------

# Far below the wait, far above what a response takes.
SOON_SECONDS = 10


def path(queue: Queue, wait: float, since: int | None = None, epoch: str = "") -> str:
    state = queue.state()
    since = state.seq if since is None else since
    return f"{queue.path}events/?epoch={epoch or state.epoch}&since={since}&wait={wait}"


@pytest.mark.both_sizes
def test_a_write_completes_every_waiting_poll(queue: Queue, server: TuttiServer):
    (a,) = queue.fill(1)
    old = queue.state()
    with ExitStack() as opened:
        polls = [opened.enter_context(Poll(server, path(queue, wait=25))) for _ in range(5)]
        queue.play(a)
        responses = [poll.answer() for poll in polls]

    body = responses[0].body
    assert [event["type"] for event in body["events"]] == ["track.playing"]
    assert (body["seq"], body["top"], body["snapshot"]) == (2, 2, None)
    assert folded(old, body["events"]) == queue.state()
    for response in responses:
        assert (response.status, response.body) == (200, body)
        assert response.seconds < SOON_SECONDS
        assert response.headers["x-request-id"]


def test_a_poll_without_events_is_empty_after_the_timeout(
    queue: Queue, voted_queue: Queue, server: TuttiServer
):
    queue.fill(2)
    state = queue.state()

    with Poll(server, path(queue, wait=0.4)) as poll:
        voted_queue.fill(1)
        response = poll.answer()

    assert response.status == 200
    assert response.body == {"epoch": state.epoch, "seq": 2, "top": 2, "events": [], "snapshot": None}
    assert 0.35 <= response.seconds < SOON_SECONDS


@pytest.mark.parametrize("spelling", ["0.010000000000000002", "1e-3", "5E-324", "0e9", "-0.0"])
def test_seconds_may_be_written_as_json_writes_numbers(queue: Queue, spelling: str):
    assert poll(queue, epoch=queue.state().epoch, since=0, wait=spelling)["events"] == []


def test_polls_with_existing_events_or_a_snapshot_return_immediately(queue: Queue, server: TuttiServer):
    ids = queue.fill(3)
    queue.play(ids[2])
    state = queue.state()
    with Poll(server, path(queue, wait=25, since=3)) as waiting:
        response = waiting.answer()
    assert [event["seq"] for event in response.body["events"]] == [4]
    assert response.seconds < SOON_SECONDS

    snapshot = {"epoch": state.epoch, "seq": state.seq, "items": state.items}
    for address in (
        f"{queue.path}events/",
        f"{queue.path}events/?wait=25",
        path(queue, wait=25, epoch="another"),
        path(queue, wait=25, since=state.seq + 1),
    ):
        with Poll(server, address) as waiting:
            response = waiting.answer()
        assert response.body == {
            **{"epoch": state.epoch, "seq": 4, "top": 4, "events": []},
            "snapshot": snapshot,
        }
        assert response.seconds < SOON_SECONDS
    queue.play(ids[0])
    after = poll(queue, epoch=state.epoch, since=state.seq)
    assert folded(state, after["events"]) == queue.state()
