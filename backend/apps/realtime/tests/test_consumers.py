"""Sockets: who may join, what is answered, how it ends."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from channels.routing import URLRouter
from channels.testing import WebsocketCommunicator
from django.urls import re_path

from apps.realtime.consumers import MAX_FRAME_BYTES, NoSuchStream, StreamConsumer
from apps.realtime.hub import Hub
from apps.realtime.models import Stream
from apps.realtime.services import close_stream
from apps.realtime.tests.boards import KIND, Card, append, open_board
from apps.realtime.tests.listening import PATIENCE_SECONDS, in_database
from core import identity
from core.errors import NotAuthenticated
from core.identity import Caller, Visit

socket = StreamConsumer.as_asgi(kind=KIND)
application = URLRouter(
    [
        re_path(r"^ws/$", socket),
        re_path(r"^ws/(?P<slug>[^/]+)/$", socket),
        re_path(r"", NoSuchStream.as_asgi()),
    ]
)


class Socket:
    """A browser's side of a socket."""

    def __init__(self, path: str = "/ws/", **headers: str) -> None:
        given = {"host": "localhost", **headers}
        raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in given.items()]
        self._side = WebsocketCommunicator(application, path, headers=raw)

    async def connect(self) -> "Socket":
        accepted, _ = await self._side.connect(timeout=PATIENCE_SECONDS)
        assert accepted
        return self

    async def send(self, frame: Any) -> None:
        if isinstance(frame, bytes):
            await self._side.send_to(bytes_data=frame)
        else:
            await self._side.send_to(text_data=frame if isinstance(frame, str) else json.dumps(frame))

    async def next(self) -> dict[str, Any]:
        frame: dict[str, Any] = json.loads(await self._side.receive_from(timeout=PATIENCE_SECONDS))
        return frame

    async def types(self, count: int) -> list[str]:
        return [(await self.next())["type"] for _ in range(count)]

    async def close_code(self) -> int:
        """Of a socket that is closed without another frame."""
        message = await self._side.receive_output(timeout=PATIENCE_SECONDS)
        assert message["type"] == "websocket.close", message
        return int(message["code"])

    async def leave(self) -> None:
        await self._side.disconnect(timeout=PATIENCE_SECONDS)


@pytest.fixture(autouse=True)
def known_hosts(settings) -> None:
    settings.ALLOWED_HOSTS = ["localhost"]
    settings.CORS_ALLOWED_ORIGINS = ["https://party.example"]


@pytest.fixture
async def ada(hub: Hub) -> AsyncIterator[Socket]:
    """Ada's socket, greeted."""
    one = await Socket().connect()
    assert (await one.next())["type"] == "connection.established"
    yield one
    await one.leave()


async def test_a_socket_is_greeted_and_then_gets_what_is_committed(hub, stored_board):
    one = await Socket().connect()
    assert await one.next() == {
        "type": "connection.established",
        "message": "Connected to the board",
        "payload": {"board": "main", "epoch": stored_board.epoch, "seq": 0, "heartbeat_seconds": 25},
    }
    await in_database(append, stored_board.pk, {"id": 5})
    event = await one.next()
    assert (event["type"], event["payload"], event["board"], event["seq"]) == (
        "card.added",
        {"id": 5},
        "main",
        1,
    )
    await one.leave()
    assert hub.connections == set()


async def test_a_name_in_the_address_is_another_stream(hub, stored_board):
    await in_database(open_board, "other")
    one = await Socket("/ws/other/").connect()
    assert (await one.next())["payload"]["board"] == "other"
    await one.leave()


@pytest.mark.parametrize("path", ["/ws/nothing/", "/elsewhere/", "/ws/a/b/"])
async def test_where_nothing_is_the_code_is_4404_and_nothing_else_is_sent(hub, path: str):
    one = await Socket(path).connect()
    assert await one.close_code() == 4404
    await one.leave()


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://localhost:9999"},
        {"sec_fetch_site": "cross-site"},
        {"host": "evil.example"},
        {"host": "evil.example", "origin": "http://evil.example"},
        {"host": ""},
    ],
    ids=str,
)
async def test_another_origin_or_host_is_4403_and_nothing_else_is_sent(hub, headers: dict[str, str]):
    one = await Socket(**headers).connect()
    assert await one.close_code() == 4403
    assert hub.connections == set()
    await one.leave()


@pytest.mark.parametrize(
    "headers", [{"origin": "http://localhost"}, {"origin": "https://party.example"}, {"sec_fetch_site": "none"}], ids=str
)
async def test_our_page_an_allowed_one_and_a_program_may_join(hub, headers: dict[str, str]):
    one = await Socket(**headers).connect()
    assert (await one.next())["type"] == "connection.established"
    await one.leave()


async def test_in_debug_the_own_machine_is_known_without_a_list(hub, settings):
    settings.ALLOWED_HOSTS, settings.DEBUG = [], True
    one = await Socket(host="127.0.0.1:4000").connect()
    assert (await one.next())["type"] == "connection.established"
    await one.leave()


# --- What is asked -----------------------------------------------------------------------------------


async def test_a_ping_is_answered_with_what_it_carried_and_the_seq(ada, stored_board):
    await in_database(append, stored_board.pk, "a")
    await ada.next()
    await ada.send({"type": "ping", "ts": [1, "x"]})
    pong = await ada.next()
    assert (pong["type"], pong["ts"], pong["seq"]) == ("pong", [1, "x"], 1)
    assert pong["server_ts"].endswith("Z")


async def test_a_snapshot_is_the_whole_state(ada, stored_board):
    await in_database(Card(board=stored_board.pk, text="Halo").save)
    await in_database(append, stored_board.pk, "a")
    await ada.next()
    await ada.send({"type": "snapshot"})
    assert await ada.next() == {
        "type": "board.snapshot",
        "payload": {"epoch": stored_board.epoch, "seq": 1, "items": ["Halo"]},
    }


async def test_a_resume_frame_brings_what_was_missed(hub, stored_board):
    await in_database(append, stored_board.pk, "a", "b")
    one = await Socket().connect()
    await one.next()
    await one.send({"type": "resume", "epoch": stored_board.epoch, "since": 1})
    assert (await one.next())["seq"] == 2
    assert (await one.next()) == {
        "type": "resumed",
        "payload": {"epoch": stored_board.epoch, "seq": 2, "recovered": True},
    }
    await one.leave()


async def test_a_position_in_the_address_does_the_same(hub, stored_board):
    await in_database(append, stored_board.pk, "a", "b")
    one = await Socket(f"/ws/?epoch={stored_board.epoch}&since=0").connect()
    assert await one.types(4) == ["connection.established", "card.added", "card.added", "resumed"]
    await one.leave()


@pytest.mark.parametrize("query", ["epoch=e", "since=1", "epoch=&since=1", "epoch=e&since=x"])
async def test_a_position_that_makes_no_sense_is_told_and_passed_over(hub, stored_board, query: str):
    one = await Socket(f"/ws/?{query}").connect()
    assert (await one.next())["type"] == "connection.established"
    problem = await one.next()
    assert (problem["type"], problem["payload"]["code"]) == ("error", "VALIDATION_ERROR")
    await in_database(append, stored_board.pk, "a")
    assert (await one.next())["seq"] == 1
    await one.leave()


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("{", "MALFORMED_JSON"),
        (b"\xff", "MALFORMED_JSON"),
        ("[]", "VALIDATION_ERROR"),
        ({"type": "dance"}, "UNKNOWN_TYPE"),
        ({"type": "resume"}, "VALIDATION_ERROR"),
        ({"type": "identify", "access": "x"}, "VALIDATION_ERROR"),
    ],
)
async def test_a_mistake_is_told_and_the_connection_stays(ada, frame: Any, code: str):
    await ada.send(frame)
    problem = await ada.next()
    assert (problem["type"], problem["payload"]["code"]) == ("error", code)
    await ada.send({"type": "ping"})
    assert (await ada.next())["type"] == "pong"


# --- Who it is ---------------------------------------------------------------------------------------


def recognise_bo(visit: Visit) -> Caller | None:
    token = visit.headers.get("x-guest-token")
    if token is not None and token != "bo's":
        raise NotAuthenticated("That is nobody.")
    return Caller(key="guest:bo", address=visit.address, guest_id="bo") if token else None


async def test_a_first_frame_may_say_who_it_is(ada, monkeypatch):
    monkeypatch.setattr(identity, "_recognisers", [recognise_bo])
    await ada.send({"type": "identify", "guest_token": "bo's"})
    assert await ada.next() == {"type": "identified", "payload": {"guest_id": "bo"}}


@pytest.mark.parametrize("token", ["cem's", "\ud800", "\x00"])
async def test_a_token_that_is_wrong_is_told_by_name(ada, monkeypatch, token: str):
    monkeypatch.setattr(identity, "_recognisers", [recognise_bo])
    await ada.send({"type": "identify", "guest_token": token})
    problem = await ada.next()
    assert problem["payload"] == {"code": "VALIDATION_ERROR", "message": "guest_token: That is nobody."}


# --- Limits ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "frame", ["a" * (MAX_FRAME_BYTES + 1), "é" * (MAX_FRAME_BYTES // 2 + 1), b"a" * (MAX_FRAME_BYTES + 1)]
)
async def test_a_frame_over_64_kib_closes(ada, frame: str | bytes):
    await ada.send(frame)
    assert await ada.close_code() == 4408


async def test_a_frame_of_64_kib_is_read(ada):
    await ada.send("a" * MAX_FRAME_BYTES)
    assert (await ada.next())["payload"]["code"] == "MALFORMED_JSON"


async def test_the_51st_frame_is_refused_and_the_500th_closes(ada):
    for number in range(1, 500):
        await ada.send({"type": "ping"})
        answer = await ada.next()
        expected = "pong" if number <= 50 else "error"
        assert answer["type"] == expected, number
    assert answer["payload"]["code"] == "RATE_LIMITED"
    await ada.send({"type": "ping"})
    assert await ada.close_code() == 4429


async def test_mistakes_are_counted_like_everything_else(ada):
    for _ in range(50):
        await ada.send("{")
        assert (await ada.next())["payload"]["code"] == "MALFORMED_JSON"
    await ada.send("{")
    assert (await ada.next())["payload"]["code"] == "RATE_LIMITED"


async def test_without_limits_no_frame_is_too_many(ada, settings):
    settings.RATE_LIMIT_FACTOR = 0
    for _ in range(501):
        await ada.send({"type": "ping"})
        assert (await ada.next())["type"] == "pong"


async def test_another_socket_is_counted_alone(hub, ada):
    for _ in range(51):
        await ada.send({"type": "ping"})
        await ada.next()
    other = await Socket().connect()
    await other.next()
    await other.send({"type": "ping"})
    assert (await other.next())["type"] == "pong"
    await other.leave()


# --- Endings -----------------------------------------------------------------------------------------


async def test_a_stream_that_ends_closes_with_4404(ada, stored_board):
    await in_database(close_stream, stored_board.pk)
    assert await ada.close_code() == 4404


async def test_a_server_that_stops_tells_only_those_that_can_come_back(hub, stored_board: Stream):
    simple, clever = await Socket().connect(), await Socket(f"/ws/?epoch={stored_board.epoch}&since=0").connect()
    assert await simple.types(1) == ["connection.established"]
    assert await clever.types(2) == ["connection.established", "resumed"]
    hub.close_connections()
    assert await clever.close_code() == 4012
    assert await simple._side.receive_nothing()
    await simple.leave()
    await clever.leave()


async def test_after_the_close_nothing_is_answered(ada):
    await ada.send("a" * (MAX_FRAME_BYTES + 1))
    assert await ada.close_code() == 4408
    await ada.send({"type": "ping"})
    assert await ada._side.receive_nothing()
