"""`/api/playlist/` is the queue of the room `main`."""

from collections.abc import Iterator

import httpx
import pytest

from tests.contract.conftest import queue_of
from tests.contract.queues import Queue
from tests.contract.sockets import Socket
from tests.contract.witnesses import Witness
from tests.processes import TuttiServer


@pytest.fixture
def main(client: httpx.Client) -> Iterator[Queue]:
    """Other tests may be at home in this room, so it is left as it was found."""
    plain = queue_of(client, "main")
    queue = Queue(client, "main", plain.tracks, path="/api/playlist/")
    before = set(queue.ids())
    yield queue
    for item_id in set(queue.ids()) - before:
        queue.remove(item_id)


def test_both_addresses_show_the_same_queue(main: Queue, client: httpx.Client):
    by_name = queue_of(client, "main")
    (a,) = main.fill(1)

    assert main.state() == by_name.state()
    assert by_name.item(a) == main.item(a)
    assert main.get().headers["ETag"] == by_name.get().headers["ETag"]


def test_every_sub_path_is_there(main: Queue, client: httpx.Client):
    by_name = queue_of(client, "main")

    with Witness(main) as witness:
        (a,) = main.fill(1)
        main.vote(a, 1)
        main.place(a, position=-50.5)
        main.play(a)
        assert by_name.my_votes() == main.my_votes()
        assert main.my_votes()[str(a)] == 1
        main.stop()
        main.remove(a)
        main.restore(a)
        assert by_name.history() == main.history()
        assert main.get("events/").json()["snapshot"]["items"] == by_name.items()

    kinds = ["added", "voted", "moved", "playing", "playing", "removed", "added"]
    assert witness.types == [f"track.{kind}" for kind in kinds]


def test_the_socket_without_a_slug_is_its_own(main: Queue, server: TuttiServer):
    with Socket(server.ws_url, "/ws/playlist/") as socket:
        established = socket.next("connection.established")
        main.fill(1)
        event = socket.next("track.added")

    assert established["payload"]["room"] == event["room"] == "main"
