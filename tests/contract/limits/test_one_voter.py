"""How often one voter may do something, and one caller may ask, within a minute.

A tenth of the contract's limits.
"""

from collections.abc import Callable

import pytest

from tests.conftest import StartServer
from tests.contract.limits.conftest import NewScript, RoomOfScripts
from tests.contract.limits.scripts import Script, check_limit

MINUTE_SECONDS = 60


@pytest.mark.both_sizes
def test_6_votes_3_adds_and_12_moves_each_counted_alone(
    script: Script, new_room: Callable[[], RoomOfScripts]
) -> None:
    room = new_room()
    a, b = room.fill(2)

    votes = [script.ask("POST", f"{room.path}{a}/vote/", {"value": value % 2}) for value in range(9)]
    adds = [script.ask("POST", room.path, {"track_id": track_id}) for track_id in room.tracks[2:8]]
    moves = [script.ask("PATCH", f"{room.path}{a}/", {"after": b}) for _ in range(15)]

    check_limit(votes, 6, MINUTE_SECONDS)
    check_limit(adds, 3, MINUTE_SECONDS)
    check_limit(moves, 12, MINUTE_SECONDS)
    assert room.length() == 2 + len([reply for reply in adds if reply.status == 201])


def test_60_requests_of_a_caller_also_where_nothing_is(new_script: NewScript) -> None:
    """Of strangers those of a network are one caller; another is who joined in."""
    script, other = new_script(), new_script()
    token = script.ask("POST", "/api/guests/", {"name": "Ada"}).body["token"]

    replies = [script.ask("GET", "/api/nothing/", User_Agent=f"Agent/{number}") for number in range(64)]

    check_limit(replies, 59, MINUTE_SECONDS)
    assert script.ask("GET", "/api/rooms/", X_Guest_Token=token).status == 200
    assert other.ask("GET", "/api/rooms/").status == 200


def test_a_list_of_operations_counts_as_so_many_requests(new_script: NewScript) -> None:
    script = new_script()
    ten = [{"query": "{ defaultGenre }"}] * 10

    replies = [script.ask("POST", "/api/gql/", ten) for _ in range(8)]

    assert [reply.status for reply in replies] == [200] * 6 + [429] * 2


def test_a_refresh_of_counts_more_is_refused_within_the_answer(new_script: NewScript) -> None:
    script, other = new_script(), new_script()
    refresh = {"query": 'mutation { refreshViewCounts(isrc: "ZZTUT0000000") { isrc } }'}

    replies = [script.ask("POST", "/api/gql/", refresh) for _ in range(3)]

    nothing = {"refreshViewCounts": None}
    assert [reply.status for reply in replies] == [200] * 3
    assert [reply.body["data"] for reply in replies[:1]] == [nothing]
    for reply in replies[1:]:
        assert reply.body["data"] == nothing
        assert [error["extensions"] for error in reply.body["errors"]] == [{"code": "RATE_LIMITED"}]
    assert other.ask("POST", "/api/gql/", refresh).body == replies[0].body


@pytest.mark.parametrize("size", ["embedded"], indirect=True)
def test_without_limits_nobody_is_refused(start_server: StartServer) -> None:
    with Script([start_server(rate_limit_factor="0")], "127.0.0.1") as script:
        room = RoomOfScripts(script)
        (a,) = room.fill(1)

        votes = [script.ask("POST", f"{room.path}{a}/vote/", {"value": value % 2}) for value in range(9)]
        adds = [script.ask("POST", room.path, {"track_id": track_id}) for track_id in room.tracks[1:8]]

    assert {reply.status for reply in votes} == {200}
    assert {reply.status for reply in adds} == {201}
