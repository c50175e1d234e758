"""A snapshot is as large as its queue, and comes whole."""

import json

from tests.conftest import StartServer
from tests.contract.conftest import client_of, new_room
from tests.contract.queues import Queue
from tests.contract.sockets import Socket
from tests.contract.staff import fill_library

LONG = 450
# What one frame from a client may hold many times over does not bind the server.
LARGER_THAN = 2 * 64 * 1024


def test_a_socket_carries_the_snapshot_of_a_long_queue(start_server: StartServer):
    server = start_server()
    fill_library(server, LONG)
    with client_of(server) as http:
        tracks = [track["id"] for track in http.get("/api/tracks/", params={"limit": LONG}).json()]
        queue = Queue(http, new_room(http), tracks)
        queue.fill(LONG)

        with Socket.of_room(server.ws_url, queue.room) as socket:
            snapshot = socket.ask({"type": "snapshot"}, "playlist.snapshot")

        assert len(json.dumps(snapshot)) > LARGER_THAN
        assert snapshot["payload"]["items"] == queue.items()
