"""How often one voter may do something, and one caller may ask, within a minute."""

from collections.abc import Callable

import pytest

from tests.conftest import StartServer
from tests.contract.limits.conftest import NewScript, RoomOfScripts
from tests.contract.limits.scripts import Script, check_limit

MINUTE_SECONDS = 60


def test_60_votes_30_adds_and_120_moves_each_counted_alone(
    script: Script, new_room: Callable[[], RoomOfScripts]
) -> None:
    room = new_room()
    a, b = room.fill(2)

    votes = [script.ask("POST", f"{room.path}{a}/vote/", {"value": value % 2}) for value in range(63)]
    adds = [script.ask("POST", room.path, {"track_id": track_id}) for track_id in room.tracks[2:35]]
    moves = [script.ask("PATCH", f"{room.path}{a}/", {"after": b}) for _ in range(123)]

    check_limit(votes, 60, MINUTE_SECONDS)
    check_limit(adds, 30, MINUTE_SECONDS)
    check_limit(moves, 120, MINUTE_SECONDS)
    assert room.length() == 2 + len([reply for reply in adds if reply.status == 201])


def test_600_requests_of_a_caller_also_where_nothing_is(new_script: NewScript) -> None:
    script, other = new_script(), new_script()

    replies = [script.ask("GET", "/api/nothing/") for _ in range(605)]

    check_limit(replies, 600, MINUTE_SECONDS)
    assert script.ask("GET", "/api/rooms/", User_Agent="Another").status == 200
    assert other.ask("GET", "/api/rooms/").status == 200


def test_10_refreshes_of_counts_refused_within_the_answer(new_script: NewScript) -> None:
    script, other = new_script(), new_script()
    refresh = {"query": 'mutation { refreshViewCounts(isrc: "ZZTUT0000000") { isrc } }'}

    replies = [script.ask("POST", "/api/gql/", refresh) for _ in range(12)]

    nothing = {"refreshViewCounts": None}
    assert [reply.status for reply in replies] == [200] * 12
    assert [reply.body for reply in replies[:10]] == [{"data": nothing}] * 10
    for reply in replies[10:]:
        assert reply.body["data"] == nothing
        assert [error["extensions"] for error in reply.body["errors"]] == [{"code": "RATE_LIMITED"}]
    assert other.ask("POST", "/api/gql/", refresh).body == {"data": nothing}


@pytest.mark.parametrize("size", ["embedded"], indirect=True)
def test_without_limits_nobody_is_refused(start_server: StartServer) -> None:
    with Script([start_server(rate_limit_factor="0")], "127.0.0.1") as script:
        room = RoomOfScripts(script)
        (a,) = room.fill(1)

        votes = [script.ask("POST", f"{room.path}{a}/vote/", {"value": value % 2}) for value in range(63)]
        adds = [script.ask("POST", room.path, {"track_id": track_id}) for track_id in room.tracks[1:33]]

    assert {reply.status for reply in votes} == {200}
    assert {reply.status for reply in adds} == {201}
