"""Server-sent events."""

import httpx
import pytest

from tests.contract.event_streams import Told, event_stream
from tests.contract.queues import Queue
from tests.contract.refusals import refused
from tests.contract.sockets import Socket
from tests.fold import folded
from tests.processes import TuttiServer

# --- Server-sent events: the same frames as the socket -----------------------------------------------


def test_it_begins_with_the_same_greeting(queue: Queue, server: TuttiServer):
    queue.fill(2)
    state = queue.state()

    with (
        event_stream(queue.http, f"{queue.path}stream/") as stream,
        Socket.of_room(server.ws_url, queue.room) as socket,
    ):
        told = stream.next("connection.established")

    headers = stream.answer.headers
    assert headers["Content-Type"] == "text/event-stream; charset=utf-8"
    assert (headers["Cache-Control"], headers["X-Accel-Buffering"]) == ("no-store", "no")
    assert headers["X-Request-ID"]
    assert told.frame == socket.established
    assert told.id == f"{state.epoch}:{state.seq}"


@pytest.mark.both_sizes
def test_events_are_those_that_sockets_get(queue: Queue, server: TuttiServer):
    epoch = queue.state().epoch
    as_a_browser = {"Accept": "text/event-stream", "Cache-Control": "no-cache"}
    with (
        event_stream(queue.http, f"{queue.path}stream/", headers=as_a_browser) as stream,
        Socket.of_room(server.ws_url, queue.room) as socket,
        server.client(verify=False) as writer,
    ):
        stream.next("connection.established")
        writing = queue.as_seen_by(writer)
        a, b = writing.fill(2)
        writing.vote(a, 1)
        writing.place(b, before=a)
        writing.play(b)
        writing.remove(b)
        sent = socket.events_up_to(7)

        told = [stream.next(event["type"]) for event in sent]

    assert [each.frame for each in told] == sent
    assert [each.id for each in told] == [f"{epoch}:{seq}" for seq in range(1, 8)]


def test_the_address_of_main_is_short(client: httpx.Client):
    with event_stream(client, "/api/stream") as stream:
        short = stream.next("connection.established").frame
    with event_stream(client, "/api/playlist/stream/") as stream:
        long = stream.next("connection.established").frame
    assert short == long
    assert short["payload"]["room"] == "main"


@pytest.mark.parametrize(
    ("query", "headers"),
    [("?epoch=e", {}), ("?since=1", {}), ("", {"Last-Event-ID": "nonsense"}), ("", {"Last-Event-ID": "e:x"})],
)
def test_what_is_no_moment_is_a_400(queue: Queue, query: str, headers: dict[str, str]):
    answer = queue.http.get(f"{queue.path}stream/{query}", headers=headers)

    refused(answer, 400, "VALIDATION_ERROR")


@pytest.mark.parametrize("path", ["stream/", "events/", "events/?epoch=x&since=0&wait=20"])
def test_a_room_that_is_not_there_is_a_404(client: httpx.Client, path: str):
    address = f"/api/rooms/nobody-is-here/playlist/{path}"
    refused(client.get(address), 404, "NOT_FOUND")
    answer = client.head(address)
    assert (answer.status_code, answer.content) == (404, b"")


@pytest.mark.parametrize("path", ["/api/stream", "/api/playlist/stream/"])
def test_nothing_is_written_to_it(client: httpx.Client, path: str):
    refused(client.post(path, json={}), 405, "METHOD_NOT_ALLOWED")


# --- `Last-Event-ID` resumes an event stream from the first moment -----------------------------------


def resumed_from(queue: Queue, last_id: str, count: int) -> list[Told]:
    """What comes after the greeting, to a browser that comes back. Cut off there, it has lost nothing."""
    with event_stream(queue.http, f"{queue.path}stream/", headers={"Last-Event-ID": last_id}) as stream:
        assert stream.next("connection.established").id == last_id
        return [stream.any_next() for _ in range(count)]


def test_what_was_missed_is_given(queue: Queue):
    (a,) = queue.fill(1)
    old = queue.state()
    queue.play(a)
    queue.stop()

    first, second, resumed = resumed_from(queue, f"{old.epoch}:{old.seq}", 3)

    assert [first.id, second.id, resumed.id] == [f"{old.epoch}:2", f"{old.epoch}:3", None]
    assert folded(old, [first.frame, second.frame]) == queue.state()
    assert resumed.frame == {
        "type": "resumed",
        "payload": {"epoch": old.epoch, "seq": 3, "recovered": True},
    }


def test_the_greetings_own_id_is_enough(queue: Queue):
    queue.fill(2)
    with event_stream(queue.http, f"{queue.path}stream/") as stream:
        greeting = stream.next("connection.established")
    queue.fill(1)

    event, resumed = resumed_from(queue, str(greeting.id), 2)

    assert (event.type, event.frame["seq"], resumed.type) == ("track.added", 3, "resumed")


@pytest.mark.parametrize("case", ["another epoch", "future"])
def test_what_the_log_cannot_give_is_a_snapshot_with_an_id(queue: Queue, case: str):
    queue.fill(2)
    state = queue.state()
    last_id = "another:1" if case == "another epoch" else f"{state.epoch}:{state.seq + 1}"

    snapshot, resumed = resumed_from(queue, last_id, 2)

    assert snapshot.id == f"{state.epoch}:{state.seq}"
    assert snapshot.frame == {
        "type": "playlist.snapshot",
        "payload": {"epoch": state.epoch, "seq": state.seq, "items": state.items},
    }
    assert (resumed.id, resumed.frame["payload"]["recovered"]) == (None, False)
    queue.fill(1)
    event, resumed = resumed_from(queue, str(snapshot.id), 2)
    assert (event.frame["seq"], resumed.frame["payload"]["recovered"]) == (3, True)
