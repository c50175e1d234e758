"""The whole state over the socket, when a client asks for it."""

import httpx

from tests.contract.conftest import Connect
from tests.contract.queues import Queue


def test_it_is_the_queue_at_its_moment(queue: Queue, connect: Connect, ada: httpx.Client):
    a, b = queue.fill(2)
    queue.as_seen_by(ada).vote(b, 1)
    queue.play(a)
    state = queue.state()

    snapshot = connect().ask({"type": "snapshot"}, "playlist.snapshot")

    assert snapshot["payload"] == {"epoch": state.epoch, "seq": state.seq, "items": state.items}


def test_an_empty_queue_has_one_too(queue: Queue, connect: Connect):
    snapshot = connect().ask({"type": "snapshot"}, "playlist.snapshot")

    assert snapshot["payload"] == {"epoch": queue.state().epoch, "seq": 0, "items": []}


def test_what_comes_later_goes_on_from_it(queue: Queue, connect: Connect):
    queue.fill(2)
    socket = connect()

    snapshot = socket.ask({"type": "snapshot"}, "playlist.snapshot")
    queue.stop()
    queue.fill(1)

    assert socket.next("track.added")["seq"] == snapshot["payload"]["seq"] + 1
