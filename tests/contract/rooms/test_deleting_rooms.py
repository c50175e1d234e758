"""Deleting a room ends its streams; one of the same slug later is another."""

import httpx
import pytest

from tests.contract.conftest import new_room, queue_of
from tests.contract.event_streams import event_stream
from tests.contract.polls import Poll
from tests.contract.queues import Queue
from tests.contract.refusals import refused
from tests.contract.sockets import Closed, Socket
from tests.processes import TuttiServer


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


def test_open_sockets_are_closed(own_queue: Queue, server: TuttiServer):
    own_queue.fill(2)
    with (
        Socket.of_room(server.ws_url, own_queue.room) as silent,
        Socket.of_room(server.ws_url, own_queue.room, position=own_queue.state().position) as resumed,
    ):
        resumed.next("resumed")

        delete(own_queue)

        assert silent.close_code() == 4404
        assert resumed.close_code() == 4404


def test_sockets_elsewhere_stay_open(own_queue: Queue, queue: Queue, server: TuttiServer):
    with Socket.of_room(server.ws_url, queue.room) as socket:
        delete(own_queue)
        queue.fill(1)

        assert socket.next("track.added")["seq"] == queue.state().seq


def test_an_open_event_stream_ends(own_queue: Queue, ada: httpx.Client):
    with event_stream(ada, f"{own_queue.path}stream/") as stream:
        stream.next("connection.established")

        delete(own_queue)

        assert stream.has_ended()


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


def test_whoever_might_delete_main_gets_a_409(staff: httpx.Client):
    refused(staff.delete("/api/rooms/main/"), 409, "CONFLICT")

    assert staff.get("/api/rooms/main/").status_code == 200
    assert staff.get("/api/playlist/").status_code == 200


def test_others_get_a_403_for_main(ada: httpx.Client):
    refused(ada.delete("/api/rooms/main/"), 403, "PERMISSION_DENIED")
    refused(ada.patch("/api/rooms/main/", json={"name": "Mine"}), 403, "PERMISSION_DENIED")
