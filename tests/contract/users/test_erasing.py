"""DELETE /api/users/me/: the person goes, the queue stays. Before: all that is stored, as one document."""

import httpx
import pytest

from tests.contract.conftest import Connect, NewClient, new_room, queue_of
from tests.contract.error_checks import rejected
from tests.contract.observers import Observer
from tests.contract.people import Account, bearer, begin_session, get_tokens, registered
from tests.contract.queues import Queue
from tests.contract.sockets import Socket
from tests.processes import TuttiServer

pytestmark = pytest.mark.both_sizes


@pytest.fixture
def own(queue: Queue, new_client: NewClient, account: Account) -> Queue:
    return queue.as_seen_by(new_client(headers=bearer(account)))


def test_after_erasing_items_have_a_neutral_name_and_votes_stay(
    queue: Queue, own: Queue, bo: httpx.Client, account: Account
):
    """Also in responses that others asked for, and that are kept for them."""
    (first,) = own.fill(1)
    (other,) = queue.fill(1)
    for item in (first, other):
        own.vote(item, 1)
    own.play(first)

    def voted() -> httpx.Response:
        headers = {"Idempotency-Key": "vote"}
        return queue.as_seen_by(bo).post(f"{first}/vote/", json={"value": 1}, headers=headers)

    kept = voted()
    assert kept.json()["added_by"] == account["username"]

    with Observer(queue, expected=["track.updated"]) as witness:
        assert own.http.delete("/api/users/me/").status_code == 204

    assert {payload["added_by"] for payload in witness.payloads} == {"Anonymous"}
    assert [item["votes"] for item in queue.items()] == [2, 1]
    assert queue.playing() == first
    assert account["username"] not in queue.get().text
    again = voted()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.json() == {**kept.json(), "added_by": "Anonymous"}


def test_an_erased_name_is_never_sent_again(
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


def test_if_only_the_log_has_the_erased_name_listeners_get_a_snapshot(
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


def test_erasing_deletes_the_account_and_its_sessions(client: httpx.Client, own: Queue, account: Account):
    begin_session(client, account)

    response = client.delete("/api/users/me/", headers={"Idempotency-Key": "bye"})

    assert (response.status_code, response.content) == (204, b"")
    assert "sessionid" not in client.cookies
    for response in (
        client.get("/api/users/me/"),
        own.http.get("/api/users/me/"),
        own.http.delete("/api/users/me/"),
        get_tokens(client, account),
        client.post("/api/auth/token/refresh/", json={"refresh": account["refresh"]}),
    ):
        rejected(response, 401, "NOT_AUTHENTICATED")
    assert registered(client, account["username"])["id"] != account["id"]


def test_erasing_does_not_affect_a_namesake_in_other_rooms(
    queue: Queue, own: Queue, account: Account, client: httpx.Client
):
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


# --- GET /api/users/me/export/: all that is stored about the person, and of no other -----------------

TASTE = {"favorite_genres": ["jazz"], "favorite_artists": [], "moods": ["calm"]}


def test_the_export_is_one_document_with_everything(
    queue: Queue, client: httpx.Client, new_client: NewClient, bo: httpx.Client
):
    account = registered(client, profile=TASTE)
    own = queue.as_seen_by(new_client(headers=bearer(account)))
    kept, gone = own.fill(2)
    queue.as_seen_by(bo).fill(1)
    own.vote(kept, -1)
    own.play(kept)
    own.stop()
    own.remove(gone)
    before = queue.state()

    response = own.http.get("/api/users/me/export/")

    body = response.json()
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "private, no-store"
    assert "attachment" in response.headers["Content-Disposition"]
    assert (body["account"]["id"], body["account"]["email"]) == (account["id"], account["email"])
    assert body["profile"] == TASTE
    assert [(vote["item_id"], vote["value"], vote["room"]) for vote in body["votes"]] == [
        (kept, -1, queue.room)
    ]
    assert [item["item_id"] for item in body["items"]] == [kept]
    assert [item["item_id"] for item in body["removed_items"]] == [gone]
    assert [play["item"]["id"] for play in body["plays"]] == [kept]
    assert len(body["tokens"]) == 1
    assert account["access"] not in response.text
    assert account["refresh"] not in response.text
    assert '"added_by":"Bo"' not in response.text
    assert queue.state() == before


def test_long_exports_are_complete(client: httpx.Client, queue: Queue):
    """In pieces, as it is taken; its length is said beforehand."""
    own = bearer(registered(client))
    context = {"why": "\N{MUSICAL KEYBOARD}" * 400}
    activity = {"track_id": queue.tracks[0], "activity_type": "play", "context": context}
    assert client.post("/api/analytics/activity/", json=[activity] * 300, headers=own).status_code == 201

    response = client.get("/api/users/me/export/", headers=own)

    assert response.status_code == 200
    assert len(response.content) == int(response.headers["Content-Length"]) > 300 * 1600
    body = response.json()
    assert [one["context"] for one in body["activities"]] == [context] * 300
    assert (body["account"]["is_staff"], body["votes"], len(body["tokens"])) == (False, [], 1)
    assert response.headers["Cache-Control"] == "private, no-store"
