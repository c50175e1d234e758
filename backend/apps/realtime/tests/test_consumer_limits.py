"""Sockets that send too much or too often, and how a socket ends."""

import asyncio

import pytest
from django.db import OperationalError

from apps.realtime.consumers import MAX_FRAME_BYTES
from apps.realtime.hub import Hub
from apps.realtime.models import Stream
from apps.realtime.services import close_stream
from apps.realtime.tests.boards import KIND, append
from apps.realtime.tests.listening import in_database
from apps.realtime.tests.sockets import Socket
from core.errors import Unavailable

pytestmark = pytest.mark.usefixtures("known_hosts")

# --- Limits ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "frame", ["a" * (MAX_FRAME_BYTES + 1), "é" * (MAX_FRAME_BYTES // 2 + 1), b"a" * (MAX_FRAME_BYTES + 1)]
)
async def test_a_frame_over_64_kib_closes(ada_s_socket, frame: str | bytes):
    await ada_s_socket.send(frame)
    assert await ada_s_socket.close_code() == 4408


async def test_a_frame_of_64_kib_is_read(ada_s_socket):
    await ada_s_socket.send("a" * MAX_FRAME_BYTES)
    assert (await ada_s_socket.next())["payload"]["code"] == "MALFORMED_JSON"


async def test_the_51st_frame_is_refused_and_the_500th_closes(ada_s_socket):
    for number in range(1, 500):
        await ada_s_socket.send({"type": "ping"})
        answer = await ada_s_socket.next()
        expected = "pong" if number <= 50 else "error"
        assert answer["type"] == expected, number
    assert answer["payload"]["code"] == "RATE_LIMITED"
    await ada_s_socket.send({"type": "ping"})
    assert await ada_s_socket.close_code() == 4429


async def test_mistakes_are_counted_like_everything_else(ada_s_socket):
    for _ in range(50):
        await ada_s_socket.send("{")
        assert (await ada_s_socket.next())["payload"]["code"] == "MALFORMED_JSON"
    await ada_s_socket.send("{")
    assert (await ada_s_socket.next())["payload"]["code"] == "RATE_LIMITED"


async def test_without_limits_no_frame_is_too_many(ada_s_socket, settings):
    settings.RATE_LIMIT_FACTOR = 0
    for _ in range(501):
        await ada_s_socket.send({"type": "ping"})
        assert (await ada_s_socket.next())["type"] == "pong"


async def test_another_socket_is_counted_alone(hub, ada_s_socket):
    for _ in range(51):
        await ada_s_socket.send({"type": "ping"})
        await ada_s_socket.next()
    other = await Socket().connect()
    await other.next()
    await other.send({"type": "ping"})
    assert (await other.next())["type"] == "pong"
    await other.leave()


# --- Endings -----------------------------------------------------------------------------------------


async def test_a_stream_that_ends_closes_with_4404(ada_s_socket, stored_board):
    await in_database(close_stream, stored_board.pk)
    assert await ada_s_socket.close_code() == 4404


async def test_a_server_that_stops_tells_only_those_that_can_come_back(hub, stored_board: Stream):
    simple, clever = (
        await Socket().connect(),
        await Socket(f"/ws/?epoch={stored_board.epoch}&since=0").connect(),
    )
    assert await simple.types(1) == ["connection.established"]
    assert await clever.types(2) == ["connection.established", "resumed"]
    hub.close_connections()
    assert await clever.close_code() == 4012
    assert await simple._side.receive_nothing()
    await simple.leave()
    await clever.leave()


async def test_after_the_close_nothing_is_answered(ada_s_socket):
    await ada_s_socket.send("a" * (MAX_FRAME_BYTES + 1))
    assert await ada_s_socket.close_code() == 4408
    await ada_s_socket.send({"type": "ping"})
    assert await ada_s_socket._side.receive_nothing()


@pytest.fixture
def no_database(monkeypatch) -> None:
    def fail(**_: object) -> None:
        raise OperationalError("the database is away")

    monkeypatch.setattr("apps.realtime.hub.stream_id_of", fail)


async def test_while_the_database_is_away_who_can_come_back_is_told_to(no_database, hub):
    one = await Socket("/ws/?epoch=e&since=0").connect()
    assert await one.close_code() == 4012
    await one.leave()
    assert_nothing_is_held(hub)


async def test_while_the_database_is_away_simple_clients_are_dropped(no_database, hub):
    one = await Socket().connect()
    with pytest.raises(Unavailable):
        await one.finished()
    assert_nothing_is_held(hub)


async def test_a_join_that_is_cancelled_holds_nothing(hub, stored_board, monkeypatch):
    """As Daphne does with an application that is still busy 10 seconds after its client has left."""
    has_begun, get = asyncio.Event(), hub.reads.get

    async def never_read(key, read):
        if key == (KIND, "main"):  # which stream that is, it may know
            return await get(key, read)
        has_begun.set()
        return await asyncio.Event().wait()

    monkeypatch.setattr(hub.reads, "get", never_read)
    one = await Socket(f"/ws/?epoch={stored_board.epoch}&since=0").connect()
    await in_database(append, stored_board.pk, "a")
    await has_begun.wait()
    assert hub.connections
    await one.cut_off()
    assert_nothing_is_held(hub)


def assert_nothing_is_held(hub: Hub) -> None:
    assert (hub.connections, hub._feeds, dict(hub.admission._open)) == (set(), {}, {})
