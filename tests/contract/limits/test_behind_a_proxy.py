"""Behind one trusted proxy the address is the one that it saw, whatever a script writes in front of that.

RATE_LIMIT_FACTOR=0.02 makes each limit a fiftieth of the contract's, at least one, rounded up.
"""

import itertools
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.contract.limits.conftest import Doors, RoomOfScripts, vote
from tests.contract.limits.scripts import Script, agent, check_limit, passed
from tests.contract.sockets import Closed, Socket
from tests.processes import TuttiServer

NEW_GUESTS, VOTES = 4, 2
REQUESTS_OF_CALLER, REQUESTS_OF_ADDRESS = 12, 120
JOINS_OF_VOTER, JOINS_OF_ADDRESS, OPEN_TOGETHER = 3, 40, 10
# Several times as many as are voters of their own, and as one may vote.
CLIENTS = range(20)
MINUTE_SECONDS = 60

_addresses = (f"198.51.{number // 250}.{1 + number % 250}" for number in itertools.count())


@pytest.fixture
def address() -> str:
    """An unused address."""
    return next(_addresses)


@pytest.fixture
def room(proxy: Script) -> RoomOfScripts:
    return RoomOfScripts(proxy, X_Forwarded_For=next(_addresses))


def guest(proxy: Script) -> dict[str, str]:
    """The header of a guest created at another address, where no limit is near."""
    joined = proxy.ask("POST", "/api/guests/", {"name": "Ada"}, X_Forwarded_For=next(_addresses))
    return {"X_Guest_Token": joined.body["token"]}


# Of ipv6 a whole network is one address: a household gets 2^64 of them, and anyone may rent a network.
@pytest.mark.parametrize(
    "place", ["203.0.113.{number}, 10.0.0.1, {address}", "2001:db8:5:6::{number:x}"], ids=["IPv4", "IPv6"]
)
def test_the_number_of_user_agents_per_address_is_limited(
    proxy: Script, room: RoomOfScripts, address: str, place: str
) -> None:
    """What a script writes in front of its address gains nothing."""
    (item_id,) = room.fill(1)
    places = [place.format(number=number, address=address) for number in CLIENTS]

    replies = [
        vote(proxy, room, item_id, X_Forwarded_For=said, **agent(number))
        for number, said in enumerate(places)
    ]

    assert room.votes() == [NEW_GUESTS + 1]
    assert passed(replies[:NEW_GUESTS]) == replies[:NEW_GUESTS]
    check_limit(replies[NEW_GUESTS:], VOTES, MINUTE_SECONDS)


def test_one_user_agent_is_one_voter_per_address(proxy: Script, room: RoomOfScripts, address: str) -> None:
    (item_id,) = room.fill(1)

    replies = [vote(proxy, room, item_id, X_Forwarded_For=f"203.0.113.{one}, {address}") for one in CLIENTS]
    others = [vote(proxy, room, item_id, X_Forwarded_For=next(_addresses)) for _ in CLIENTS]

    check_limit(replies, VOTES, MINUTE_SECONDS)
    assert passed(others) == others
    assert room.votes() == [1 + len(CLIENTS)]


@pytest.mark.both_sizes
def test_all_callers_of_an_address_share_its_requests(proxy: Script, address: str) -> None:
    """A rejected caller uses nothing of the others' limits. Callers without a name are one caller, with any
    user agent.
    """
    place = {"X_Forwarded_For": address}

    guests = [guest(proxy) for _ in range(REQUESTS_OF_ADDRESS // REQUESTS_OF_CALLER)]

    agents = range(2 * REQUESTS_OF_CALLER)
    greedy = [proxy.ask("GET", "/api/nothing/", **place, **agent(number)) for number in agents]
    others = [
        proxy.ask("GET", "/api/nothing/", **place, **guests[number // REQUESTS_OF_CALLER])
        for number in range(REQUESTS_OF_ADDRESS)
    ]

    check_limit(greedy, REQUESTS_OF_CALLER, MINUTE_SECONDS)
    check_limit([*passed(greedy), *others], REQUESTS_OF_ADDRESS, MINUTE_SECONDS)
    elsewhere = proxy.ask("GET", "/api/nothing/", X_Forwarded_For=next(_addresses), **agent(0))
    assert elsewhere.status == 404


def test_a_failed_login_counts_once(proxy: Script, address: str) -> None:
    logins = [
        proxy.ask("POST", "/admin/login/", X_Forwarded_For=address, **agent(number)) for number in range(3)
    ]

    assert [reply.is_limited for reply in logins] == [False, True, True]


@pytest.mark.both_sizes
def test_joins_are_limited_per_voter_and_per_address(
    proxy: Script, room: RoomOfScripts, address: str
) -> None:
    stream = f"{room.path}stream/"
    voters = [guest(proxy) for _ in range(JOINS_OF_ADDRESS // JOINS_OF_VOTER + 4)]

    joined = [
        [proxy.joins(stream, X_Forwarded_For=address, **voter) for _ in range(JOINS_OF_VOTER + 1)]
        for voter in voters
    ]

    assert joined[0] == [True] * JOINS_OF_VOTER + [False]
    assert sum(map(sum, joined)) == JOINS_OF_ADDRESS
    assert sum(joined[-1]) == 0
    assert proxy.joins(stream, X_Forwarded_For=next(_addresses))


# --- Sockets take the places of an address as streams do, and give them back -------------------------


# Between tries: a process reports its open connections half a second later, and again after 20 seconds. They
# are so few that no client is rejected by the limit of joins instead.
PAUSES_SECONDS = [0.3] * 4 + [4.0] * ((JOINS_OF_ADDRESS - OPEN_TOGETHER) // 3 - 4)


def check_rejection(end: Closed) -> None:
    assert (end.code, end.messages) == (4429, [])


class Visitors:
    """Of one address; each socket is a different guest by default."""

    def __init__(self, room: RoomOfScripts) -> None:
        self._room, self.stream = room.path.split("/")[3], f"{room.path}stream/"
        self.address, self._numbers = next(_addresses), itertools.count()
        self.opened = ExitStack()

    def join(self, door: TuttiServer, *, agent: str = "") -> Socket | None:
        """None if it was rejected."""
        headers = {"X-Forwarded-For": self.address, "User-Agent": agent or f"Agent/{next(self._numbers)}"}
        try:
            return self.opened.enter_context(Socket.of_room(door.base_url, self._room, headers=headers))
        except Closed as end:
            return check_rejection(end)

    def comes_in(self, door: TuttiServer) -> bool:
        """Leaves at once."""
        if socket := self.join(door):
            socket.__exit__()
        return socket is not None

    def is_soon(self, door: TuttiServer, *, let_in: bool) -> bool:
        """Processes tell each other what they have open a little later."""
        for pause_seconds in PAUSES_SECONDS:
            if self.comes_in(door) is let_in:
                return True
            time.sleep(pause_seconds)
        return False


@pytest.fixture
def visitors(room: RoomOfScripts) -> Iterator[Visitors]:
    visitors = Visitors(room)
    with visitors.opened:
        yield visitors


@pytest.mark.both_sizes
def test_joins_of_sockets_are_limited_per_voter_and_per_address(
    proxied_doors: Doors, visitors: Visitors
) -> None:
    doors = itertools.cycle(proxied_doors)
    joined = [
        bool(visitors.join(next(doors), agent="One")) and not visitors.opened.close()
        for _ in range(JOINS_OF_VOTER + 1)
    ]
    others = [visitors.comes_in(next(doors)) for _ in range(JOINS_OF_ADDRESS)]

    assert joined == [True] * JOINS_OF_VOTER + [False]
    assert others == [True] * (JOINS_OF_ADDRESS - JOINS_OF_VOTER) + [False] * JOINS_OF_VOTER


@pytest.mark.both_sizes
def test_open_sockets_per_address_are_limited_across_processes(
    proxied_doors: Doors, visitors: Visitors
) -> None:
    """Streams among them."""
    first, last = proxied_doors[0], proxied_doors[-1]
    one_door = Script([first], "127.0.0.1")

    sockets = [visitors.join(first) for _ in range(OPEN_TOGETHER - 3)]
    streams = [
        one_door.opened_stream(visitors.stream, X_Forwarded_For=visitors.address, **agent(number))
        for number in range(4)
    ]

    assert all(sockets)
    assert [status for status, _ in streams] == [200, 200, 200, 429]
    assert not visitors.comes_in(first)
    assert visitors.is_soon(last, let_in=False)
    visitors.opened.close()
    for _, line in streams:
        line.close()
    assert visitors.is_soon(last, let_in=True)
