"""Frames that make no sense are answered with an error, and the connection stays."""

import pytest

from tests.contract.conftest import Connect
from tests.contract.queues import Queue
from tests.contract.sockets import Socket
from tests.processes import TuttiServer

LARGEST = 64 * 1024


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        *[(text, "MALFORMED_JSON") for text in ("", "hello", "{", "{'type': 'ping'}", '{"type": "ping"} x')],
        *[(f'{{"type": "ping", "ts": {text}}}', "MALFORMED_JSON") for text in ("NaN", "-Infinity", "01")],
        ('{"type": "ping", "ts": ' + "[" * 32 + "]" * 32 + "}", "MALFORMED_JSON"),
        *[(data, "MALFORMED_JSON") for data in (b"\xff\xfe", b"hello", b"")],
        *[(text, "VALIDATION_ERROR") for text in ("[]", "5", "null", '"ping"', "true")],
        *[
            ({"type": name}, "UNKNOWN_TYPE")
            for name in ("dance", "", "PING", "pong", "track.added", None, 5, [])
        ],
        ({}, "UNKNOWN_TYPE"),
        ({"kind": "ping"}, "UNKNOWN_TYPE"),
    ],
    ids=repr,
)
def test_it_is_told_and_the_connection_stays(queue: Queue, connect: Connect, frame: object, code: str):
    socket = connect()

    assert socket.error_for(frame) == code

    queue.fill(1)
    assert socket.next("track.added")["seq"] == 1


def test_others_hear_nothing_of_it(connect: Connect):
    careless, other = connect(), connect()

    careless.error_for("nonsense")
    other.ping()

    assert [frame["type"] for frame in other.frames] == ["connection.established", "pong"]


@pytest.mark.parametrize("character", ["x", "é"])
def test_64_kib_are_read(connect: Connect, character: str):
    start, end = '{"type": "dance", "x": "', '"}'
    room_left = LARGEST - len(start) - len(end)
    text = start + character * (room_left // len(character.encode())) + end
    assert LARGEST - 1 <= len(text.encode()) <= LARGEST

    assert connect().error_for(text) == "UNKNOWN_TYPE"


@pytest.mark.parametrize(
    "frame",
    ["x" * (LARGEST + 1), "é" * (LARGEST // 2 + 1), b"x" * (LARGEST + 1), "x" * (3 * LARGEST), "x" * 2**20],
    ids=["one too many", "characters of two bytes", "binary", "three times", "a mebibyte"],
)
def test_more_ends_the_connection(queue: Queue, server: TuttiServer, frame: str | bytes):
    with (
        Socket.of_room(server.ws_url, queue.room) as socket,
        Socket.of_room(server.ws_url, queue.room) as other,
    ):
        socket.send(frame)

        assert socket.close_code() == 4408
        assert [frame["type"] for frame in socket.frames] == ["connection.established"]
        other.ping()
