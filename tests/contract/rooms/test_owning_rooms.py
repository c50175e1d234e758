"""Whose a room is, its end, and what its owner changes."""

from typing import Any

import httpx
import pytest

from tests.contract.conftest import NewClient, new_room, queue_of
from tests.contract.error_checks import rejected
from tests.contract.event_streams import event_stream
from tests.contract.observers import Observer
from tests.contract.polls import Poll
from tests.contract.queues import Queue
from tests.contract.sockets import Closed, Socket
from tests.processes import TuttiServer

# --- A room is changed and deleted by its owner and by the staff -------------------------------------


def may_change(http: httpx.Client, slug: str) -> bool:
    """Whether it was let, and that what came of it is to be seen."""
    before = http.get(f"/api/rooms/{slug}/").json()
    response = http.patch(f"/api/rooms/{slug}/", json={"name": "New name"})
    after = http.get(f"/api/rooms/{slug}/").json()
    if response.status_code == 200:
        assert response.json() == after == {**before, "name": "New name"}
        return True
    rejected(response, 403, "PERMISSION_DENIED")
    rejected(http.delete(f"/api/rooms/{slug}/"), 403, "PERMISSION_DENIED")
    assert after == before
    return False


def may_delete(http: httpx.Client, slug: str) -> bool:
    response = http.delete(f"/api/rooms/{slug}/")
    found = http.get(f"/api/rooms/{slug}/")
    if response.status_code == 204:
        rejected(found, 404, "NOT_FOUND")
        return True
    rejected(response, 403, "PERMISSION_DENIED")
    assert found.status_code == 200
    return False


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize(
    ("owner", "caller"),
    [("ada", "ada"), ("plain_account", "plain_account"), ("ada", "staff")],
    ids=["the guest that created it", "the account that created it", "the staff"],
)
def test_owners_may_change_and_delete_their_room(request: pytest.FixtureRequest, owner: str, caller: str):
    slug = new_room(request.getfixturevalue(owner))

    assert may_change(request.getfixturevalue(caller), slug)
    assert may_delete(request.getfixturevalue(caller), slug)


def test_callers_other_than_the_owner_get_403(
    ada: httpx.Client, bo: httpx.Client, plain_account: httpx.Client
):
    slug = new_room(ada)

    for other in (bo, plain_account):
        assert not may_change(other, slug)
        assert not may_delete(other, slug)
    wrong = ada.patch(f"/api/rooms/{slug}/", json={"name": "x"}, headers={"X-Guest-Token": "nonsense"})
    rejected(wrong, 401, "NOT_AUTHENTICATED")


def test_rooms_created_by_an_ip_address_have_no_owner(client: httpx.Client, new_client: NewClient):
    """What that guest makes then is its own, by its token, too."""
    slug = new_room(client)

    assert not may_change(client, slug)
    assert not may_change(new_client(), slug)
    token = client.post("/api/guests/", json={"name": "Ada"}).json()["token"]
    assert not may_change(client, slug)
    elsewhere = new_client(headers={"X-Guest-Token": token})
    assert may_change(client, new_room(elsewhere))
    assert may_delete(elsewhere, new_room(client))


# --- Deleting a room ends its streams; one of the same slug later is another -------------------------


@pytest.fixture
def own_queue(ada: httpx.Client) -> Queue:
    """In a room that Ada may delete."""
    return queue_of(ada, new_room(ada))


def delete(queue: Queue) -> None:
    response = queue.http.delete(f"/api/rooms/{queue.room}/")
    assert (response.status_code, response.content) == (204, b"")


def test_a_deleted_room_leaves_no_rows(own_queue: Queue):
    (a,) = own_queue.fill(1)
    own_queue.play(a)

    delete(own_queue)

    http = own_queue.http
    for path in ("", "history/", "my-votes/", "events/", "stream/", f"{a}/"):
        rejected(http.get(own_queue.path + path), 404, "NOT_FOUND")
    rejected(http.get(f"/api/rooms/{own_queue.room}/"), 404, "NOT_FOUND")
    rejected(own_queue.post(json={"track_id": own_queue.tracks[0]}), 404, "NOT_FOUND")
    rejected(http.delete(f"/api/rooms/{own_queue.room}/"), 404, "NOT_FOUND")


@pytest.mark.both_sizes
def test_deleting_a_room_ends_only_its_streams(own_queue: Queue, queue: Queue, server: TuttiServer):
    own_queue.fill(2)
    position = epoch, since = own_queue.state().position
    with (
        Socket.of_room(server.ws_url, own_queue.room) as silent,
        Socket.of_room(server.ws_url, own_queue.room, position=position) as resumed,
        Socket.of_room(server.ws_url, queue.room) as elsewhere,
        event_stream(queue.http, f"{own_queue.path}stream/") as stream,
        Poll(server, f"{own_queue.path}events/?epoch={epoch}&since={since}&wait=20") as poll,
    ):
        resumed.next("resumed")
        stream.next("connection.established")

        delete(own_queue)

        assert silent.close_code() == resumed.close_code() == 4404
        assert stream.has_ended()
        response = poll.answer()
        assert (response.status, response.body["error"]["code"]) == (404, "NOT_FOUND")
        assert response.seconds < 10
        queue.fill(1)
        assert elsewhere.next("track.added")["seq"] == queue.state().seq


def test_a_recreated_room_has_a_new_epoch(own_queue: Queue, ada: httpx.Client, server: TuttiServer):
    own_queue.fill(2)
    old = own_queue.state()
    with Socket.of_room(server.ws_url, own_queue.room):  # so that the process knows the room by its slug
        delete(own_queue)
    with pytest.raises(Closed) as end:
        Socket.of_room(server.ws_url, own_queue.room)
    assert (end.value.code, end.value.messages) == (4404, [])

    assert new_room(ada, slug=own_queue.room) == own_queue.room

    new = own_queue.state()
    assert new.epoch != old.epoch
    assert new.items == []
    with Socket.of_room(server.ws_url, own_queue.room, position=old.position) as socket:
        snapshot = socket.next("playlist.snapshot")
        resumed = socket.next("resumed")
        assert snapshot["payload"] == {"epoch": new.epoch, "seq": new.seq, "items": []}
        assert resumed["payload"] == {"epoch": new.epoch, "seq": new.seq, "recovered": False}
        own_queue.fill(1)
        assert socket.next("track.added")["epoch"] == new.epoch
    poll = own_queue.get("events/", epoch=old.epoch, since=old.seq).json()
    assert (poll["epoch"], len(poll["snapshot"]["items"])) == (new.epoch, 1)


def test_the_main_room_cannot_be_deleted(staff: httpx.Client, ada: httpx.Client):
    rejected(staff.delete("/api/rooms/main/"), 409, "CONFLICT")
    rejected(ada.delete("/api/rooms/main/"), 403, "PERMISSION_DENIED")
    rejected(ada.patch("/api/rooms/main/", json={"name": "Mine"}), 403, "PERMISSION_DENIED")

    assert staff.get("/api/rooms/main/").status_code == 200
    assert staff.get("/api/playlist/").status_code == 200


# --- Its name, whether it is listed, what decides its order ------------------------------------------


def change(queue: Queue, **fields: Any) -> httpx.Response:
    return queue.http.patch(f"/api/rooms/{queue.room}/", json=fields)


NONSENSE = [("name", ""), ("name", "x" * 81), ("name", "a\x00"), ("is_public", "no"), ("order", "alphabet")]


def test_a_room_can_be_unlisted_and_listed_and_invalid_values_are_a_400(own_queue: Queue):
    for is_public in (True, False, True):
        assert change(own_queue, is_public=is_public).json()["is_public"] is is_public
        listed = [room["slug"] for room in own_queue.http.get("/api/rooms/").json()]
        assert (own_queue.room in listed) is is_public

    before = own_queue.http.get(f"/api/rooms/{own_queue.room}/").json()
    for field, value in NONSENSE:
        rejected(change(own_queue, **{field: value}), 400, "VALIDATION_ERROR", field)
    assert own_queue.http.get(f"/api/rooms/{own_queue.room}/").json() == before


def test_a_new_name_is_broadcast_once_and_before_a_new_order(own_queue: Queue, bo: httpx.Client):
    a, b = own_queue.fill(2)
    own_queue.vote(b, 1)

    with Observer(own_queue, expected=["room.renamed", "room.renamed", "playlist.reordered"]) as witness:
        responses = [change(own_queue, name=name) for name in ("  Another  ", " Another ")]
        rejected(change(own_queue, name=""), 400, "VALIDATION_ERROR", "name")
        rejected(change(own_queue.as_seen_by(bo), name="Mine"), 403, "PERMISSION_DENIED")
        assert change(own_queue, name="A third", order="votes").status_code == 200

    for response in responses:
        assert (response.status_code, response.json()["name"], response.json()["items"]) == (
            200,
            "Another",
            2,
        )
    assert own_queue.ids() == [b, a]
    assert witness.payloads[:2] == [{"name": "Another"}, {"name": "A third"}]


def test_switching_to_order_by_votes_sorts_the_queue_and_switching_back_keeps_it(
    own_queue: Queue, bo: httpx.Client, cem: httpx.Client
):
    a, b, c, d = own_queue.fill(4)
    own_queue.vote(d, 1)
    own_queue.as_seen_by(bo).vote(d, 1)
    own_queue.as_seen_by(cem).vote(c, 1)
    own_queue.vote(a, -1)
    own_queue.play(b)

    with Observer(own_queue, expected=["playlist.reordered"]):
        for order in ("manual", "votes", "votes"):
            assert change(own_queue, order=order).json()["order"] == order
    assert own_queue.ids() == [b, d, c, a]
    assert own_queue.positions() == [1.0, 2.0, 3.0, 4.0]
    rejected(own_queue.patch(a, {"before": c}), 409, "ORDERED_BY_VOTES")

    with Observer(own_queue, expected=[]):
        for order in ("manual", "votes", "manual"):  # which changes nothing
            assert change(own_queue, order=order).status_code == 200
    assert own_queue.ids() == [b, d, c, a]
    own_queue.place(a, before=b)
    assert own_queue.ids() == [a, b, d, c]
