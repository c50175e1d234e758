"""Behind one trusted proxy the address is the one that it saw, whatever a script writes in front of that.

RATE_LIMIT_FACTOR=0.05 makes each limit a twentieth of the contract's, at least one, rounded up.
"""

import itertools
from contextlib import closing

import pytest

from tests.contract.limits.conftest import RoomOfScripts
from tests.contract.limits.scripts import Reply, Script, check_limit, passed

NEWCOMERS, VOTES, MOVES = 10, 3, 6
REQUESTS_OF_CALLER, REQUESTS_OF_ADDRESS = 30, 300
JOINS_OF_VOTER, JOINS_OF_ADDRESS, OPEN_TOGETHER = 6, 100, 25
# Several times as many as are voters of their own, and as one may vote.
CROWD = range(40)
MINUTE_SECONDS = 60

_addresses = (f"198.51.{number // 250}.{1 + number % 250}" for number in itertools.count())


@pytest.fixture
def address() -> str:
    """Where nobody has been."""
    return next(_addresses)


@pytest.fixture
def room(proxy: Script) -> RoomOfScripts:
    return RoomOfScripts(proxy, X_Forwarded_For=next(_addresses))


def vote(proxy: Script, room: RoomOfScripts, item_id: int, **headers: str) -> Reply:
    return proxy.ask("POST", f"{room.path}{item_id}/vote/", {"value": 1}, **headers)


def agent(number: int) -> dict[str, str]:
    return {"User_Agent": f"Agent/{number}"}


def guest(proxy: Script) -> dict[str, str]:
    """The header of somebody who joined in elsewhere, where no limit is near."""
    joined = proxy.ask("POST", "/api/guests/", {"name": "Ada"}, X_Forwarded_For=next(_addresses))
    return {"X_Guest_Token": joined.body["token"]}


# Of ipv6 a whole network is one address: a household gets 2^64 of them, and anybody may rent a household.
@pytest.mark.parametrize(
    "place", ["203.0.113.{number}, 10.0.0.1, {address}", "2001:db8:5:6::{number:x}"], ids=["IPv4", "IPv6"]
)
def test_of_one_address_only_so_many_agents_are_voters(
    proxy: Script, room: RoomOfScripts, address: str, place: str
) -> None:
    """What a script writes in front of its address gains nothing."""
    (item_id,) = room.fill(1)
    places = [place.format(number=number, address=address) for number in CROWD]

    replies = [
        vote(proxy, room, item_id, X_Forwarded_For=said, **agent(number))
        for number, said in enumerate(places)
    ]

    assert room.votes() == [NEWCOMERS + 1]
    assert passed(replies[:NEWCOMERS]) == replies[:NEWCOMERS]
    check_limit(replies[NEWCOMERS:], VOTES, MINUTE_SECONDS)


def test_with_one_agent_it_is_one_voter_and_other_addresses_are_voters_of_their_own(
    proxy: Script, room: RoomOfScripts, address: str
) -> None:
    (item_id,) = room.fill(1)

    replies = [vote(proxy, room, item_id, X_Forwarded_For=f"203.0.113.{one}, {address}") for one in CROWD]
    others = [vote(proxy, room, item_id, X_Forwarded_For=next(_addresses)) for _ in CROWD]

    check_limit(replies, VOTES, MINUTE_SECONDS)
    assert passed(others) == others
    assert room.votes() == [1 + len(CROWD)]


@pytest.mark.both_sizes
def test_all_callers_of_an_address_share_its_requests(proxy: Script, address: str) -> None:
    """Who is refused takes nothing from the others. Strangers are one caller, by whatever agent."""
    place = {"X_Forwarded_For": address}

    guests = [guest(proxy) for _ in range(REQUESTS_OF_ADDRESS // REQUESTS_OF_CALLER)]

    greedy = [proxy.ask("GET", "/api/nothing/", **place, **agent(number)) for number in range(60)]
    others = [
        proxy.ask("GET", "/api/nothing/", **place, **guests[number // REQUESTS_OF_CALLER])
        for number in range(REQUESTS_OF_ADDRESS)
    ]

    check_limit(greedy, REQUESTS_OF_CALLER, MINUTE_SECONDS)
    check_limit([*passed(greedy), *others], REQUESTS_OF_ADDRESS, MINUTE_SECONDS)
    elsewhere = proxy.ask("GET", "/api/nothing/", X_Forwarded_For=next(_addresses), **agent(0))
    assert elsewhere.status == 404


def test_moves_are_a_twentieth_and_a_login_is_tried_once(
    proxy: Script, room: RoomOfScripts, address: str
) -> None:
    (item_id,) = room.fill(1)

    replies = [
        proxy.ask("PATCH", f"{room.path}{item_id}/", {"position": 7}, X_Forwarded_For=address)
        for _ in range(MOVES + 3)
    ]
    logins = [
        proxy.ask("POST", "/admin/login/", X_Forwarded_For=address, **agent(number)) for number in range(3)
    ]

    check_limit(replies, MOVES, MINUTE_SECONDS)
    assert [reply.is_limited for reply in logins] == [False, True, True]


@pytest.mark.both_sizes
def test_a_voter_joins_so_often_and_an_address_so_often(
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


@pytest.mark.both_sizes
def test_so_many_streams_of_an_address_are_open_together(
    proxy: Script, room: RoomOfScripts, address: str
) -> None:
    """In one process; several may let in a few more for a moment."""
    one_door = Script(proxy.doors[:1], proxy.address)
    stream = f"{room.path}stream/"
    opened = [
        one_door.opened_stream(stream, X_Forwarded_For=address, **agent(number // JOINS_OF_VOTER))
        for number in range(OPEN_TOGETHER + 3)
    ]

    assert [status for status, _ in opened] == [200] * OPEN_TOGETHER + [429] * 3
    for _, line in opened:
        line.close()
    status, line = one_door.opened_stream(stream, X_Forwarded_For=address, **agent(JOINS_OF_VOTER))
    with closing(line):
        assert status == 200
