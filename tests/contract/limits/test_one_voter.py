"""How often one voter, caller or person may do something: a tenth of the contract's limits."""

import secrets
from collections.abc import Callable

import httpx
import pytest

from tests.contract.limits.conftest import NewScript, RoomOfScripts
from tests.contract.limits.scripts import Reply, Script, check_limit
from tests.contract.people import facts

MINUTE_SECONDS, HOUR_SECONDS = 60, 3600


@pytest.mark.both_sizes
def test_a_voter_has_6_votes_3_additions_and_12_moves_counted_separately(
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
    assert len(room.votes()) == 2 + len([reply for reply in adds if reply.status == 201])


def test_requests_with_an_invalid_token_count_against_the_address(new_script: NewScript) -> None:
    script = new_script()

    replies = [script.ask("GET", "/api/rooms/", Authorization="Bearer invalid") for _ in range(64)]

    check_limit(replies, 60, MINUTE_SECONDS)
    assert {reply.status for reply in replies if not reply.is_limited} == {401}


def test_a_list_of_operations_counts_as_that_many_requests(new_script: NewScript) -> None:
    script = new_script()
    ten = [{"query": "{ defaultGenre }"}] * 10

    replies = [script.ask("POST", "/api/gql/", ten) for _ in range(8)]

    assert [reply.status for reply in replies] == [200] * 6 + [429] * 2


def test_a_refresh_of_counts_beyond_the_limit_is_an_error_in_the_response(new_script: NewScript) -> None:
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


def test_an_address_may_request_6_new_lists_of_recommendations(
    new_script: NewScript, new_room: Callable[[], RoomOfScripts]
) -> None:
    """What is in the cache is not counted."""
    script, other = new_script(), new_script()
    paths = [new_room().path.replace("playlist", "recommendations") for _ in range(8)]

    replies = [script.ask("GET", path) for path in paths]

    check_limit(replies, 6, MINUTE_SECONDS)
    assert script.ask("GET", paths[0]).body["source"] == "cache"
    assert other.ask("GET", paths[-1]).body["source"] == "computed"


def test_without_limits_no_request_is_rejected(narrow_client: httpx.Client) -> None:
    """Where RATE_LIMIT_FACTOR is 0: more than the 10 rooms that a party has."""
    narrow_client.post("/api/guests/", json={"name": "Host"})

    made = [narrow_client.post("/api/rooms/", json={"name": "Free"}) for _ in range(11)]

    assert {response.status_code for response in made} == {201}


# --- Within an hour ----------------------------------------------------------------------------------


def test_a_caller_may_create_one_room_and_an_address_six(new_script: NewScript) -> None:
    script, elsewhere = new_script(), new_script()

    def guest(at: Script) -> dict[str, str]:
        return {"X_Guest_Token": at.ask("POST", "/api/guests/", {"name": "Host"}).body["token"]}

    def make(owner: dict[str, str], at: Script = script) -> Reply:
        return at.ask("POST", "/api/rooms/", {"name": "FREE PRIZES"}, **owner)

    one, *others = [guest(script) for _ in range(8)]
    of_one = [make(one) for _ in range(3)]
    of_others = [make(other) for other in others]

    check_limit(of_one, 1, HOUR_SECONDS)
    check_limit([*of_one[:1], *of_others], 6, HOUR_SECONDS)
    assert [reply.status for reply in of_others] == [201] * 5 + [429] * 2
    assert make(guest(elsewhere), elsewhere).status == 201


def test_an_address_may_start_100_plays_by_any_voter_and_endpoint(
    new_script: NewScript, new_room: Callable[[], RoomOfScripts]
) -> None:
    """Each is stored, so no client may fill the disk or the charts of rooms with them."""
    script, other, room = new_script(), new_script(), new_room()
    items = room.fill(2)

    def play(at: Script, number: int, guest: str) -> Reply:
        path = f"{room.path}{items[number % 2]}/"
        if number % 3 == 0:
            return at.ask("PATCH", path, {"is_playing": True}, X_Guest_Token=guest)
        return at.ask("POST", f"{path}play/", X_Guest_Token=guest)

    guests = [script.ask("POST", "/api/guests/", {"name": "Host"}).body["token"] for _ in range(5)]
    replies = [play(script, number, guests[number % 5]) for number in range(103)]

    check_limit(replies, 100, HOUR_SECONDS)
    assert play(other, 1, guests[0]).status == 200


def person_who_reports(new_script: NewScript, script: Script) -> Callable[..., Reply]:
    """Registers an account from an address of its own, and reports its activities from that of `script`."""
    account = new_script().ask("POST", "/api/users/", facts(f"teller-{secrets.token_hex(4)}"))
    own = {"Authorization": f"Bearer {account.body['access']}"}
    one = {"track_id": script.ask("GET", "/api/tracks/?limit=1").body[0]["id"], "activity_type": "play"}

    def report(count: int, **changed: str) -> Reply:
        """A single one is no list."""
        body = {**one, **changed} if count == 1 else [{**one, **changed}] * count
        return script.ask("POST", "/api/analytics/activity/", body, **own)

    return report


def test_an_address_may_record_1000_activities_by_any_account(new_script: NewScript) -> None:
    script, elsewhere = new_script(), new_script()
    people = [person_who_reports(new_script, script) for _ in range(6)]

    reported = [report(count) for report in people[:5] for count in (100, 99)]
    last, too_many = people[5](5), people[5](1)

    assert [reply.status for reply in (*reported, last)] == [201] * 11
    assert too_many.is_limited
    assert person_who_reports(new_script, elsewhere)(1).status == 201


def test_a_user_may_record_200_activities_an_hour_also_in_lists(new_script: NewScript) -> None:
    dee, eli = (person_who_reports(new_script, new_script()) for _ in range(2))

    reported = [dee(count) for count in (50, 50, 50, 49)]
    too_many, last, one_more = dee(2), dee(1), dee(1)

    assert [reply.status for reply in (*reported, last)] == [201] * 5
    for reply in (too_many, one_more):
        assert reply.is_limited
        assert HOUR_SECONDS - 600 < int(reply.headers["retry-after"]) <= HOUR_SECONDS
    assert eli(1).status == 201
    # Above the limit a list is not even read, which would cost as much as storing it.
    assert dee(50, activity_type="unknown").is_limited
    assert eli(50, activity_type="unknown").status == 400
