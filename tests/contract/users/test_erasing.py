"""DELETE /api/users/me/: the person goes, the queue stays."""

import httpx
import pytest

from tests.contract.conftest import Connect, NewClient, new_room, queue_of
from tests.contract.people import Account, bearer, get_tokens, registered
from tests.contract.queues import Queue
from tests.contract.refusals import refused
from tests.contract.sockets import Socket
from tests.contract.witnesses import Witness
from tests.processes import TuttiServer

pytestmark = pytest.mark.both_sizes


@pytest.fixture
def account(client: httpx.Client) -> Account:
    return registered(client)


@pytest.fixture
def own(queue: Queue, new_client: NewClient, account: Account) -> Queue:
    return queue.as_seen_by(new_client(headers=bearer(account)))


def test_items_stay_under_a_neutral_name_and_votes_count(queue: Queue, own: Queue, account: Account):
    first, second = own.fill(2)
    (third,) = queue.fill(1)
    for item in (first, third):
        own.vote(item, 1)
    own.play(second)

    with Witness(queue) as witness:
        answer = own.http.delete("/api/users/me/")

    assert (answer.status_code, answer.content) == (204, b"")
    assert witness.types == ["track.updated"] * 2
    assert {payload["added_by"] for payload in witness.payloads} == {"Anonymous"}
    assert [item["votes"] for item in queue.items()] == [1, 0, 1]
    assert queue.playing() == second
    assert account["username"] not in queue.get().text


def test_nobody_is_sent_the_name_again(
    server: TuttiServer, queue: Queue, own: Queue, account: Account, connect: Connect
):
    start = queue.state()
    played, waiting = own.fill(2)
    own.play(played)
    own.stop()
    own.remove(played)
    middle, witness = queue.state(), connect()

    own.http.delete("/api/users/me/")

    end = queue.state()
    assert [event["type"] for event in witness.events_up_to(end.seq)] == ["track.updated"]
    for position in (start.position, (middle.epoch, middle.seq - 1)):
        with Socket.of_room(server.ws_url, queue.room, position=position) as late:
            assert late.next("playlist.snapshot")["payload"]["seq"] == end.seq
            assert late.next("resumed")["payload"]["recovered"] is False
        polled = queue.get("events/", epoch=position[0], since=position[1])
        assert polled.json()["snapshot"]["items"][0]["added_by"] == "Anonymous"
        assert account["username"] not in polled.text
    with Socket.of_room(server.ws_url, queue.room, position=middle.position) as there:
        assert there.next("track.updated")["payload"]["id"] == waiting
        assert there.next("resumed")["payload"]["recovered"] is True
    assert [play["added_by"] for play in queue.history()] == ["Anonymous"]
    assert queue.restore(played)["added_by"] == "Anonymous"


def test_where_only_the_log_has_the_name_listeners_get_a_snapshot(
    queue: Queue, own: Queue, account: Account, connect: Connect
):
    (a,) = own.fill(1)
    own.play(a)
    own.remove(a)
    before, socket = queue.state(), connect()
    assert account["username"] in queue.get("events/", epoch=before.epoch, since=0).text
    assert queue.history()[0]["added_by"] == account["username"]

    own.http.delete("/api/users/me/")

    snapshot = socket.next("playlist.snapshot")["payload"]
    assert snapshot["epoch"] != before.epoch
    assert snapshot["items"] == []
    assert account["username"] not in queue.get("events/", epoch=before.epoch, since=0).text
    assert queue.history()[0]["added_by"] == "Anonymous"


def test_the_account_is_gone(client: httpx.Client, own: Queue, account: Account):
    assert own.http.delete("/api/users/me/").status_code == 204

    for answer in (
        own.http.get("/api/users/me/"),
        own.http.delete("/api/users/me/"),
        get_tokens(client, account),
        client.post("/api/auth/token/refresh/", json={"refresh": account["refresh"]}),
    ):
        refused(answer, 401, "NOT_AUTHENTICATED")
    assert registered(client, account["username"])["id"] != account["id"]


def test_a_session_ends_with_it(client: httpx.Client, account: Account):
    login = {"username": account["username"], "password": "a long enough pass phrase"}
    client.post("/api/auth/session/", json=login)

    answer = client.delete("/api/users/me/", headers={"Idempotency-Key": "bye"})

    assert answer.status_code == 204
    assert "sessionid" not in client.cookies
    refused(client.get("/api/users/me/"), 401, "NOT_AUTHENTICATED")


def test_others_answers_that_are_kept_show_the_neutral_name(
    queue: Queue, own: Queue, bo: httpx.Client, account: Account
):
    (a,) = own.fill(1)
    headers = {"Idempotency-Key": "vote"}
    first = queue.as_seen_by(bo).post(f"{a}/vote/", json={"value": 1}, headers=headers)
    assert first.json()["added_by"] == account["username"]

    own.http.delete("/api/users/me/")

    again = queue.as_seen_by(bo).post(f"{a}/vote/", json={"value": 1}, headers=headers)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.json() == {**first.json(), "added_by": "Anonymous"}


def test_a_namesake_in_other_rooms_goes_on(queue: Queue, own: Queue, account: Account, client: httpx.Client):
    name = account["username"]
    assert client.post("/api/guests/", json={"name": name}).status_code == 201
    room = queue_of(client, new_room(client))
    room.fill(1)
    own.fill(1)
    before = room.state()

    assert own.http.delete("/api/users/me/").status_code == 204

    assert room.state() == before
    polled = room.get("events/", epoch=before.epoch, since=before.seq - 1).json()
    assert [event["payload"]["added_by"] for event in polled["events"]] == [name]
    assert queue.items()[0]["added_by"] == "Anonymous"
