"""Redis answers too late, or not for a while: one process keeps to the limits, and forgets nobody."""

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from redis import Redis as Client

from tests.conftest import ReadyMadeData
from tests.contract.limits.conftest import RoomOfScripts
from tests.contract.limits.scripts import Reply, Script
from tests.faults.test_redis_away import go_on, hang
from tests.processes import TuttiServer
from tests.services import Redis

# A twentieth of everything: 10 newcomers an hour, 3 votes a minute.
FACTOR = "0.05"
NEWCOMERS = 10
VOTES = 3
MANY = 20_000


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


@pytest.fixture
def script(ready_made_data: ReadyMadeData, own_redis: Redis) -> Iterator[Script]:
    """Asks one process, which waits for its Redis no longer than every other server does."""
    data = ready_made_data.options("embedded") | {"redis_url": own_redis.new_url()}
    with (
        TuttiServer(**data, rate_limit_factor=FACTOR) as server,
        Script([server], "127.0.0.1") as script,
    ):
        yield script


@pytest.fixture
def room(script: Script) -> Iterator[Room]:
    """The room's host sits elsewhere: who adds is a newcomer, too."""
    with Script(script.doors, "127.0.0.3") as host:
        yield Room(host, script)


@pytest.fixture
def come_back(script: Script, own_redis: Redis) -> Iterator[Callable[[], None]]:
    """Lets Redis answer again, and waits until the process counts in it; strangers ask until then."""
    strangers = (f"stranger {number}" for number in range(MANY))
    with Client(port=own_redis.port) as redis, Script(script.doors, "127.0.0.2") as elsewhere:

        def wait() -> None:
            go_on(own_redis)
            redis.config_resetstat()
            for stranger in strangers:
                elsewhere.ask("GET", "/api/nothing/", User_Agent=stranger)
                if any(name.startswith("cmdstat_eval") for name in redis.info("commandstats")):
                    return
            raise AssertionError("the process did not come back to Redis")

        yield wait


def test_an_absence_lets_no_more_newcomers_in(
    room: Room, own_redis: Redis, come_back: Callable[[], None]
) -> None:
    agents = (f"agent {number}" for number in itertools.count())

    for agent in itertools.islice(agents, NEWCOMERS // 2):
        room.vote(agent)
    hang(own_redis)
    for agent in itertools.islice(agents, NEWCOMERS // 4):
        room.vote(agent)
    come_back()
    for agent in itertools.islice(agents, NEWCOMERS):
        room.vote(agent)
    hang(own_redis)
    for agent in itertools.islice(agents, NEWCOMERS):
        room.vote(agent)
    go_on(own_redis)

    # Those that were let in, and the address, which is one voter whatever else it calls itself.
    assert room.voters() == NEWCOMERS + 1


def test_votes_from_before_an_absence_count_in_it(room: Room, own_redis: Redis) -> None:
    before = [room.vote("Ada").status for _ in range(VOTES - 1)]
    hang(own_redis)
    meanwhile = [room.vote("Ada").status for _ in range(2)]
    go_on(own_redis)

    assert (before, meanwhile) == ([200] * (VOTES - 1), [200, 429])


def test_votes_from_an_absence_count_after_it(
    room: Room, own_redis: Redis, come_back: Callable[[], None]
) -> None:
    hang(own_redis)
    meanwhile = [room.vote("Ada").status for _ in range(VOTES - 1)]
    come_back()
    after = [room.vote("Ada").status for _ in range(2)]

    assert (meanwhile, after) == ([200] * (VOTES - 1), [200, 429])


def test_an_agent_that_voted_is_known_in_an_absence(room: Room, own_redis: Redis) -> None:
    room.vote("Ada")
    hang(own_redis)
    votes = room.votes_of("Ada")
    go_on(own_redis)

    assert list(votes.values()) == [1]


def test_an_agent_that_voted_in_an_absence_is_known_after_it(
    room: Room, own_redis: Redis, come_back: Callable[[], None]
) -> None:
    hang(own_redis)
    room.vote("Ada")
    come_back()

    assert list(room.votes_of("Ada").values()) == [1]
