"""/api/events.schema.json describes every message: real messages are checked, with no room for more."""

from collections.abc import Callable

import httpx
import pytest

from tests.contract.event_streams import event_stream
from tests.contract.queues import Queue
from tests.contract.sockets import Socket
from tests.contract.swagger import Schema, message_validator
from tests.event_table import EVENTS, cause_every_event
from tests.processes import TuttiServer

MESSAGES_OF_A_SOCKET = {
    *EVENTS,
    *("connection.established", "playlist.snapshot", "resumed", "identified", "heartbeat", "pong", "error"),
    *("people.changed", "speaker.joined", "speakers.changed"),
}
CHART_EVENT_TYPES = {"chart.published", "chart.withdrawn", "source.failed"}
CLOSE_CODES = {1011, 4008, 4012, 4403, 4404, 4408, 4429}
MESSAGES_NOT_TAKEN = [
    *("{", "[]", '{"type": "dance"}', '{"type": 5}', '{"type": "resume"}', '{"type": "identify"}'),
    '{"type": "resume", "epoch": "x", "since": -1}',
    '{"type": "resume", "epoch": "", "since": 1}',
    '{"type": "identify", "guest_token": ""}',
    '{"type": "speaker.join", "name": "Kitchen"}',
    '{"type": "speaker.join", "name": "", "kind": "mpd"}',
    '{"type": "speaker.report", "item_id": 1, "position_ms": -1, "state": "playing"}',
]


@pytest.fixture
def events_schema(client: httpx.Client) -> Schema:
    schema: Schema = client.get("/api/events.schema.json").json()
    return schema


def cause_every_answer(socket: Socket, guest_token: str) -> None:
    epoch, seq = socket.position
    socket.ask({"type": "ping"}, "pong")
    socket.ask({"type": "ping", "ts": {"any": [1, None]}}, "pong")
    socket.ask({"type": "snapshot"}, "playlist.snapshot")
    socket.ask({"type": "resume", "epoch": epoch, "since": seq}, "resumed")
    socket.ask({"type": "resume", "epoch": "of-before", "since": 3}, "resumed")
    socket.ask({"type": "identify", "guest_token": guest_token}, "identified")
    for message in MESSAGES_NOT_TAKEN:
        socket.ask(message, "error")
    socket.ask({"type": "people"}, "people.changed")
    socket.ask({"type": "speaker.join", "name": "Kitchen", "kind": "mpd"}, "speaker.joined")
    socket.ask(
        {"type": "speaker.report", "item_id": 1, "position_ms": 0, "state": "waiting"}, "speakers.changed"
    )


@pytest.mark.both_sizes
def test_every_message_of_a_socket_is_valid_by_the_schema(
    queue: Queue,
    staff: httpx.Client,
    connect: Callable[..., Socket],
    narrow_server: TuttiServer,
    events_schema: Schema,
) -> None:
    """And of a stream, and of a poll."""
    socket, valid_message = connect(), message_validator(events_schema)
    epoch, since = socket.position
    token = queue.http.post("/api/guests/", json={}).json()["token"]

    cause_every_event(queue, staff)
    socket.events_up_to(queue.state().seq)
    cause_every_answer(socket, token)
    with Socket.of_room(narrow_server.ws_url, "main") as quiet:
        heartbeat = quiet.next("heartbeat")
    polled = queue.get("events/", epoch=epoch, since=since).json()["events"]
    with event_stream(queue.http, f"{queue.path}stream/", epoch=epoch, since=since) as stream:
        streamed = [stream.any_next().message for _ in range(len(polled) + 2)]

    for message in (*socket.messages, *polled, *streamed, heartbeat):
        valid_message.validate(message)
    assert {message["type"] for message in (*socket.messages, heartbeat)} >= MESSAGES_OF_A_SOCKET
    assert {event["type"] for event in polled} == EVENTS.keys()
    assert {message["type"] for message in streamed} == EVENTS.keys() | {"connection.established", "resumed"}


def types_of(events_schema: Schema, name: str) -> set[str]:
    """Of the messages that a definition lists."""
    definitions = events_schema["$defs"]
    reported = [definitions[one["$ref"].rsplit("/", 1)[1]] for one in definitions[name]["oneOf"]]
    return {message["properties"]["type"]["enum"][0] for message in reported}


def test_the_schema_lists_exactly_the_messages_that_are_sent(events_schema: Schema) -> None:
    assert types_of(events_schema, "PlaylistMessage") == MESSAGES_OF_A_SOCKET
    assert types_of(events_schema, "PlaylistEvent") == EVENTS.keys()
    assert types_of(events_schema, "ChartsMessage") == (
        MESSAGES_OF_A_SOCKET
        - EVENTS.keys()
        - {"playlist.snapshot", "people.changed", "speaker.joined", "speakers.changed"}
        | {"charts.snapshot"}
        | CHART_EVENT_TYPES
    )
    assert types_of(events_schema, "ChartsEvent") == CHART_EVENT_TYPES
    assert types_of(events_schema, "Event") == EVENTS.keys() | CHART_EVENT_TYPES
    assert types_of(events_schema, "ServerMessage") == (
        types_of(events_schema, "PlaylistMessage") | types_of(events_schema, "ChartsMessage")
    )


def test_every_close_code_is_documented_with_its_meaning_and_the_clients_reaction(
    events_schema: Schema,
) -> None:
    reported = {one["const"]: one["description"] for one in events_schema["$defs"]["CloseCode"]["oneOf"]}

    assert reported.keys() == CLOSE_CODES
    assert all(reported.values())
    validator = message_validator(events_schema, "ClientMessage")
    for message in (
        *({"type": "ping"}, {"type": "ping", "ts": 1}, {"type": "snapshot"}),
        {"type": "resume", "epoch": "k3v9", "since": 0},
        {"type": "identify", "guest_token": "x:y"},
    ):
        validator.validate(message)
