"""Logins, registrations and wishes for a password count together: 5 a minute for an address."""

import httpx
import pytest

from tests.contract.conftest import client_of
from tests.contract.people import facts
from tests.contract.refusals import refused
from tests.processes import TuttiServer

pytestmark = pytest.mark.both_sizes


@pytest.fixture(scope="module")
def answers(lonely_strict_server: TuttiServer) -> list[httpx.Response]:
    """Eight tries of different kinds; nobody else comes from this address."""
    login = {"username": "ada", "password": "mistyped"}
    tries = [
        ("users/", facts()),
        ("auth/register/", facts()),
        ("auth/token/", login),
        ("auth/session/", login),
        ("auth/password/reset/", {"email": "ada@tutti.example"}),
        ("auth/token/", login),
        ("users/", facts()),
        ("auth/password/reset/confirm/", {"token": "x", "new_password": "y"}),
    ]
    with client_of(lonely_strict_server) as http:
        return [http.post(f"/api/{path}", json=body) for path, body in tries]


def test_the_sixth_is_a_429_that_says_when_to_come_again(answers: list[httpx.Response]):
    assert [answer.status_code for answer in answers] == [201, 201, 401, 401, 202, 429, 429, 429]
    for answer in answers[5:]:
        refused(answer, 429, "RATE_LIMITED")
        assert 1 <= int(answer.headers["Retry-After"]) <= 60


def test_who_is_logged_in_goes_on(answers: list[httpx.Response], lonely_strict_server: TuttiServer):
    tokens = answers[0].json()
    with client_of(lonely_strict_server) as http:
        renewed = http.post("/api/auth/token/refresh/", json={"refresh": tokens["refresh"]})
        headers = {"Authorization": f"Bearer {renewed.json()['access']}"}

        assert http.get("/api/users/me/", headers=headers).status_code == 200
