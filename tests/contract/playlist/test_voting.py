"""Voting: what a vote may be, whom it belongs to, who sees it; and rooms where votes decide on the order."""

from typing import Any

import httpx
import pytest

from tests.contract.conftest import NewClient
from tests.contract.error_checks import rejected
from tests.contract.observers import Observer
from tests.contract.queues import Queue

# --- Voting: the caller's own vote within −1 … +1 ----------------------------------------------------


@pytest.fixture
def item(queue: Queue) -> int:
    return queue.fill(1)[0]


def test_a_step_or_a_value_changes_the_callers_vote_within_its_limits(
    queue: Queue, ada: httpx.Client, item: int
):
    """Votes at once: tests/invariants/test_concurrent_room.py."""
    as_ada = queue.as_seen_by(ada)
    presses, values = ("up", "up", "down", "down", "down", "up", "up"), (0, -1, -1, 1, 1, 0, 0)

    with Observer(queue, expected=["track.voted"] * 9) as witness:
        votes = [as_ada.step(item, direction) for direction in presses]
        votes += [as_ada.vote(item, value) for value in values]

    counts = [1, 1, 0, -1, -1, 0, 1, *values]  # the second press at an end changes nothing
    assert [(vote["votes"], vote.pop("my_vote")) for vote in votes] == [(count, count) for count in counts]
    assert witness.payloads == [votes[index] for index in (0, 2, 3, 5, 6, 7, 8, 10, 12)]
    assert queue.item(item) == votes[-1]


NO_VOTES: list[tuple[dict[str, Any], str]] = [
    *[({"direction": value}, "direction") for value in ("sideways", 1, None)],
    *[({"value": value}, "value") for value in (2, -2, 0.5, "1", True, None)],
]


def test_an_invalid_vote_is_a_400(queue: Queue, voted_queue: Queue, ada: httpx.Client, item: int):
    as_ada = queue.as_seen_by(ada)

    with Observer(queue, expected=[]):
        for body, field in NO_VOTES:
            rejected(as_ada.post(f"{item}/vote/", json=body), 400, "VALIDATION_ERROR", field)
        for both in ({}, {"direction": "up", "value": 1}):
            rejected(as_ada.post(f"{item}/vote/", json=both), 400, "VALIDATION_ERROR")
        elsewhere = voted_queue.as_seen_by(ada).post(f"{item}/vote/", json={"value": 1})
        rejected(elsewhere, 404, "NOT_FOUND")

    queue.remove(item)
    rejected(as_ada.post(f"{item}/vote/", json={"value": 1}), 404, "NOT_FOUND")


# --- Whom a vote belongs to, and that every vote counts exactly once ---------------------------------


def test_two_guests_are_two_voters_and_votes_do_not_move_items_in_manual_order(
    queue: Queue, ada: httpx.Client, bo: httpx.Client
):
    ids = queue.fill(3)

    with Observer(queue, expected=["track.voted"] * 3) as witness:
        queue.as_seen_by(ada).vote(ids[2], 1)
        queue.as_seen_by(bo).vote(ids[2], 1)
        voted = queue.as_seen_by(bo).vote(ids[2], -1)

    assert (voted["votes"], voted["my_vote"]) == (0, -1)
    assert [payload["votes"] for payload in witness.payloads] == [1, 2, 0]
    assert queue.ids() == ids


def test_without_guest_or_account_a_user_agent_is_a_voter(queue: Queue, new_client: NewClient, item: int):
    agents = ("Phone/1", "Laptop/1", "Phone/1")
    clients = [new_client(headers={"User-Agent": agent}) for agent in agents]

    votes = [queue.as_seen_by(http).vote(item, 1)["votes"] for http in clients]

    assert votes == [1, 2, 2]


def test_a_guest_is_one_voter_by_cookie_and_token_and_an_account_has_precedence(
    queue: Queue, new_client: NewClient, staff: httpx.Client, bo: httpx.Client, item: int
):
    token = {"X-Guest-Token": bo.post("/api/guests/", json={"name": "Bo"}).json()["token"]}
    as_bo, as_staff = queue.as_seen_by(bo), queue.as_seen_by(staff)
    as_bo.vote(item, 1)
    as_staff.vote(item, 1)

    with Observer(queue, expected=[]):
        assert queue.as_seen_by(new_client(headers=token)).vote(item, 1)["votes"] == 2
        response = as_staff.post(f"{item}/vote/", json={"value": 1}, headers=token)

    assert (response.status_code, response.json()["votes"]) == (200, 2)


# --- The caller's own votes; what all clients share never has them, which check_item looks for -------


def test_own_votes_are_those_of_the_caller_in_this_room_with_their_seq(
    queue: Queue, voted_queue: Queue, ada: httpx.Client, bo: httpx.Client
):
    a, b, c, _ = queue.fill(4)
    (d,) = voted_queue.fill(1)
    as_ada, as_bo = queue.as_seen_by(ada), queue.as_seen_by(bo)
    votes = [(as_ada, a, 1), (as_bo, b, -1), (as_ada, b, -1), (as_ada, c, 1), (as_ada, c, 0)]
    for voter, item, value in votes:
        voter.vote(item, value)
        response = as_ada.get("my-votes/")
        named = response.headers["X-Stream-Epoch"], int(response.headers["X-Stream-Seq"])
        assert named == queue.state().position
    voted_queue.as_seen_by(ada).vote(d, -1)

    response = as_ada.get("my-votes/")
    assert response.json() == {str(a): 1, str(b): -1}
    assert response.headers["Cache-Control"].startswith("private")
    assert voted_queue.as_seen_by(ada).my_votes() == {str(d): -1}
    assert as_bo.my_votes() == {str(b): -1}
    assert queue.my_votes() == {}
    queue.remove(a)
    assert as_ada.my_votes() == {str(b): -1}


# --- Where votes decide: more votes first, then who reached that count earlier; positions always say so


def test_a_vote_moves_an_item_to_the_midpoint_of_its_new_neighbours(
    voted_queue: Queue, ada: httpx.Client, bo: httpx.Client
):
    """Any votes at all: tests/invariants/test_state_machine.py."""
    a, b, c, d = voted_queue.fill(4)
    as_ada = voted_queue.as_seen_by(ada)

    with Observer(voted_queue, expected=["track.voted", "track.moved"] * 2) as witness:
        first = as_ada.vote(c, 1)
        assert voted_queue.ids() == [c, a, b, d]
        second = as_ada.vote(d, 1)

    assert voted_queue.ids() == [c, d, a, b]
    assert [payload["id"] for payload in witness.payloads] == [c, c, d, d]
    assert first["position"] == voted_queue.item(c)["position"]
    positions = voted_queue.positions()
    assert second["position"] == positions[1] == (positions[0] + positions[2]) / 2
    with Observer(voted_queue, expected=["track.voted", "track.moved", "track.added", "track.voted"]):
        as_ada.vote(a, -1)
        new = voted_queue.add(voted_queue.tracks[10])["id"]
        voted_queue.as_seen_by(bo).vote(c, 1)  # it stands right already
    assert voted_queue.ids() == [c, d, b, new, a]


def test_in_order_by_votes_a_position_is_ignored_when_adding_and_rejected_when_moving(voted_queue: Queue):
    a, b = voted_queue.fill(2)
    places = [{"position": -5}, {"before": a}, {"after": a}, {"after": 2**53}]

    with Observer(voted_queue, expected=["track.added"] * 4):
        added = [
            voted_queue.add(track_id, **place)["id"]
            for track_id, place in zip(voted_queue.tracks[10:14], places, strict=True)
        ]
        for place in ({"position": 0.5}, {"after": b}, {"before": a}):
            rejected(voted_queue.patch(added[1], place), 409, "ORDERED_BY_VOTES")

    assert voted_queue.ids() == [a, b, *added]


def test_a_restored_item_has_the_position_of_its_votes(
    voted_queue: Queue, ada: httpx.Client, bo: httpx.Client
):
    a, b, c = voted_queue.fill(3)
    voted_queue.as_seen_by(ada).vote(c, 1)
    voted_queue.remove(c)
    voted_queue.as_seen_by(ada).vote(b, 1)
    voted_queue.as_seen_by(bo).vote(b, 1)
    assert voted_queue.ids() == [b, a]

    with Observer(voted_queue, expected=["track.added"]):
        voted_queue.restore(c)

    assert voted_queue.ids() == [b, c, a]


# --- Where votes decide, what plays stands first -----------------------------------------------------


def test_the_playing_item_is_first_and_then_returns_to_the_position_of_its_votes(
    voted_queue: Queue, ada: httpx.Client
):
    a, b, c = voted_queue.fill(3)
    as_ada = voted_queue.as_seen_by(ada)
    as_ada.vote(b, 1)
    assert voted_queue.ids() == [b, a, c]

    with Observer(voted_queue) as started:
        item = voted_queue.play(c)
        assert item == voted_queue.item(c)
    assert voted_queue.ids() == [c, b, a]
    with Observer(voted_queue) as switched:
        item = voted_queue.place(a, is_playing=True)
        assert item == voted_queue.item(a)
    assert voted_queue.ids() == [a, b, c]
    with Observer(voted_queue, expected=["track.voted"]):
        as_ada.vote(a, -1)
    assert voted_queue.ids() == [a, b, c]
    with Observer(voted_queue) as stopped:
        voted_queue.stop()
    assert voted_queue.ids() == [b, c, a]
    with Observer(voted_queue, expected=["track.playing", "track.added"]):
        voted_queue.play(b)
        new = voted_queue.add(voted_queue.tracks[10])["id"]
    assert voted_queue.ids() == [b, c, new, a]
    with Observer(voted_queue, expected=["track.playing", "track.removed"]):
        voted_queue.remove(b)
    assert voted_queue.ids() == [c, new, a]

    assert started.types == stopped.types == ["track.playing", "track.moved"]
    assert (switched.types[0], switched.types.count("track.playing")) == ("track.playing", 1)
    assert {payload["id"] for payload in switched.payloads} <= {a, c}
