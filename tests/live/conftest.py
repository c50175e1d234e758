"""Servers for the tests of live events, and room for a thousand open connections."""

import resource
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from tests.conftest import ReadyMadeData
from tests.processes import TuttiServer


@pytest.fixture(scope="session", autouse=True)
def many_files() -> None:
    """A client and a server of the same machine need a descriptor each; servers inherit the limit."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


class Pair(NamedTuple):
    """Two processes on one PostgreSQL and one Redis."""

    one: TuttiServer
    other: TuttiServer


@pytest.fixture(scope="module")
def pair(ready_made_data: ReadyMadeData) -> Iterator[Pair]:
    with TuttiServer(**ready_made_data.options("server")) as one, TuttiServer(**shared_with(one)) as other:
        yield Pair(one, other)


def shared_with(server: TuttiServer) -> dict[str, object]:
    """What another process needs to serve the same rooms."""
    return {
        "database_url": server.database_url,
        "redis_url": server.redis_url,
        "data_folder": server.data_folder,
    }
