"""Services of a file's own, to be killed, and servers on them."""

from collections.abc import Iterator

import pytest

from tests.conftest import PreparedData
from tests.live.conftest import Pair, many_files, shared_with
from tests.processes import TuttiServer
from tests.services import Postgres, Redis

__all__ = ["many_files"]


@pytest.fixture(scope="module")
def own_postgres(postgres: Postgres) -> Iterator[Postgres]:
    """A new one, to be killed, which loses no committed data, unlike the usual one of the tests.

    That one is only asked for so that `--no-services` leaves these tests out.
    """
    with Postgres(synchronous_commit=True) as service:
        yield service


def prepared_in(own_postgres: Postgres, prepared_data: PreparedData) -> str:
    """The address of a database there that is prepared already."""
    address = own_postgres.create_database()
    prepared_data.prepare_database(address)
    return address


@pytest.fixture(scope="module")
def own_redis(redis: Redis) -> Iterator[Redis]:
    """A new one, to be killed."""
    with Redis() as service:
        yield service


@pytest.fixture(scope="module")
def pair(prepared_data: PreparedData, postgres: Postgres, own_redis: Redis) -> Iterator[Pair]:
    """Two processes on one database and one Redis of their own."""
    data = prepared_data.options("server") | {"redis_url": own_redis.new_url()}
    with TuttiServer(**data) as one, TuttiServer(**shared_with(one)) as other:
        yield Pair(one, other)
