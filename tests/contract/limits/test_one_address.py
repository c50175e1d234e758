"""What a script gains that sits at one address and calls itself hundreds of things: so much, and no more.

A tenth of the contract's limits: 20 newcomers an hour are voters; those that come after them are, together,
one voter more.
"""

from collections.abc import Callable

import pytest

from tests.contract.limits.conftest import NewScript, RoomOfScripts, vote
from tests.contract.limits.scripts import Script, agent, check_limit, passed

# More than are voters of their own, and than the one voter of all others may vote.
CLIENTS = range(32)
NEW_GUESTS = 20
VOTES, ADDS = 6, 3
MINUTE_SECONDS, HOUR_SECONDS = 60, 3600


def forwarded(number: int) -> dict[str, str]:
    return {"X_Forwarded_For": f"203.0.{number // 250}.{1 + number % 250}"}


@pytest.mark.both_sizes
def test_many_user_agents_of_an_address_are_21_voters(
    script: Script, new_script: NewScript, new_room: Callable[[], RoomOfScripts]
) -> None:
    """Of those who try, 20 are voters of their own; all others are one, who may add 3 times and vote 6.

    Together they may ask 60 times a minute: one address adds, another votes.
    """
    room, other, adding = new_room(), new_room(), new_script()
    first, second = room.fill(2)

    adds = [
        adding.ask("POST", other.path, {"track_id": track_id}, **agent(number))
        for number, track_id in zip(CLIENTS, other.tracks, strict=False)
    ]
    votes = [vote(script, room, first, **agent(number)) for number in CLIENTS]

    assert len(adds) == len(CLIENTS)
    for replies, limit in ((adds, ADDS), (votes, VOTES)):
        assert passed(replies[:NEW_GUESTS]) == replies[:NEW_GUESTS]
        check_limit(replies[NEW_GUESTS:], limit, MINUTE_SECONDS)
    assert {reply.status for reply in passed(adds)} == {201}
    assert len(other.votes()) == len(passed(adds))
    assert room.votes() == [NEW_GUESTS + 1, 0]
    for number in (0, NEW_GUESTS - 1):
        assert vote(script, room, second, **agent(number)).status == 200
    assert room.votes() == [NEW_GUESTS + 1, 2]


@pytest.mark.both_sizes
def test_an_address_may_create_20_guests_and_has_21_voters(
    script: Script, new_room: Callable[[], RoomOfScripts]
) -> None:
    """Each with an agent and a forwarded-for header of its own."""
    room = new_room()
    (item_id,) = room.fill(1)

    guests = [
        script.ask("POST", "/api/guests/", {"name": f"Guest {number}"}, **agent(number), **forwarded(number))
        for number in CLIENTS
    ]
    for guest in passed(guests):
        assert vote(script, room, item_id, X_Guest_Token=guest.body["token"]).status == 200
    more = [vote(script, room, item_id, **agent(number)) for number in range(VOTES + 10)]

    assert [guest.status for guest in guests] == [201] * NEW_GUESTS + [429] * (len(CLIENTS) - NEW_GUESTS)
    assert room.votes() == [NEW_GUESTS + 1]
    check_limit(more, VOTES, MINUTE_SECONDS)
    assert {reply.body["votes"] for reply in passed(more)} == {NEW_GUESTS + 1}
    assert "set-cookie" not in guests[-1].headers
    assert int(guests[-1].headers["retry-after"]) <= HOUR_SECONDS
    mine = [script.ask("GET", f"{room.path}my-votes/", **agent(number)).body for number in (0, 1)]
    assert mine == [{str(item_id): 1}] * 2
    first = script.ask("GET", "/api/guests/me/", X_Guest_Token=guests[0].body["token"])
    assert first.body["name"] == "Guest 0"
