"""How many new guests and user agents an address may have: 200 an hour."""

from collections.abc import Iterator

import httpx
import pytest

from tests.contract.conftest import client_of, new_room, queue_of
from tests.contract.refusals import refused
from tests.processes import TuttiServer

HOUR_SECONDS = 3600


@pytest.fixture(scope="module")
def answers(lonely_strict_server: TuttiServer) -> list[httpx.Response]:
    """To new guests, until one is refused. Nobody else joins this server."""
    answers: list[httpx.Response] = []
    with client_of(lonely_strict_server) as http:
        while len(answers) < 300 and not (answers and answers[-1].status_code == 429):
            http.cookies.clear()
            answers.append(http.post("/api/guests/", json={"name": f"Guest {len(answers)}"}))
    return answers


@pytest.fixture
def phone(lonely_strict_server: TuttiServer) -> Iterator[httpx.Client]:
    with client_of(lonely_strict_server, headers={"User-Agent": "Phone/1"}) as http:
        yield http


@pytest.fixture
def laptop(lonely_strict_server: TuttiServer) -> Iterator[httpx.Client]:
    with client_of(lonely_strict_server, headers={"User-Agent": "Laptop/1"}) as http:
        yield http


def test_one_more_is_a_429_that_says_when_to_come_again(answers: list[httpx.Response]):
    assert [answer.status_code for answer in answers] == [201] * 200 + [429]
    refused(answers[-1], 429, "RATE_LIMITED")
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= HOUR_SECONDS
    assert "Set-Cookie" not in answers[-1].headers


def test_those_that_are_there_can_go_on(answers: list[httpx.Response], phone: httpx.Client):
    token = answers[0].json()["token"]

    answer = phone.get("/api/guests/me/", headers={"X-Guest-Token": token})

    assert answer.json()["name"] == "Guest 0"


def test_beyond_the_limit_the_address_is_one_voter_whatever_it_calls_itself(
    answers: list[httpx.Response], phone: httpx.Client, laptop: httpx.Client
):
    queue = queue_of(phone, new_room(phone))
    (a,) = queue.fill(1)

    first = queue.vote(a, 1)
    second = queue.as_seen_by(laptop).vote(a, 1)

    assert (first["votes"], second["votes"]) == (1, 1)
    assert queue.my_votes() == queue.as_seen_by(laptop).my_votes() == {str(a): 1}


def test_a_guest_still_votes_for_itself(answers: list[httpx.Response], phone: httpx.Client):
    queue = queue_of(phone, new_room(phone))
    (a,) = queue.fill(1)
    queue.vote(a, 1)
    headers = {"X-Guest-Token": answers[1].json()["token"]}

    voted = queue.post(f"{a}/vote/", json={"value": 1}, headers=headers)

    assert (voted.status_code, voted.json()["votes"]) == (200, 2)
