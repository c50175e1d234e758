"""Waiting clients hold no thread and no database connection: open sockets, streams and polls, and requests
above the number that a process executes concurrently.
"""

import asyncio
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import psycopg
import pytest

from tests.conftest import Size, StartServer
from tests.live.listeners import KINDS, Listener, PollListener, all_open, all_reached, replica_of
from tests.live.rooms import client_of, new_room, queued, vote
from tests.processes import TuttiServer

OF_EACH_KIND, MANY_OF_EACH_KIND = 60, 500
POOL_SIZE = 4
AT_ONCE = 50
REACH_SECONDS = 20.0
# What may come and go for other reasons. 180 listeners are waiting, with --long 1,500.
FEW = 6
SESSIONS = """
SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


async def test_waiting_listeners_cost_no_processor_time(
    start_server: StartServer, size: Size, request: pytest.FixtureRequest
):
    of_each_kind = MANY_OF_EACH_KIND if request.config.getoption("--long") else OF_EACH_KIND
    server = start_server(environment={"DATABASE_POOL_SIZE": str(POOL_SIZE)})
    room = new_room(server)
    item_id = queued(server, room)
    start = await replica_of(server.base_url, room)
    async with all_open(kind(server.base_url, room, start.copy()) for kind in KINDS) as warm:
        async with client_of(server) as http:
            await vote(http, room, item_id)
        await all_reached(warm, start.seq + 1, REACH_SECONDS)
        threads_before, files_before = threads_of(server), database_files_of(server)
        start = await replica_of(server.base_url, room)
        many = [kind(server.base_url, room, start.copy()) for kind in KINDS for _ in range(of_each_kind)]
        await opened(many)
        try:
            await polls_are_waiting(server, room, start.position)

            assert threads_of(server) <= threads_before + FEW
            assert database_files_of(server) <= files_before + FEW
            if size == "server":
                assert connections_of(server) <= POOL_SIZE
            async with client_of(server) as http:
                began = time.monotonic()
                await vote(http, room, item_id)
                print(f"a write among {len(many)} listeners took {time.monotonic() - began:.2f} s")
            await all_reached(many, start.seq + 1, REACH_SECONDS)
            print(f"all of them heard of it after {time.monotonic() - began:.2f} s")
            assert {listener.replica.seq for listener in many} == {start.seq + 1}
        finally:
            await asyncio.gather(*(listener.close() for listener in many))


async def opened(listeners: list[Listener]) -> None:
    """Not all in the same moment: the queue of connections that a server has not taken yet is short."""
    turns = asyncio.Semaphore(AT_ONCE)

    async def open_one(listener: Listener) -> None:
        async with turns:
            await listener.open()

    await asyncio.gather(*(open_one(listener) for listener in listeners))


async def polls_are_waiting(server: TuttiServer, room: str, position: tuple[str, int]) -> None:
    """A later poll needs as many reads as they, in the same line: when it is through, they are waiting."""
    latecomer = PollListener(server.base_url, room)
    latecomer.replica.begin(*position)
    for _ in range(AT_ONCE):
        assert (await latecomer.ask(wait=0))["events"] == []


def threads_of(server: TuttiServer) -> int:
    return len(list(Path(f"/proc/{server.pid}/task").iterdir()))


def database_files_of(server: TuttiServer) -> int:
    """Descriptors of SQLite's file and its write-ahead log."""
    links = Path(f"/proc/{server.pid}/fd").iterdir()
    return sum("db.sqlite3" in str(link.readlink()) for link in links if link.is_symlink())


def connections_of(server: TuttiServer) -> int:
    """Sessions of PostgreSQL on the server's database, but for our own."""
    with psycopg.connect(server.database_url) as connection:
        row = connection.execute(SESSIONS).fetchone()
    assert row
    return int(row[0])


# --- More requests at once than a process works on: each is answered in its turn ---------------------

PLACES = 4
# A slow machine has to respond to all within the 20 seconds that a request waits for its slot.
REQUESTS_AT_ONCE = 60
WITHIN_SECONDS = 120.0
# For who watches over the server, what Django does behind a response, and what comes and goes otherwise.
FEW_THREADS = 12


async def test_many_concurrent_polls_are_served_by_few_threads(start_server: StartServer, size: Size):
    """With a thread each they would take the connections of the pool from each other until all give up."""
    server = start_server(
        rate_limit_factor="0",
        environment={"MAX_CONCURRENT_REQUESTS": str(PLACES), "DATABASE_POOL_SIZE": str(PLACES)},
    )
    room = new_room(server)
    queued(server, room)
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
    async with (
        asyncio.timeout(WITHIN_SECONDS),
        httpx.AsyncClient(base_url=server.base_url, limits=limits, timeout=WITHIN_SECONDS) as http,
    ):
        await http.get(f"/api/rooms/{room}/playlist/")
        before = threads_of(server)
        many = [
            asyncio.create_task(http.get(f"/api/rooms/{room}/playlist/")) for _ in range(REQUESTS_AT_ONCE)
        ]
        most = await most_threads_until_half_are_done(server, many, http)
        responses = await asyncio.gather(*many)

    assert {response.status_code for response in responses} == {200}
    assert len({response.text for response in responses}) == 1
    assert most <= before + PLACES + FEW_THREADS
    if size == "server":
        assert connections_of(server) <= PLACES


async def test_reads_are_served_while_all_writes_wait_for_a_lock(start_server: StartServer):
    server = start_server(rate_limit_factor="0", environment={"MAX_CONCURRENT_REQUESTS": str(PLACES)})
    room = new_room(server)
    item_id = queued(server, room)
    async with (
        asyncio.timeout(WITHIN_SECONDS),
        httpx.AsyncClient(base_url=server.base_url, timeout=WITHIN_SECONDS) as http,
    ):
        with locked(server):
            writes = [asyncio.create_task(vote(http, room, item_id)) for _ in range(2 * PLACES)]
            while await waiting_requests(http) < PLACES:  # the others are being worked on, and wait as well
                assert not any(write.done() for write in writes)
            response = await http.get(f"/api/rooms/{room}/playlist/")
            assert response.status_code == 200
            assert not any(write.done() for write in writes)
        await asyncio.gather(*writes)


@contextmanager
def locked(server: TuttiServer) -> Iterator[None]:
    """What every write of the server has to wait for."""
    if not server.database_url:
        path = server.data_folder / "db.sqlite3"
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield
        return
    with psycopg.connect(server.database_url) as connection:
        connection.execute("SELECT seq FROM realtime_stream FOR UPDATE")
        yield
        connection.rollback()


async def waiting_requests(http: httpx.AsyncClient) -> int:
    lines = (await http.get("/metrics")).text.splitlines()
    (reported,) = (line for line in lines if line.startswith("tutti_requests_queued "))
    return int(float(reported.split()[1]))


async def most_threads_until_half_are_done(
    server: TuttiServer, many: "list[asyncio.Task[httpx.Response]]", http: httpx.AsyncClient
) -> int:
    """Asks for the server's health all the while, which has to answer."""
    most = looks = 0
    while sum(task.done() for task in many) < REQUESTS_AT_ONCE // 2:
        most = max(most, threads_of(server))
        assert (await http.get("/api/health/live")).status_code == 200
        looks += 1
    assert looks > 1, "they were answered before a look"
    return most
