"""Ping and pong."""

import json
from typing import Any

import pytest

from tests.contract.conftest import Connect
from tests.contract.queues import Queue
from tests.contract.shapes import INSTANT


@pytest.mark.parametrize(
    "ts",
    [
        *[1733315696789, 0, -1, 1.5, 12345678901234567890123, "2025-12-04T12:34:56Z", "", None, True, False],
        *[[], {}, {"a": [1, {"b": None}]}, 'q"u\\o/te\n', "é🎻"],
    ],
)
def test_the_time_comes_back_as_it_was(connect: Connect, ts: Any):
    pong = connect().ask({"type": "ping", "ts": ts}, "pong")

    assert pong["ts"] == ts
    assert type(pong["ts"]) is type(ts)
    assert INSTANT.fullmatch(pong["server_ts"])


def test_without_a_time_the_servers_own_is_given(connect: Connect):
    pong = connect().ask({"type": "ping"}, "pong")

    assert INSTANT.fullmatch(pong["ts"])
    assert INSTANT.fullmatch(pong["server_ts"])


def test_it_says_where_the_stream_stands(connect: Connect, queue: Queue):
    socket = connect()
    assert socket.ping()["seq"] == 0

    queue.fill(2)

    socket.events_up_to(2)
    assert socket.ping()["seq"] == 2


def test_two_hundred_characters_come_back(connect: Connect):
    ts = "x" * 198
    assert len(json.dumps(ts)) == 200

    assert connect().ask({"type": "ping", "ts": ts}, "pong")["ts"] == ts


@pytest.mark.parametrize("ts", ["x" * 199, list(range(100)), "x" * 10_000])
def test_more_is_an_error_and_the_connection_stays(connect: Connect, ts: Any):
    assert connect().error_for({"type": "ping", "ts": ts}) == "VALIDATION_ERROR"


def test_pongs_come_in_the_order_of_pings(connect: Connect):
    socket = connect()

    for number in range(20):
        socket.send({"type": "ping", "ts": number})

    assert [socket.next("pong")["ts"] for _ in range(20)] == list(range(20))
