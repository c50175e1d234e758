"""The beginning of a socket, and what a client hears that never says anything."""

import pytest

from tests.contract.conftest import Connect
from tests.contract.queues import Queue
from tests.contract.sockets import Closed, Socket
from tests.contract.witnesses import Witness
from tests.processes import TuttiServer


def test_the_first_frame_names_the_moment(connect: Connect, queue: Queue):
    queue.fill(2)
    state = queue.state()

    established = connect().established

    assert established["message"] == "Connected to playlist updates"
    expected = {"room": queue.room, "epoch": state.epoch, "seq": state.seq, "heartbeat_seconds": 25}
    assert established["payload"] == expected


def test_it_says_how_often_a_heartbeat_comes(narrow_server: TuttiServer):
    with Socket.of_room(narrow_server.ws_url, "main") as socket:
        assert socket.established["payload"]["heartbeat_seconds"] == 0.3


def test_who_says_nothing_gets_every_event(queue: Queue, connect: Connect):
    silent = connect()

    with Witness(queue) as witness:
        a, b = queue.fill(2)
        queue.vote(a, 1)
        queue.place(b, before=a)
        queue.play(a)
        queue.stop()
        queue.remove(a)

    assert silent.events_up_to(witness.after.seq) == witness.events
    assert len(witness.events) == 7


def test_every_socket_is_told_the_same(queue: Queue, connect: Connect):
    sockets = [connect() for _ in range(5)]

    queue.fill(3)

    seq = queue.state().seq
    told = [socket.events_up_to(seq) for socket in sockets]
    assert told == [told[0]] * 5
    assert [event["type"] for event in told[0]] == ["track.added"] * 3


def test_each_room_has_its_own_numbers(queue: Queue, voted_queue: Queue, connect: Connect):
    here = connect()
    voted_queue.fill(3)
    queue.fill(1)

    event = here.next("track.added")

    assert (event["room"], event["seq"]) == (queue.room, 1)
    assert voted_queue.state().seq == 3
    assert voted_queue.state().epoch != queue.state().epoch


@pytest.mark.parametrize("slug", ["nobody-is-here", "NOT-A-SLUG", "x" * 60, "%20", "a.b"])
def test_where_there_is_no_room_it_is_closed_at_once(server: TuttiServer, slug: str):
    with pytest.raises(Closed) as end:
        Socket.of_room(server.ws_url, slug)

    assert (end.value.code, end.value.frames) == (4404, [])


def test_a_numbers_place_is_found_again(queue: Queue, connect: Connect):
    """Seq is 1, 2, 3, … from the room's first event on."""
    first = connect()
    queue.fill(3)

    assert first.position[1] == 0
    assert [event["seq"] for event in first.events_up_to(3)] == [1, 2, 3]
    assert connect().position == (first.position[0], 3)
