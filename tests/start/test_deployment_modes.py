"""The same program in its sizes, and several of it at once."""

import httpx
import psycopg
import pytest

from server.database_setup import ADVISORY_LOCK
from tests.conftest import PreparedData, Size
from tests.hosts import asked_for_room
from tests.processes import ServerError, TuttiServer
from tests.services import Postgres, Redis, free_port, wait_for

LIBRARY_TRACKS = 35
QUEUED_ITEMS = 10
# For longer than its connections wait for any other lock.
WAITING = """
    SELECT 1 FROM pg_stat_activity WHERE wait_event = 'advisory' AND now() - query_start > interval '500ms'
"""


def test_a_server_reports_readiness_and_its_mode(server: TuttiServer, size: Size):
    words = {"embedded": "embedded: SQLite, in-memory", "server": "server: PostgreSQL, Redis"}
    assert words[size] in server.log

    response = httpx.get(f"{server.base_url}/api/health/ready")
    parts = {"database": "ok", "channel_layer": "ok", "jobs": "ok", "model": "missing"}
    assert response.json() == {"status": "ok", "checks": parts}


def test_two_processes_prepare_one_database_concurrently(postgres: Postgres, redis: Redis):
    shared = {"database_url": postgres.create_database(), "redis_url": redis.new_url()}
    one, other = TuttiServer(**shared), TuttiServer(**shared)
    try:
        one.start_without_waiting()
        other.start_without_waiting()
        one.wait_until_ready()
        other.wait_until_ready()

        for server in (one, other):
            assert len(httpx.get(f"{server.base_url}/api/tracks/").json()) == LIBRARY_TRACKS
            assert len(httpx.get(f"{server.base_url}/api/playlist/").json()) == QUEUED_ITEMS
        assert f"{one.log}{other.log}".count("Adding sample tracks") == 1
    finally:
        one.delete_data()
        other.delete_data()


def test_preparing_may_take_longer_than_the_timeout_of_writes(
    postgres: Postgres, prepared_data: PreparedData
):
    database_url = prepared_data.options("server")["database_url"]
    server = TuttiServer(database_url=f"{database_url}?options=-c%20lock_timeout%3D100ms")
    with psycopg.connect(database_url, autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [ADVISORY_LOCK])
        try:
            server.start_without_waiting()
            wait_for(lambda: other.execute(WAITING).fetchall())
            other.execute("SELECT pg_advisory_unlock_all()")

            server.wait_until_ready()
            assert len(httpx.get(f"{server.base_url}/api/tracks/").json()) == LIBRARY_TRACKS
        finally:
            server.delete_data()


def test_a_missing_database_is_reported(postgres: Postgres):
    server = TuttiServer(database_url=f"postgresql://tutti@127.0.0.1:{postgres.port}/no_such_database")

    with pytest.raises(ServerError, match=r'ended with 3(?s:.*)"no_such_database" does not exist'):
        server.start()


def test_without_redis_a_server_works_and_reports_it(prepared_data: PreparedData):
    data = prepared_data.options("embedded") | {"redis_url": f"redis://127.0.0.1:{free_port()}/0"}
    with TuttiServer(**data) as server:
        with server.client() as http:
            assert len(http.get("/api/playlist/").json()) == QUEUED_ITEMS
            assert asked_for_room(http, name="A room").status_code == 201
            ready = http.get("/api/health/ready")
        wait_for(lambda: server.log, lambda log: "Redis unavailable; using local rate limits" in log)
        assert "Redis (REDIS_URL) is unavailable" in server.log
        assert (ready.status_code, ready.json()["status"]) == (200, "degraded")


@pytest.mark.parametrize("host", ["::1", "localhost"])
def test_a_server_listens_on_the_given_ip_address(host: str, prepared_data: PreparedData):
    with TuttiServer(**prepared_data.options("embedded"), environment={"HOST": host}) as server:
        assert httpx.get(f"{server.base_url}/api/health/live").status_code == 200
