"""PostgreSQL is killed and restarted: writes get 503, sockets stay open and continue."""

import asyncio
from collections.abc import Awaitable, Iterator
from functools import partial

import httpx
import pytest
import redis

from tests.conftest import PreparedData
from tests.faults.conftest import prepared_in
from tests.live.invariant_checks import check_invariants
from tests.live.listeners import KINDS, SocketListener, StreamListener, all_open, replica_of
from tests.live.rooms import client_of, new_room
from tests.live.writers import ConcurrentWriters
from tests.processes import TuttiServer
from tests.services import Postgres, Redis, wait_for

SEED = 3
WRITERS = 6
WRITES = 20
ROUNDS = 2
# The database's pool waits 5 s for a connection before it gives up.
ANSWER_SECONDS = 10.0
BACK_SECONDS = 12.0


@pytest.fixture(scope="module")
def server(own_postgres: Postgres, prepared_data: PreparedData, redis: Redis) -> Iterator[TuttiServer]:
    database_url = prepared_in(own_postgres, prepared_data)
    with TuttiServer(database_url=database_url, redis_url=redis.new_url()) as started:
        yield started


async def test_writes_and_joins_get_503_until_postgresql_is_back_and_sockets_stay_open(
    server: TuttiServer, own_postgres: Postgres
):
    room = new_room(server)
    path = f"/api/rooms/{room}/playlist/"
    start = await replica_of(server.base_url, room)
    clients = ConcurrentWriters([server.base_url], room=room, track_ids=range(1, WRITERS + 1), seed=SEED)

    async with all_open(kind(server.base_url, room, start.copy()) for kind in KINDS) as listeners:
        async with clients.writing():
            await clients.accepted(WRITES, BACK_SECONDS)
            own_postgres.kill()
            async with client_of(server) as http:
                for _ in range(ROUNDS):
                    asked = [
                        *(http.post(path, json={"track_id": WRITERS + 1}) for _ in range(WRITERS)),
                        # In a room without listeners, of which the server has nothing in memory.
                        *(http.get(f"/api/playlist/{joined}") for joined in ("", "stream/", "events/")),
                    ]
                    for response in await asyncio.gather(*(answered_in_time(request) for request in asked)):
                        check_rejection(response)
            assert not any(listener.has_ended for listener in listeners)

            own_postgres.start()
            await clients.accepted(WRITES, BACK_SECONDS)

        for response in clients.ledger.unavailable.values():
            check_rejection(response)
        assert clients.ledger.unavailable
        assert not clients.ledger.unanswered
        assert not clients.ledger.rejected
        now = await check_invariants(server.base_url, room, clients.ledger, listeners)
        assert WRITERS + 1 not in {item["track_id"] for item in now.items}
        assert all(listener.replica.snapshots == 0 for listener in listeners)


async def answered_in_time(request: Awaitable[httpx.Response]) -> httpx.Response:
    async with asyncio.timeout(ANSWER_SECONDS):
        return await request


def check_rejection(response: httpx.Response) -> None:
    assert response.status_code == 503, response.text
    assert int(response.headers["Retry-After"]) >= 1
    error = response.json()["error"]
    assert (error["code"], error["details"]) == ("UNAVAILABLE", {})
    assert error["message"]


async def test_requests_of_sockets_without_a_database_leave_no_resources(
    server: TuttiServer, own_postgres: Postgres
):
    await no_stream_is_subscribed(server)
    room = new_room(server)
    start = await replica_of(server.base_url, room)
    async with SocketListener(server.base_url, room) as first:
        assert members_of_groups(server) == 1
        own_postgres.kill()
        asks = [first.send({"type": "snapshot"}), first.send({"type": "resume", "epoch": "x", "since": 0})]
        await asyncio.gather(*asks)
        latecomers = [kind(server.base_url, room, start.copy()) for kind in (SocketListener, StreamListener)]
        # Of a room without listeners.
        newcomer = SocketListener(server.base_url, "main")
        # Whether they may join or not.
        opening = [latecomer.open() for latecomer in [*latecomers, newcomer]]
        failures = await asyncio.gather(*opening, return_exceptions=True)
        assert all(failure is None or isinstance(failure, AssertionError) for failure in failures), failures
        await first.until(lambda: first.has_ended or len(first.of_type("error")) == 2, ANSWER_SECONDS)
        assert not first.has_ended, first
        assert [message["payload"]["code"] for message in first.of_type("error")] == ["UNAVAILABLE"] * 2
        assert (latecomers[0].close_code, newcomer.close_code) == (4012, 1011)
    assert "Traceback" not in server.log
    assert "Unexpected error" not in server.log
    for latecomer in [*latecomers, newcomer]:
        await latecomer.close()
    own_postgres.start()

    await no_stream_is_subscribed(server)


async def no_stream_is_subscribed(server: TuttiServer) -> None:
    look = partial(members_of_groups, server)
    await asyncio.to_thread(wait_for, look, lambda count: count == 0, within_seconds=BACK_SECONDS)


def members_of_groups(server: TuttiServer) -> int:
    """How many memberships of its groups the channel layer knows: one for each stream that is listened to."""
    with redis.Redis.from_url(server.redis_url) as client:
        return sum(client.zcard(key) for key in client.keys("asgi:group:*"))
