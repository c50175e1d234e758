"""Clients hang up while their writes wait for a lock: no connection of the pool is lost by it."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

import psycopg

from tests.conftest import PreparedData
from tests.malformed.short_timeouts import PatientServer
from tests.processes import TuttiServer
from tests.services import Postgres, wait_for

POOL_SIZE = 2
GIVEN_UP = "took too long to shut down and was killed"
WITHOUT_LOCK_TIMEOUT = "?options=-c%20lock_timeout%3D0"
WAITING = """
    SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()
"""


class SoonGivingUp(PatientServer):
    """It gives up on a request a second after its client has gone; the usual one does after 10."""

    clocks: ClassVar[dict[str, float]] = {"server.daphne.CLOSE_SECONDS": 1}


def test_cancelled_requests_release_their_connections(prepared_data: PreparedData, postgres: Postgres):
    data = prepared_data.options("server")
    database_url = data["database_url"]
    data["database_url"] += WITHOUT_LOCK_TIMEOUT
    settings = {"DATABASE_POOL_SIZE": str(POOL_SIZE)}
    with SoonGivingUp(**data, environment=settings) as server, server.client() as http:
        item_id = http.get("/api/playlist/").json()[0]["id"]
        with streams_locked(database_url) as own:
            lines = [line_asking_for_a_vote(server, item_id) for _ in range(POOL_SIZE)]
            wait_for(lambda: waiting_for_locks(own), lambda count: count == POOL_SIZE)
            for line in lines:
                line.close()
            wait_for(lambda: server.log, lambda log: log.count(GIVEN_UP) == POOL_SIZE)

        responses = [http.get(f"/api/playlist/{item_id}/").status_code for _ in range(POOL_SIZE)]

    assert responses == [200] * POOL_SIZE


def line_asking_for_a_vote(server: TuttiServer, item_id: int) -> socket.socket:
    body = json.dumps({"direction": "up"})
    head = (
        f"POST /api/playlist/{item_id}/vote/ HTTP/1.1\r\nHost: localhost\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    line = socket.create_connection(("127.0.0.1", server.port))
    line.sendall((head + body).encode())
    return line


def waiting_for_locks(own: psycopg.Connection[Any]) -> int:
    own.execute("SELECT pg_stat_clear_snapshot()")
    row = own.execute(WAITING).fetchone()
    return int(row[0]) if row else 0


@contextmanager
def streams_locked(database_url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(database_url) as own:
        own.execute("SELECT seq FROM realtime_stream FOR UPDATE")
        yield own
        own.rollback()
