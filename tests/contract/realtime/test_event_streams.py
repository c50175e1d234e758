"""Server-sent events: the same frames as the socket."""

import httpx
import pytest

from tests.contract.event_streams import event_stream
from tests.contract.queues import Queue
from tests.contract.refusals import refused
from tests.contract.sockets import Socket
from tests.processes import TuttiServer


def test_it_begins_with_the_same_greeting(queue: Queue, server: TuttiServer):
    queue.fill(2)
    state = queue.state()

    with (
        event_stream(queue.http, f"{queue.path}stream/") as stream,
        Socket.of_room(server.ws_url, queue.room) as socket,
    ):
        told = stream.next("connection.established")

    assert stream.answer.headers["Content-Type"].startswith("text/event-stream")
    assert stream.answer.headers["X-Request-ID"]
    assert told.frame == socket.established
    assert told.id == f"{state.epoch}:{state.seq}"


def test_events_are_those_that_sockets_get(queue: Queue, server: TuttiServer):
    epoch = queue.state().epoch
    with (
        event_stream(queue.http, f"{queue.path}stream/") as stream,
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


def test_a_browsers_accept_header_is_fine(queue: Queue):
    headers = {"Accept": "text/event-stream", "Cache-Control": "no-cache"}

    with event_stream(queue.http, f"{queue.path}stream/", headers=headers) as stream:
        stream.next("connection.established")


def test_a_room_that_is_not_there_is_a_404(client: httpx.Client):
    refused(client.get("/api/rooms/nobody-is-here/playlist/stream/"), 404, "NOT_FOUND")


@pytest.mark.parametrize("path", ["/api/stream", "/api/playlist/stream/"])
def test_nothing_is_written_to_it(client: httpx.Client, path: str):
    refused(client.post(path, json={}), 405, "METHOD_NOT_ALLOWED")
