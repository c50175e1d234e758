"""What a client may send: questions, nonsense, and how much."""

import json
from typing import Any

import httpx

from tests.contract.conftest import Connect, client_of, new_room, queue_of
from tests.contract.libraries import Library
from tests.contract.payload_checks import INSTANT
from tests.contract.queues import Queue
from tests.contract.sockets import Socket
from tests.processes import TuttiServer

# --- Ping and pong -----------------------------------------------------------------------------------


TIMES: list[Any] = [
    *[1733315696789, 0, -1, 1.5, 12345678901234567890123, "2025-12-04T12:34:56Z", "", None, True, False],
    *[[], {}, {"a": [1, {"b": None}]}, 'q"u\\o/te\n', "é🎻", "x" * 198],
]


def test_a_pong_returns_the_time_of_the_ping(connect: Connect):
    socket = connect()
    for ts in TIMES:
        pong = socket.ask({"type": "ping", "ts": ts}, "pong")
        assert pong["ts"] == ts
        assert type(pong["ts"]) is type(ts)
        assert INSTANT.fullmatch(pong["server_ts"])
    for long in ("x" * 199, list(range(100)), "x" * 10_000):
        assert socket.error_for({"type": "ping", "ts": long}) == "VALIDATION_ERROR"
    # In their order; and more than 50 in 10 seconds, for here the factor moves that limit away.
    for number in range(60):
        socket.send({"type": "ping", "ts": number})
    assert [socket.next("pong")["ts"] for _ in range(60)] == list(range(60))


def test_a_pong_has_the_servers_time_and_the_seq_of_the_stream(connect: Connect, queue: Queue):
    socket = connect()
    pong = socket.ask(b'{"type": "ping"}', "pong")

    assert INSTANT.fullmatch(pong["ts"])
    assert INSTANT.fullmatch(pong["server_ts"])
    assert pong["seq"] == 0
    queue.fill(2)
    socket.events_up_to(2)
    assert socket.ping()["seq"] == 2


# --- The whole state over the socket, when a client asks for it --------------------------------------


def test_a_snapshot_is_the_queue_at_its_seq_and_later_events_follow(
    queue: Queue, connect: Connect, ada: httpx.Client
):
    empty = queue.state()
    socket = connect()
    snapshot = socket.ask({"type": "snapshot"}, "playlist.snapshot")
    assert snapshot["payload"] == {"epoch": empty.epoch, "seq": 0, "items": []}

    a, b = queue.fill(2)
    queue.as_seen_by(ada).vote(b, 1)
    queue.play(a)
    state = queue.state()
    assert [event["seq"] for event in socket.events_up_to(state.seq)] == [1, 2, 3, 4]

    snapshot = socket.ask({"type": "snapshot"}, "playlist.snapshot")

    assert snapshot["payload"] == {"epoch": state.epoch, "seq": state.seq, "items": state.items}
    queue.stop()
    assert socket.next("track.playing")["seq"] == state.seq + 1


# --- A snapshot is as large as its queue, and comes whole --------------------------------------------

# What one message from a client may hold many times over does not bind the server.
LARGER_THAN = 2 * 64 * 1024


def test_a_socket_sends_the_snapshot_of_a_long_queue(queue: Queue, library: Library, connect: Connect):
    long = {"artist": "🎷" * 300, "album": "🎷" * 300}
    for number in range(35):
        queue.add(library.add(f"{number} {'🎷' * 290}", **long)["id"])

    snapshot = connect().ask({"type": "snapshot"}, "playlist.snapshot")

    assert len(json.dumps(snapshot, ensure_ascii=False).encode()) > LARGER_THAN
    assert snapshot["payload"]["items"] == queue.items()


# --- Invalid messages receive an error, and the connection stays -------------------------------------

LARGEST = 64 * 1024
UNREADABLE = ["NaN", "-Infinity", "01", "1e400", "[" * 32 + "]" * 32]


NONSENSE: list[tuple[object, str]] = [
    *[(text, "MALFORMED_JSON") for text in ("", "hello", "{", "{'type': 'ping'}", '{"type": "ping"} x')],
    *[(f'{{"type": "ping", "ts": {text}}}', "MALFORMED_JSON") for text in UNREADABLE],
    *[(data, "MALFORMED_JSON") for data in (b"\xff\xfe", b"hello", b"")],
    *[(text, "VALIDATION_ERROR") for text in ("[]", "5", "null", '"ping"', "true")],
    *[({"type": name}, "UNKNOWN_TYPE") for name in ("dance", "", "PING", "pong", "track.added", None, 5, [])],
    *[({}, "UNKNOWN_TYPE"), ({"kind": "ping"}, "UNKNOWN_TYPE")],
]


def test_an_invalid_message_gets_an_error_and_the_connection_stays_open(queue: Queue, connect: Connect):
    socket = connect()

    for message, code in NONSENSE:
        assert socket.error_for(message) == code, message

    queue.fill(1)
    assert socket.next("track.added")["seq"] == 1


def test_messages_up_to_64_kib_are_read_and_larger_ones_close_the_connection(queue: Queue, connect: Connect):
    start, end = '{"type": "dance", "x": "', '"}'
    room_left = LARGEST - len(start) - len(end)
    other = connect()
    for character in ("x", "é"):
        text = start + character * (room_left // len(character.encode())) + end
        assert LARGEST - 1 <= len(text.encode()) <= LARGEST
        assert other.error_for(text) == "UNKNOWN_TYPE"
    # One too many; of two bytes; binary; three times; a mebibyte.
    one_more = LARGEST + 1
    for message in (
        "x" * one_more,
        "é" * (LARGEST // 2 + 1),
        b"x" * one_more,
        "x" * 3 * LARGEST,
        "x" * 2**20,
    ):
        socket = connect()
        socket.send(message)
        assert socket.close_code() == 4408
        assert [message["type"] for message in socket.messages] == ["connection.established"]
        other.ping()


# --- How many messages a socket may send: 50 in 10 seconds ---------------------------------------------


def ping(socket: Socket, count: int) -> None:
    for _ in range(count):
        socket.send({"type": "ping"})


def test_messages_above_the_limit_get_an_error_and_the_500th_closes_the_socket(strict_server: TuttiServer):
    """Invalid messages count, too."""
    with client_of(strict_server) as http:
        queue = queue_of(http, new_room(http))
        with (
            Socket.of_room(strict_server.ws_url, queue.room) as busy,
            Socket.of_room(strict_server.ws_url, queue.room) as other,
        ):
            busy.send("nonsense")
            ping(busy, 52)
            responses = [busy.next("pong", "error") for _ in range(53)]
            queue.fill(1)

            assert [response["type"] for response in responses] == ["error", *["pong"] * 49, *["error"] * 3]
            assert {response["payload"]["code"] for response in responses[50:]} == {"RATE_LIMITED"}
            assert busy.wait_for("track.added") == other.wait_for("track.added")
            other.ping()


def test_the_500th_message_closes_the_socket(strict_server: TuttiServer):
    with Socket.of_room(strict_server.ws_url, "main") as socket:
        ping(socket, 499)
        responses = [socket.next("pong", "error")["type"] for _ in range(499)]
        assert (responses.count("pong"), responses.count("error")) == (50, 449)

        ping(socket, 1)

        assert socket.close_code() == 4429
        assert len(socket.messages) == 500
