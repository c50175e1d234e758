"""Clients that are cut off at random under load end equal to the server, and saw each event once."""

import pytest

from tests.invariants import invariants
from tests.invariants.concurrent_users import ConcurrentUsers, meanwhile
from tests.invariants.followers import (
    Follower,
    PollingFollower,
    RestFirstFollower,
    ServerSentFollower,
    WebSocketFollower,
)
from tests.invariants.rooms import Guest, RoomClient
from tests.processes import TuttiServer

FOLLOWERS_AT_ONCE = 3
# The first connection is cut after so many messages, the others by chance.
FIRST_CUT = 5


@pytest.fixture
def users(
    server: TuttiServer, guests: list[Guest], own_room: RoomClient, library: list[int], seed: int
) -> ConcurrentUsers:
    return ConcurrentUsers(server, own_room, guests, library[:40], seed=seed, threads=6, actions_each=8)


def follow_through(users: ConcurrentUsers, kind: type[Follower]) -> list[Follower]:
    """Followers of that kind, who have seen everything that the users did."""
    start = users.room.fetch()
    followers = [
        kind(users.server, users.room.slug, start, seed=f"{users.seed}-{number}")
        for number in range(FOLLOWERS_AT_ONCE)
    ]
    with meanwhile(
        *[lambda _, follower=follower: follower.follow(FIRST_CUT) for follower in followers]
    ) as following:
        try:
            users.run()
        finally:
            end = users.room.fetch()
            for follower in followers:
                follower.last_seq = end.seq
    for future in following:
        future.result()
    for follower in followers:
        assert follower.queue.snapshot() == end
        assert follower.connections > 1, "it was never cut off: nothing is proved"
    invariants.check_i2_fold_equals_fetch(start, users.room.events_after(start), [end])
    return followers


@pytest.mark.parametrize("kind", [WebSocketFollower, ServerSentFollower, PollingFollower])
def test_a_disconnected_client_receives_each_event_once(users: ConcurrentUsers, kind: type[Follower]) -> None:
    for follower in follow_through(users, kind):
        assert follower.seen == list(range(follower.first_seq, follower.queue.seq + 1))
        follower.await_proof()


def test_a_client_disconnected_after_any_message_misses_nothing(
    server: TuttiServer, own_room: RoomClient, library: list[int]
) -> None:
    """Behind by ten events, and the line breaks after one message; another after two; another after three…"""
    start = own_room.fetch()
    own_room.add_all(library[:10])
    end = own_room.fetch()
    for kind in (WebSocketFollower, ServerSentFollower):
        for patience in range(1, 14):
            follower = kind(server, own_room.slug, start, seed=f"{patience}")
            follower.last_seq = end.seq
            follower.follow(patience)
            assert follower.queue.snapshot() == end
            assert follower.seen == list(range(start.seq + 1, end.seq + 1))


def test_a_client_that_fetches_before_it_connects_receives_nothing_twice(users: ConcurrentUsers) -> None:
    for follower in follow_through(users, RestFirstFollower):
        assert len(set(follower.seen)) == len(follower.seen)
