"""Services of a test's own, to be killed, and servers on them."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.conftest import StartServer
from tests.live.conftest import Pair, many_files, shared_with
from tests.processes import TuttiServer
from tests.services import Postgres, Redis

__all__ = ["many_files"]


@pytest.fixture
def own_postgres(postgres: Postgres) -> Iterator[Postgres]:
    """A new one, to be killed, which forgets nothing that it has answered, unlike the usual one of the tests.

    That one is only asked for so that `--no-services` leaves these tests out.
    """
    with Postgres(synchronous_commit=True) as service:
        yield service


@pytest.fixture
def own_redis(redis: Redis) -> Iterator[Redis]:
    """A new one, to be killed."""
    with Redis() as service:
        yield service


@pytest.fixture
def start_on_own_services(own_postgres: Postgres, own_redis: Redis) -> Iterator[StartServer]:
    """Starts servers of the server size, on a database of their own unless told otherwise."""
    with ExitStack() as running:

        def start(**options: Any) -> TuttiServer:
            if "database_url" not in options:
                options |= {"database_url": own_postgres.create_database(), "redis_url": own_redis.new_url()}
            return running.enter_context(TuttiServer(**options))

        yield start


@pytest.fixture
def pair(start_on_own_services: StartServer) -> Pair:
    """Two processes on one PostgreSQL and one Redis."""
    one = start_on_own_services()
    return Pair(one, start_on_own_services(**shared_with(one)))
