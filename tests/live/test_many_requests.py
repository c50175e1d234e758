"""More requests at once than a process works on: each is answered in its turn, and none by a thread more."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

import httpx
import psycopg

from tests.conftest import Size, StartServer
from tests.live.rooms import new_room, queued, vote
from tests.live.test_waiting_costs import connections_of, threads_of
from tests.processes import TuttiServer

PLACES = 4
AT_ONCE = 100
WITHIN_SECONDS = 120.0
# For who watches over the server, what Django does behind an answer, and what comes and goes otherwise.
FEW = 12


async def test_all_of_many_at_once_are_answered_by_few_threads(start_server: StartServer, size: Size):
    """With a thread each they would take the connections of the pool from each other until all give up."""
    server = start_server(
        rate_limit_factor="0",
        environment={"MAX_REQUESTS_AT_ONCE": str(PLACES), "DATABASE_POOL_SIZE": str(PLACES)},
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
        many = [asyncio.create_task(http.get(f"/api/rooms/{room}/playlist/")) for _ in range(AT_ONCE)]
        most = await most_threads_until_half_are_done(server, many, http)
        answers = await asyncio.gather(*many)

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert most <= before + PLACES + FEW
    if size == "server":
        assert connections_of(server) <= PLACES


async def test_reads_are_answered_while_all_writes_wait_for_a_lock(start_server: StartServer):
    server = start_server(rate_limit_factor="0", environment={"MAX_REQUESTS_AT_ONCE": str(PLACES)})
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
            answer = await http.get(f"/api/rooms/{room}/playlist/")
            assert answer.status_code == 200
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
    (told,) = (line for line in lines if line.startswith("tutti_requests_waiting "))
    return int(float(told.split()[1]))


async def most_threads_until_half_are_done(
    server: TuttiServer, many: "list[asyncio.Task[httpx.Response]]", http: httpx.AsyncClient
) -> int:
    """Asks for the server's health all the while, which has to answer."""
    most = looks = 0
    while sum(task.done() for task in many) < AT_ONCE // 2:
        most = max(most, threads_of(server))
        assert (await http.get("/api/health/live")).status_code == 200
        looks += 1
    assert looks > 1, "they were answered before anybody could look"
    return most
