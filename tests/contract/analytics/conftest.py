"""Dee and Eli, who have accounts of their own and have done nothing yet."""

import secrets
from collections.abc import Iterator

import httpx
import pytest

from tests.contract.analytics.people import Person
from tests.contract.conftest import client_of, seeded_tracks
from tests.contract.staff import begin_plain_session
from tests.processes import TuttiServer


@pytest.fixture(scope="module")
def accounts(server: TuttiServer) -> Iterator[list[httpx.Client]]:
    """Made once for a file: each takes a process of its own."""
    clients = [client_of(server) for _ in range(2)]
    for number, http in enumerate(clients):
        begin_plain_session(http, f"dee-{number}-{secrets.token_hex(3)}")
    yield clients
    for http in clients:
        http.close()


@pytest.fixture
def dee(accounts: list[httpx.Client]) -> Person:
    return Person(accounts[0])


@pytest.fixture
def eli(accounts: list[httpx.Client]) -> Person:
    return Person(accounts[1])


@pytest.fixture
def track_id(server: TuttiServer) -> int:
    return seeded_tracks(server.base_url)[0]
