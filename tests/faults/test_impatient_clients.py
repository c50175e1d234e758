"""Clients hang up while their writes wait for a lock: no connection of the pool is lost by it."""

import json
import select
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from tests.conftest import StartServer
from tests.processes import TuttiServer
from tests.services import Postgres

POOL_SIZE = 2
# A request that is still there is given up again and again; the later times hit what the first has begun.
TIMES = 3
GIVEN_UP = "took too long to shut down and was killed"
# The server gives up on a request 10 seconds after its client has gone.
GIVE_UP_SECONDS = 30.0
LOOK_EVERY_SECONDS = 0.2
WITHOUT_LOCK_TIMEOUT = "?options=-c%20lock_timeout%3D0"


def test_requests_that_were_given_up_give_their_connections_back(
    start_on_own_services: StartServer, own_postgres: Postgres
):
    database_url = own_postgres.create_database()
    server = start_on_own_services(
        database_url=database_url + WITHOUT_LOCK_TIMEOUT, environment={"DATABASE_POOL_SIZE": str(POOL_SIZE)}
    )
    with server.client() as http:
        item_id = http.get("/api/playlist/").json()[0]["id"]
        with streams_locked(database_url) as own:
            lines = [line_asking_for_a_vote(server, item_id) for _ in range(POOL_SIZE)]
            wait_until(lambda: waiting_for_locks(own) == POOL_SIZE, server)
            for line in lines:
                line.close()
            wait_until(lambda: server.log.count(GIVEN_UP) >= TIMES * POOL_SIZE, server)

        answers = [http.get(f"/api/playlist/{item_id}/").status_code for _ in range(POOL_SIZE)]

    assert answers == [200] * POOL_SIZE


def line_asking_for_a_vote(server: TuttiServer, item_id: int) -> socket.socket:
    body = json.dumps({"direction": "up"})
    head = (
        f"POST /api/playlist/{item_id}/vote/ HTTP/1.1\r\nHost: localhost\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    line = socket.create_connection(("127.0.0.1", server.port))
    line.sendall((head + body).encode())
    return line


def wait_until(is_so: Callable[[], bool], server: TuttiServer) -> None:
    """What tells it is a log or a table, which has to be looked at again and again."""
    deadline = time.monotonic() + GIVE_UP_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, server.log
        select.select([], [], [], LOOK_EVERY_SECONDS)


def waiting_for_locks(own: psycopg.Connection[Any]) -> int:
    own.execute("SELECT pg_stat_clear_snapshot()")
    row = own.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'").fetchone()
    return int(row[0]) if row else 0


@contextmanager
def streams_locked(database_url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(database_url) as own:
        own.execute("SELECT seq FROM realtime_stream FOR UPDATE")
        yield own
        own.rollback()
