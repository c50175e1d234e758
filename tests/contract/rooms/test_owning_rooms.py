"""Whose a room is, and its end."""

import httpx
import pytest

from tests.contract.conftest import NewClient, new_room, queue_of
from tests.contract.event_streams import event_stream
from tests.contract.polls import Poll
from tests.contract.queues import Queue
from tests.contract.refusals import refused
from tests.contract.sockets import Closed, Socket
from tests.processes import TuttiServer

# --- A room is changed and deleted by whoever created it, and by the staff ---------------------------


def may_change(http: httpx.Client, slug: str) -> bool:
    """Whether it was let, and that what came of it is to be seen."""
    before = http.get(f"/api/rooms/{slug}/").json()
    answer = http.patch(f"/api/rooms/{slug}/", json={"name": "New name"})
    after = http.get(f"/api/rooms/{slug}/").json()
    if answer.status_code == 200:
        assert answer.json() == after == {**before, "name": "New name"}
        return True
    refused(answer, 403, "PERMISSION_DENIED")
    refused(http.delete(f"/api/rooms/{slug}/"), 403, "PERMISSION_DENIED")
    assert after == before
    return False


def may_delete(http: httpx.Client, slug: str) -> bool:
    answer = http.delete(f"/api/rooms/{slug}/")
    found = http.get(f"/api/rooms/{slug}/")
    if answer.status_code == 204:
        refused(found, 404, "NOT_FOUND")
        return True
    refused(answer, 403, "PERMISSION_DENIED")
    assert found.status_code == 200
    return False


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize(
    ("owner", "caller"),
    [("ada", "ada"), ("plain_account", "plain_account"), ("ada", "staff")],
    ids=["the guest that created it", "the account that created it", "the staff"],
)
def test_they_may(request: pytest.FixtureRequest, owner: str, caller: str):
    slug = new_room(request.getfixturevalue(owner))

    assert may_change(request.getfixturevalue(caller), slug)
    assert may_delete(request.getfixturevalue(caller), slug)


def test_the_guest_may_by_its_token_too(client: httpx.Client, new_client: NewClient):
    token = client.post("/api/guests/", json={"name": "Ada"}).json()["token"]
    elsewhere = new_client(headers={"X-Guest-Token": token})
    slug, other = new_room(client), new_room(elsewhere)

    assert may_change(elsewhere, slug)
    assert may_delete(elsewhere, slug)
    assert may_change(client, other)


@pytest.mark.parametrize("other", ["bo", "client", "plain_account"])
def test_others_may_not(request: pytest.FixtureRequest, ada: httpx.Client, other: str):
    slug = new_room(ada)

    assert not may_change(request.getfixturevalue(other), slug)
    assert not may_delete(request.getfixturevalue(other), slug)


def test_a_network_address_owns_nothing_nor_does_the_guest_that_it_becomes(
    client: httpx.Client, new_client: NewClient
):
    slug = new_room(client)

    assert not may_change(client, slug)
    assert not may_change(new_client(), slug)
    client.post("/api/guests/", json={"name": "Ada"})
    assert not may_change(client, slug)


def test_a_room_is_not_owned_across_a_wrong_token(ada: httpx.Client):
    slug = new_room(ada)

    answer = ada.patch(f"/api/rooms/{slug}/", json={"name": "x"}, headers={"X-Guest-Token": "nonsense"})

    refused(answer, 401, "NOT_AUTHENTICATED")
    assert ada.get(f"/api/rooms/{slug}/").json()["name"] != "x"


# --- Deleting a room ends its streams; one of the same slug later is another -------------------------


@pytest.fixture
def own_queue(ada: httpx.Client) -> Queue:
    """In a room that Ada may delete."""
    return queue_of(ada, new_room(ada))


def delete(queue: Queue) -> None:
    answer = queue.http.delete(f"/api/rooms/{queue.room}/")
    assert (answer.status_code, answer.content) == (204, b"")


def test_nothing_of_it_is_left(own_queue: Queue):
    (a,) = own_queue.fill(1)
    own_queue.play(a)

    delete(own_queue)

    http = own_queue.http
    for path in ("", "history/", "my-votes/", "events/", "stream/", f"{a}/"):
        refused(http.get(own_queue.path + path), 404, "NOT_FOUND")
    refused(http.get(f"/api/rooms/{own_queue.room}/"), 404, "NOT_FOUND")
    refused(own_queue.post(json={"track_id": own_queue.tracks[0]}), 404, "NOT_FOUND")
    refused(http.delete(f"/api/rooms/{own_queue.room}/"), 404, "NOT_FOUND")


@pytest.mark.both_sizes
def test_its_sockets_are_closed_and_others_stay_open(own_queue: Queue, queue: Queue, server: TuttiServer):
    own_queue.fill(2)
    with (
        Socket.of_room(server.ws_url, own_queue.room) as silent,
        Socket.of_room(server.ws_url, own_queue.room, position=own_queue.state().position) as resumed,
        Socket.of_room(server.ws_url, queue.room) as elsewhere,
    ):
        resumed.next("resumed")

        delete(own_queue)

        assert silent.close_code() == 4404
        assert resumed.close_code() == 4404
        queue.fill(1)
        assert elsewhere.next("track.added")["seq"] == queue.state().seq


def test_an_open_event_stream_ends(own_queue: Queue, ada: httpx.Client):
    with event_stream(ada, f"{own_queue.path}stream/") as stream:
        stream.next("connection.established")

        delete(own_queue)

        assert stream.has_ended()


@pytest.mark.both_sizes
def test_a_waiting_poll_is_told(own_queue: Queue, server: TuttiServer):
    epoch, since = own_queue.state().position
    with Poll(server, f"{own_queue.path}events/?epoch={epoch}&since={since}&wait=20") as poll:
        delete(own_queue)

        answer = poll.answer()

    assert (answer.status, answer.body["error"]["code"]) == (404, "NOT_FOUND")
    assert answer.seconds < 10


def test_one_of_the_same_slug_has_a_new_epoch(own_queue: Queue, ada: httpx.Client, server: TuttiServer):
    own_queue.fill(2)
    old = own_queue.state()
    delete(own_queue)

    assert new_room(ada, slug=own_queue.room) == own_queue.room

    new = own_queue.state()
    assert new.epoch != old.epoch
    assert new.items == []
    with Socket.of_room(server.ws_url, own_queue.room, position=old.position) as socket:
        snapshot = socket.next("playlist.snapshot")
        resumed = socket.next("resumed")
    assert snapshot["payload"] == {"epoch": new.epoch, "seq": new.seq, "items": []}
    assert resumed["payload"] == {"epoch": new.epoch, "seq": new.seq, "recovered": False}
    poll = own_queue.get("events/", epoch=old.epoch, since=old.seq).json()
    assert (poll["epoch"], poll["snapshot"]["items"]) == (new.epoch, [])


def test_a_closed_socket_can_come_back_to_the_new_room(
    own_queue: Queue, ada: httpx.Client, server: TuttiServer
):
    with Socket.of_room(server.ws_url, own_queue.room) as socket:
        delete(own_queue)
        assert socket.close_code() == 4404
    with pytest.raises(Closed) as end:
        Socket.of_room(server.ws_url, own_queue.room)
    assert (end.value.code, end.value.frames) == (4404, [])
    new_room(ada, slug=own_queue.room)

    with Socket.of_room(server.ws_url, own_queue.room) as socket:
        own_queue.fill(1)
        event = socket.next("track.added")

    assert event["epoch"] == own_queue.state().epoch


def test_main_is_not_deleted_by_anybody(staff: httpx.Client, ada: httpx.Client):
    refused(staff.delete("/api/rooms/main/"), 409, "CONFLICT")
    refused(ada.delete("/api/rooms/main/"), 403, "PERMISSION_DENIED")
    refused(ada.patch("/api/rooms/main/", json={"name": "Mine"}), 403, "PERMISSION_DENIED")

    assert staff.get("/api/rooms/main/").status_code == 200
    assert staff.get("/api/playlist/").status_code == 200
