"""What a script gains that sits at one address and calls itself a thousand things: so much, and no more.

200 newcomers an hour are voters; whoever comes after them is, together, one voter more.
"""

from collections.abc import Callable

import pytest

from tests.contract.limits.conftest import RoomOfScripts
from tests.contract.limits.scripts import Reply, Script, check_limit, passed

THOUSAND = range(1000)
# Some of the thousand, of whom the 200 first are known.
VOTING = [*range(270), *range(980, 1000)]
NEWCOMERS = 200
VOTES, ADDS = 60, 30
MINUTE_SECONDS = 60


def vote(script: Script, room: RoomOfScripts, item_id: int, **headers: str) -> Reply:
    return script.ask("POST", f"{room.path}{item_id}/vote/", {"value": 1}, **headers)


def agent(number: int) -> dict[str, str]:
    return {"User_Agent": f"Agent/{number}"}


def forwarded(number: int) -> dict[str, str]:
    return {"X_Forwarded_For": f"203.0.{number // 250}.{1 + number % 250}"}


@pytest.fixture(scope="module")
def rooms(new_room: Callable[[], RoomOfScripts]) -> list[RoomOfScripts]:
    """Room for more than the agents may add, and two items to vote for in the first."""
    rooms = [new_room() for _ in range(8)]
    rooms[0].fill(2)
    return rooms


@pytest.fixture(scope="module")
def agents(new_script: Callable[[], Script]) -> Script:
    """A thousand of them, one after the other."""
    return new_script()


@pytest.fixture(scope="module")
def adds(agents: Script, rooms: list[RoomOfScripts]) -> list[Reply]:
    """Each agent adds one track, where that track is not yet."""
    places = [(room, track_id) for room in rooms[1:] for track_id in room.tracks]
    return [
        agents.ask("POST", room.path, {"track_id": track_id}, **agent(number))
        for number in THOUSAND
        for room, track_id in [places[number % len(places)]]
    ]


def test_a_thousand_user_agents_add_as_often_as_201_voters(
    adds: list[Reply], rooms: list[RoomOfScripts]
) -> None:
    """Of those who try once, 200 are voters of their own; all others are one, who may add 30 times."""
    assert passed(adds[:NEWCOMERS]) == adds[:NEWCOMERS]
    check_limit(adds[NEWCOMERS:], ADDS, MINUTE_SECONDS)
    added = [reply for reply in passed(adds) if reply.status == 201]
    assert sum(room.length() for room in rooms[1:]) == len(added)
    assert len(added) >= NEWCOMERS + ADDS


def test_a_thousand_user_agents_are_201_voters(
    adds: list[Reply], agents: Script, rooms: list[RoomOfScripts]
) -> None:
    room = rooms[0]
    first, second = room.item_ids()

    replies = [vote(agents, room, first, **agent(number)) for number in VOTING]

    assert passed(replies[:NEWCOMERS]) == replies[:NEWCOMERS]
    check_limit(replies[NEWCOMERS:], VOTES, MINUTE_SECONDS)
    assert room.votes() == [NEWCOMERS + 1, 0]
    for number in (0, NEWCOMERS - 1):
        assert vote(agents, room, second, **agent(number)).status == 200
    assert room.votes() == [NEWCOMERS + 1, 2]


def test_a_thousand_forwarded_for_headers_are_one_voter(
    script: Script, new_room: Callable[[], RoomOfScripts]
) -> None:
    room = new_room()
    (item_id,) = room.fill(1)

    replies = [vote(script, room, item_id, **forwarded(number)) for number in THOUSAND]

    assert room.votes() == [1]
    check_limit(replies, VOTES, MINUTE_SECONDS)


@pytest.fixture
def guests(script: Script) -> list[Reply]:
    """A thousand that want to be one, each with an agent and a forwarded-for header of its own."""
    return [
        script.ask("POST", "/api/guests/", {"name": f"Guest {number}"}, **agent(number), **forwarded(number))
        for number in THOUSAND
    ]


def test_of_a_thousand_guests_200_are_let_in_and_201_voters_come_of_it(
    guests: list[Reply], script: Script, new_room: Callable[[], RoomOfScripts]
) -> None:
    room = new_room()
    (item_id,) = room.fill(1)

    for guest in passed(guests):
        assert vote(script, room, item_id, X_Guest_Token=guest.body["token"]).status == 200
    more = [vote(script, room, item_id, **agent(number)) for number in range(VOTES + 10)]

    assert [guest.status for guest in guests] == [201] * NEWCOMERS + [429] * (len(THOUSAND) - NEWCOMERS)
    assert room.votes() == [NEWCOMERS + 1]
    check_limit(more, VOTES, MINUTE_SECONDS)
    assert {reply.body["votes"] for reply in passed(more)} == {NEWCOMERS + 1}
