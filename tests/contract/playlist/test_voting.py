"""Voting: what a vote may be, whom it belongs to, and who sees it."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from tests.contract.conftest import NewClient, guest_of
from tests.contract.queues import Queue
from tests.contract.refusals import refused
from tests.contract.sockets import Socket
from tests.contract.witnesses import Witness
from tests.processes import TuttiServer

# --- Voting: the caller's own vote within −1 … +1 ----------------------------------------------------


@pytest.fixture
def item(queue: Queue) -> int:
    return queue.fill(1)[0]


def test_steps_go_down_through_none_and_up_again_to_their_ends(queue: Queue, ada: httpx.Client, item: int):
    as_ada = queue.as_seen_by(ada)
    presses = ("up", "up", "down", "down", "down", "up", "up")

    with Witness(queue) as witness:
        steps = [as_ada.step(item, direction) for direction in presses]

    counts = [1, 1, 0, -1, -1, 0, 1]  # the second press at an end changes nothing
    assert [(step["votes"], step.pop("my_vote")) for step in steps] == [(count, count) for count in counts]
    assert witness.types == ["track.voted"] * 5
    assert witness.payloads == [steps[index] for index in (0, 2, 3, 5, 6)]
    assert queue.item(item) == steps[-1]


def test_a_value_sets_the_vote_and_the_same_again_is_no_event(queue: Queue, ada: httpx.Client, item: int):
    as_ada = queue.as_seen_by(ada)
    values = (0, -1, -1, 1, 1, 0, 0, 1)

    with Witness(queue) as witness:
        votes = [as_ada.vote(item, value) for value in values]

    assert [(vote["votes"], vote["my_vote"]) for vote in votes] == [(value, value) for value in values]
    assert [payload["votes"] for payload in witness.payloads] == [-1, 1, 0, 1]
    assert witness.types == ["track.voted"] * 4


NO_VOTES: list[tuple[dict[str, Any], str]] = [
    *[({"direction": value}, "direction") for value in ("sideways", 1, None)],
    *[({"value": value}, "value") for value in (2, -2, 0.5, "1", True, None)],
]


def test_what_is_no_vote_is_a_400(queue: Queue, voted_queue: Queue, ada: httpx.Client, item: int):
    as_ada = queue.as_seen_by(ada)

    with Witness(queue) as witness:
        for body, field in NO_VOTES:
            refused(as_ada.post(f"{item}/vote/", json=body), 400, "VALIDATION_ERROR", field)
        for both in ({}, {"direction": "up", "value": 1}):
            refused(as_ada.post(f"{item}/vote/", json=both), 400, "VALIDATION_ERROR")
        elsewhere = voted_queue.as_seen_by(ada).post(f"{item}/vote/", json={"value": 1})
        refused(elsewhere, 404, "NOT_FOUND")

    assert witness.types == []
    queue.remove(item)
    refused(as_ada.post(f"{item}/vote/", json={"value": 1}), 404, "NOT_FOUND")


# --- Whom a vote belongs to, and that every vote counts exactly once ---------------------------------

VOTERS = 8


def test_two_guests_are_two_voters_who_move_nothing_where_the_order_is_manual(
    queue: Queue, ada: httpx.Client, bo: httpx.Client
):
    ids = queue.fill(3)

    with Witness(queue) as witness:
        queue.as_seen_by(ada).vote(ids[2], 1)
        queue.as_seen_by(bo).vote(ids[2], 1)
        voted = queue.as_seen_by(bo).vote(ids[2], -1)

    assert (voted["votes"], voted["my_vote"]) == (0, -1)
    assert [payload["votes"] for payload in witness.payloads] == [1, 2, 0]
    assert witness.types == ["track.voted"] * 3
    assert queue.ids() == ids


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


@pytest.mark.both_sizes
def test_of_votes_at_once_none_is_lost(queue: Queue, server: TuttiServer, item: int):
    with ExitStack() as opened, ThreadPoolExecutor(VOTERS) as pool:
        guests = [opened.enter_context(guest_of(server, f"Guest {number}")) for number in range(VOTERS)]
        with Witness(queue) as witness:
            votes = list(pool.map(lambda http: queue.as_seen_by(http).vote(item, 1)["votes"], guests))

    assert sorted(votes) == list(range(1, VOTERS + 1))
    assert queue.item(item)["votes"] == VOTERS
    assert [payload["votes"] for payload in witness.payloads] == list(range(1, VOTERS + 1))


@pytest.mark.both_sizes
def test_of_one_voters_presses_at_once_one_counts(queue: Queue, new_client: NewClient, client: httpx.Client):
    (item,) = queue.fill(1)
    token = client.post("/api/guests/", json={"name": "Cem"}).json()["token"]
    fingers = [new_client(headers={"X-Guest-Token": token}) for _ in range(VOTERS)]

    with Witness(queue) as witness, ThreadPoolExecutor(VOTERS) as pool:
        votes = list(pool.map(lambda http: queue.as_seen_by(http).step(item, "up"), fingers))

    assert [(vote["votes"], vote["my_vote"]) for vote in votes] == [(1, 1)] * VOTERS
    assert witness.types == ["track.voted"]


# --- The caller's own votes, apart from what everybody shares ----------------------------------------


def test_they_are_the_callers_own_in_this_room_at_a_named_moment(
    queue: Queue, voted_queue: Queue, ada: httpx.Client, bo: httpx.Client
):
    a, b, c, _ = queue.fill(4)
    (d,) = voted_queue.fill(1)
    as_ada, as_bo = queue.as_seen_by(ada), queue.as_seen_by(bo)
    votes = [(as_ada, a, 1), (as_bo, b, -1), (as_ada, b, -1), (as_ada, c, 1), (as_ada, c, 0)]
    for voter, item, value in votes:
        voter.vote(item, value)
        answer = as_ada.get("my-votes/")
        named = answer.headers["X-Stream-Epoch"], int(answer.headers["X-Stream-Seq"])
        assert named == queue.state().position
    voted_queue.as_seen_by(ada).vote(d, -1)

    answer = as_ada.get("my-votes/")
    assert answer.json() == {str(a): 1, str(b): -1}
    assert answer.headers["Cache-Control"].startswith("private")
    assert voted_queue.as_seen_by(ada).my_votes() == {str(d): -1}
    assert as_bo.my_votes() == {str(b): -1}
    assert queue.my_votes() == {}
    queue.remove(a)
    assert as_ada.my_votes() == {str(b): -1}


def test_what_everybody_shares_never_carries_them(queue: Queue, ada: httpx.Client, server: TuttiServer):
    (a,) = queue.fill(1)
    as_ada = queue.as_seen_by(ada)
    with Socket.of_room(server.ws_url, queue.room) as socket:
        assert as_ada.vote(a, 1)["my_vote"] == 1
        as_ada.play(a)
        told = socket.events_up_to(queue.state().seq)
        snapshot = socket.ask({"type": "snapshot"}, "playlist.snapshot")
    as_ada.stop()

    shared = [
        *(event["payload"] for event in told),
        *snapshot["payload"]["items"],
        *as_ada.items(),
        as_ada.item(a),
        *as_ada.history(),
        *as_ada.get("events/").json()["snapshot"]["items"],
    ]
    assert len(shared) == 7
    assert [item for item in shared if "my_vote" in item] == []
