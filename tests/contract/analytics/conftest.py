"""Dee and Eli, who have accounts of their own, as analytics knows them over HTTP."""

import json
import secrets
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.contract.conftest import client_of, seeded_tracks
from tests.contract.staff import begin_plain_session
from tests.processes import TuttiServer

ACTIVITY = "/api/analytics/activity/"
ME = "/api/analytics/me/"


class Person:
    """`figures` has to be given; requests that may be rejected use `post`."""

    def __init__(self, http: httpx.Client) -> None:
        self.http = http

    @property
    def user_id(self) -> int:
        return int(self.figures()["user_id"])

    def post(self, body: Any, *, key: str | None = None) -> httpx.Response:
        headers = {"Content-Type": "application/json"} | ({} if key is None else {"Idempotency-Key": key})
        # Half a character can be said in JSON, though not in UTF-8.
        return self.http.post(ACTIVITY, content=json.dumps(body), headers=headers)

    def tell(self, body: Any) -> Any:
        response = self.post(body)
        assert response.status_code == 201, response.text
        return response.json()

    def figures(self, **query: str) -> dict[str, Any]:
        response = self.http.get(ME, params=query)
        assert response.status_code == 200, response.text
        figures: dict[str, Any] = response.json()
        return figures

    def activities(self) -> int:
        return int(self.figures()["activities"])


@pytest.fixture(scope="module")
def accounts(server: TuttiServer) -> Iterator[list[Person]]:
    """Made once for a file: activities of a test are added to those of others."""
    clients = [client_of(server) for _ in range(2)]
    for number, http in enumerate(clients):
        begin_plain_session(http, f"dee-{number}-{secrets.token_hex(3)}")
    yield [Person(http) for http in clients]
    for http in clients:
        http.close()


@pytest.fixture
def dee(accounts: list[Person]) -> Person:
    return accounts[0]


@pytest.fixture
def eli(accounts: list[Person]) -> Person:
    return accounts[1]


@pytest.fixture
def track_id(server: TuttiServer) -> int:
    return seeded_tracks(server.base_url)[0]
