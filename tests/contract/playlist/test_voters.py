"""Whom a vote belongs to, and that every vote counts exactly once."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import httpx
import pytest

from tests.contract.conftest import NewClient, guest_of
from tests.contract.queues import Queue
from tests.contract.witnesses import Witness
from tests.processes import TuttiServer

VOTERS = 8


@pytest.fixture
def item(queue: Queue) -> int:
    return queue.fill(1)[0]


def test_two_guests_are_two_voters(queue: Queue, ada: httpx.Client, bo: httpx.Client, item: int):
    with Witness(queue) as witness:
        queue.as_seen_by(ada).vote(item, 1)
        voted = queue.as_seen_by(bo).vote(item, 1)

    assert voted["votes"] == 2
    assert [payload["votes"] for payload in witness.payloads] == [1, 2]


def test_one_for_and_one_against_make_none(queue: Queue, ada: httpx.Client, bo: httpx.Client, item: int):
    queue.as_seen_by(ada).vote(item, 1)

    voted = queue.as_seen_by(bo).vote(item, -1)

    assert (voted["votes"], voted["my_vote"]) == (0, -1)


def test_a_guest_on_another_origin_is_the_same_voter(
    queue: Queue, new_client: NewClient, client: httpx.Client, item: int
):
    token = client.post("/api/guests/", json={"name": "Ada"}).json()["token"]
    elsewhere = new_client(headers={"X-Guest-Token": token})
    queue.vote(item, 1)

    with Witness(queue) as witness:
        again = queue.as_seen_by(elsewhere).vote(item, 1)

    assert again["votes"] == 1
    assert witness.types == []


def test_without_any_identity_a_user_agent_is_a_voter(queue: Queue, new_client: NewClient, item: int):
    phone, laptop = (new_client(headers={"User-Agent": agent}) for agent in ("Phone/1", "Laptop/1"))
    same_phone = new_client(headers={"User-Agent": "Phone/1"})

    votes = [queue.as_seen_by(http).vote(item, 1)["votes"] for http in (phone, laptop, same_phone)]

    assert votes == [1, 2, 2]


def test_an_account_goes_before_a_guest(queue: Queue, staff: httpx.Client, bo: httpx.Client, item: int):
    token = bo.post("/api/guests/", json={"name": "Bo"}).json()["token"]
    as_staff = queue.as_seen_by(staff)
    as_staff.vote(item, 1)

    with Witness(queue) as witness:
        answer = as_staff.post(f"{item}/vote/", json={"value": 1}, headers={"X-Guest-Token": token})

    assert (answer.status_code, answer.json()["votes"]) == (200, 1)
    assert witness.types == []


def test_of_votes_at_once_none_is_lost(queue: Queue, server: TuttiServer, item: int):
    with ExitStack() as opened, ThreadPoolExecutor(VOTERS) as pool:
        guests = [opened.enter_context(guest_of(server, f"Guest {number}")) for number in range(VOTERS)]
        with Witness(queue) as witness:
            votes = list(pool.map(lambda http: queue.as_seen_by(http).vote(item, 1)["votes"], guests))

    assert sorted(votes) == list(range(1, VOTERS + 1))
    assert queue.item(item)["votes"] == VOTERS
    assert [payload["votes"] for payload in witness.payloads] == list(range(1, VOTERS + 1))


def test_of_one_voters_presses_at_once_one_counts(queue: Queue, new_client: NewClient, client: httpx.Client):
    (item,) = queue.fill(1)
    token = client.post("/api/guests/", json={"name": "Cem"}).json()["token"]
    fingers = [new_client(headers={"X-Guest-Token": token}) for _ in range(VOTERS)]

    with Witness(queue) as witness, ThreadPoolExecutor(VOTERS) as pool:
        votes = list(pool.map(lambda http: queue.as_seen_by(http).step(item, "up"), fingers))

    assert [(vote["votes"], vote["my_vote"]) for vote in votes] == [(1, 1)] * VOTERS
    assert witness.types == ["track.voted"]
