"""Servers for the tests of live events, and room for a thousand open connections."""

import resource
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, NamedTuple

import pytest

from tests.conftest import PreparedData
from tests.processes import PlainDaphne, TuttiServer, Uvicorn
from tests.services import Postgres, Redis

# What these values of a fixture's parameter need, so that `--no-services` leaves such tests out.
UVICORN_TOO = "uvicorn on PostgreSQL and Redis"
SERVICES_OF = dict.fromkeys(("server", "server without Redis", UVICORN_TOO), "postgres")


def pytest_itemcollected(item: Any) -> None:
    parameters = item.callspec.params.values() if hasattr(item, "callspec") else ()
    needed = [SERVICES_OF[value] for value in parameters if isinstance(value, str) and value in SERVICES_OF]
    item.fixturenames = [*item.fixturenames, *needed]


@pytest.fixture(scope="session", autouse=True)
def many_files() -> None:
    """A client and a server of the same machine need a descriptor each; servers inherit the limit."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


# What no database and no second process can change.
only_embedded = pytest.mark.parametrize("size", ["embedded"], indirect=True, scope="session")
# With the way of our own to send, and without it.
KINDS_OF_SERVER: dict[str, type[TuttiServer]] = {
    "fast": TuttiServer,
    "daphne": PlainDaphne,
    "uvicorn": Uvicorn,
}


@pytest.fixture(scope="session")
def servers(prepared_data: PreparedData) -> Iterator[dict[str, TuttiServer]]:
    """One of each kind, all on the same database of the embedded size."""
    data = prepared_data.options("embedded")
    environment = {"EVENT_LOG_KEEP_EVENTS": "100000"}
    with ExitStack() as running:
        yield {
            name: running.enter_context(kind(**data, environment=environment))
            for name, kind in KINDS_OF_SERVER.items()
        }


class Pair(NamedTuple):
    """Two processes on one PostgreSQL and one Redis."""

    one: TuttiServer
    other: TuttiServer


@pytest.fixture(scope="session")
def pair(prepared_data: PreparedData, postgres: Postgres, redis: Redis) -> Iterator[Pair]:
    with TuttiServer(**prepared_data.options("server")) as one, TuttiServer(**shared_with(one)) as other:
        yield Pair(one, other)


def shared_with(server: TuttiServer) -> dict[str, object]:
    """What another process needs to serve the same rooms."""
    return {
        "database_url": server.database_url,
        "redis_url": server.redis_url,
        "data_folder": server.data_folder,
    }
