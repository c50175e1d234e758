"""The connection to PostgreSQL goes silent, without FIN or RST: rooms and servers recover by themselves."""

import asyncio
from collections.abc import Iterator

import httpx
import pytest

from tests.conftest import PreparedData
from tests.faults.proxies import StallingProxy
from tests.live.conftest import Pair, shared_with
from tests.live.invariant_checks import check_invariants
from tests.live.listeners import SocketListener, all_open, replica_of
from tests.live.rooms import client_of, new_room, queued
from tests.live.writers import Ledger
from tests.processes import TuttiServer
from tests.services import Postgres, Redis

# What an operator would set to 10; all deadlines are shares of it.
SETTINGS = {"DATABASE_TIMEOUT_SECONDS": "2", "HEARTBEAT_SECONDS": "0.5"}
# Promised of the default settings.
RECOVERY_SECONDS = 15.0


@pytest.fixture(scope="module")
def proxy(postgres: Postgres) -> Iterator[StallingProxy]:
    with StallingProxy(postgres.port) as running:
        yield running


@pytest.fixture(scope="module")
def pair(
    proxy: StallingProxy, postgres: Postgres, redis: Redis, prepared_data: PreparedData
) -> Iterator[Pair]:
    """The first reaches PostgreSQL through the proxy, the second directly."""
    data = prepared_data.options("server")
    with TuttiServer(**data, environment=SETTINGS) as other:
        behind = other.database_url.replace(f":{postgres.port}/", f":{proxy.port}/")
        with TuttiServer(**shared_with(other) | {"database_url": behind}, environment=SETTINGS) as one:
            yield Pair(one, other)


async def test_a_room_accepts_writes_after_the_process_with_its_lock_vanished(
    pair: Pair, proxy: StallingProxy
) -> None:
    room = new_room(pair.other)
    item_id = queued(pair.other, room)
    path = f"/api/rooms/{room}/playlist/{item_id}/vote/"
    ledger = Ledger()
    start = await replica_of(pair.other.base_url, room)
    listeners = [SocketListener(server.base_url, room, start.copy()) for server in pair]
    async with all_open(listeners), client_of(pair.one) as one, client_of(pair.other) as other:
        proxy.freeze_after(lambda data: b"FOR UPDATE" in data and b"realtime_stream" in data)
        lost = asyncio.create_task(voted(one, path, "lost", ledger))
        assert await asyncio.to_thread(proxy.has_frozen.wait, RECOVERY_SECONDS)
        async with asyncio.timeout(RECOVERY_SECONDS):
            while not (await voted(other, path, "found", ledger)).is_success:
                pass
        await listeners[1].reached(2, RECOVERY_SECONDS)

        proxy.thaw()
        async with asyncio.timeout(RECOVERY_SECONDS):
            # PostgreSQL has ended its session, so nothing of it was done.
            assert (await lost).json()["error"]["code"] == "UNAVAILABLE"
            while not (await voted(one, path, "lost", ledger)).is_success:
                pass
        await check_invariants(pair.other.base_url, room, ledger, listeners)


async def voted(http: httpx.AsyncClient, path: str, name: str, ledger: Ledger) -> httpx.Response:
    """One voter's vote, under one key: repeated until there is an response to it."""
    headers = {"User-Agent": name, "Idempotency-Key": name}
    response = await http.post(path, json={"value": 1}, headers=headers)
    assert response.status_code in {200, 503}, response.text
    ledger.note(name, response)
    return response


async def test_a_server_whose_connections_were_lost_gets_new_ones(pair: Pair, proxy: StallingProxy) -> None:
    room = new_room(pair.one)
    item_id = queued(pair.one, room)
    path = f"/api/rooms/{room}/playlist/{item_id}/vote/"
    async with SocketListener(pair.one.base_url, room) as listener, client_of(pair.one) as http:
        await heartbeats(listener, 1)
        proxy.freeze()
        unready = await http.get("/api/health/ready")
        assert (unready.status_code, unready.json()["checks"]["database"]) == (503, "unavailable")

        proxy.drop_open_connections()
        proxy.thaw()
        async with asyncio.timeout(RECOVERY_SECONDS):
            await heartbeats(listener, 2)
            while not (await http.post(path, json={"value": 1})).is_success:
                pass
            while not (await http.get("/api/health/ready")).is_success:
                pass
            await listener.reached(2, RECOVERY_SECONDS)


async def heartbeats(listener: SocketListener, more: int) -> None:
    wanted = len(listener.of_type("heartbeat")) + more
    await listener.until(lambda: len(listener.of_type("heartbeat")) >= wanted, RECOVERY_SECONDS)
