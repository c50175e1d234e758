"""Redis answers too late, or not for a while: one process applies the limits, and loses no client."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from redis import Redis as Client

from tests.conftest import PreparedData
from tests.contract.limits.conftest import RoomOfScripts
from tests.contract.limits.scripts import Reply, Script
from tests.faults.test_redis_away import go_on, hang
from tests.processes import TuttiServer
from tests.services import Redis, wait_for

# A twentieth of everything: 10 newcomers an hour, 3 votes a minute.
FACTOR = "0.05"
NEW_GUESTS = 10
VOTES = 3
_addresses = (f"127.8.{high}.{low}" for high in itertools.count() for low in range(1, 255))


class Room(RoomOfScripts):
    """With one item, for which agents vote, all from one address."""

    def __init__(self, host: Script, script: Script) -> None:
        super().__init__(host)
        (item_id,) = self.fill(1)
        self._item_path = f"{self.path}{item_id}/"
        self._script = script

    def vote(self, agent: str) -> Reply:
        return self._script.ask("POST", f"{self._item_path}vote/", {"value": 1}, User_Agent=agent)

    def votes_of(self, agent: str) -> Any:
        return self._script.ask("GET", f"{self.path}my-votes/", User_Agent=agent).body

    def voters(self) -> int:
        (votes,) = self.votes()
        return int(votes)


@pytest.fixture(scope="module")
def server(prepared_data: PreparedData, own_redis: Redis) -> Iterator[TuttiServer]:
    """One process, which waits for its Redis no longer than every other server does."""
    data = prepared_data.options("embedded") | {"redis_url": own_redis.new_url()}
    with TuttiServer(**data, rate_limit_factor=FACTOR) as started:
        yield started


@pytest.fixture
def new_script(server: TuttiServer) -> Iterator[Callable[[], Script]]:
    """Each from an address of its own."""
    with ExitStack() as opened:
        yield lambda: opened.enter_context(Script([server], next(_addresses)))


@pytest.fixture
def script(new_script: Callable[[], Script]) -> Script:
    return new_script()


@pytest.fixture
def come_back(server: TuttiServer, own_redis: Redis) -> Iterator[Callable[[], None]]:
    """Lets Redis answer again, and waits until the process counts in it; strangers ask until then.

    Each from its own address: an address over its limit is rejected without a request to Redis.
    """
    with Client(port=own_redis.port) as redis:

        def counts_in_it() -> bool:
            with Script([server], next(_addresses)) as stranger:
                stranger.ask("GET", "/api/nothing/")
            return any(name.startswith("cmdstat_eval") for name in redis.info("commandstats"))

        def wait() -> None:
            go_on(own_redis)
            redis.config_resetstat()
            wait_for(counts_in_it)

        yield wait


@pytest.fixture
def room(new_script: Callable[[], Script], script: Script, come_back: Callable[[], None]) -> Room:
    """The room's host sits elsewhere: who adds is a newcomer, too."""
    come_back()  # from the test before
    return Room(new_script(), script)


def test_an_outage_of_redis_admits_no_more_new_voters(
    room: Room, own_redis: Redis, come_back: Callable[[], None]
) -> None:
    agents = (f"agent {number}" for number in itertools.count())

    for agent in itertools.islice(agents, NEW_GUESTS // 2):
        room.vote(agent)
    hang(own_redis)
    for agent in itertools.islice(agents, NEW_GUESTS // 4):
        room.vote(agent)
    come_back()
    for agent in itertools.islice(agents, NEW_GUESTS):
        room.vote(agent)
    hang(own_redis)
    for agent in itertools.islice(agents, NEW_GUESTS):
        room.vote(agent)
    go_on(own_redis)

    # Those that were let in, and the address, which is one voter whatever else it calls itself.
    assert room.voters() == NEW_GUESTS + 1


def test_calls_before_an_outage_of_redis_are_counted_during_it(room: Room, own_redis: Redis) -> None:
    """Votes, and that the agent is a voter."""
    before = [room.vote("Ada").status for _ in range(VOTES - 1)]
    hang(own_redis)
    votes = room.votes_of("Ada")
    meanwhile = [room.vote("Ada").status for _ in range(2)]
    go_on(own_redis)

    assert list(votes.values()) == [1]
    assert (before, meanwhile) == ([200] * (VOTES - 1), [200, 429])


def test_calls_during_an_outage_of_redis_are_counted_after_it(
    room: Room, own_redis: Redis, come_back: Callable[[], None]
) -> None:
    hang(own_redis)
    meanwhile = [room.vote("Ada").status for _ in range(VOTES - 1)]
    come_back()
    votes = room.votes_of("Ada")
    after = [room.vote("Ada").status for _ in range(2)]

    assert list(votes.values()) == [1]
    assert (meanwhile, after) == ([200] * (VOTES - 1), [200, 429])
