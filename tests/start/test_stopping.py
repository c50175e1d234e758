"""An orderly end: nobody new, everybody told, then gone."""

import contextlib
import os
import signal
import socket

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.conftest import StartServer

RESTARTING = 4012
# What the server says when somebody did not end in time.
GAVE_UP = "took too long"
SOON_SECONDS = 10
# Where the sizes stop in the same way, one of them is enough.
in_one_size = pytest.mark.parametrize("size", ["embedded"], indirect=True)


def close_code(connection: ClientConnection) -> int | None:
    with contextlib.suppress(ConnectionClosed):
        while True:
            connection.recv(timeout=SOON_SECONDS)
    return connection.close_code


def test_sockets_that_can_resume_are_told_to_come_back(start_server: StartServer):
    server = start_server()
    with connect(f"{server.ws_url}/ws/playlist/") as connection:
        connection.recv()
        connection.send('{"type": "resume", "epoch": "none", "since": 0}')
        connection.recv()

        assert server.stop() == 0
        assert close_code(connection) == RESTARTING


@in_one_size
def test_open_sockets_and_streams_do_not_hold_it_up(start_server: StartServer):
    server = start_server()
    with (
        connect(f"{server.ws_url}/ws/playlist/") as silent,
        server.client() as client,
        client.stream("GET", "/api/stream") as stream,
    ):
        silent.recv()
        assert stream.status_code == 200

        assert server.stop() == 0
    assert GAVE_UP not in server.log


@in_one_size
def test_an_idle_connection_does_not_hold_it_up(start_server: StartServer):
    server = start_server()
    with server.client() as client:
        client.get("/api/health/live")  # stays connected
        assert server.stop() == 0
    assert GAVE_UP not in server.log


@in_one_size
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_either_signal_is_an_orderly_end(start_server: StartServer, number: signal.Signals):
    server = start_server()

    os.kill(server.pid, number)

    assert server.wait() == 0
    assert "Traceback" not in server.log


@in_one_size
def test_nobody_new_is_let_in_while_it_stops(start_server: StartServer):
    server = start_server()
    with socket.create_connection(("127.0.0.1", server.port)):
        server.stop()

    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{server.base_url}/api/health/live")


@in_one_size
def test_the_port_can_be_taken_again_at_once(start_server: StartServer):
    server = start_server()
    with server.client() as client:
        client.get("/api/health/live")
        port = server.port

        server.restart()

    assert server.port == port


@in_one_size
def test_after_a_crash_it_starts_again_with_all_that_was_accepted(start_server: StartServer):
    server = start_server()
    with server.client() as client:
        slug = client.post("/api/rooms/", json={"name": "Before the crash"}).json()["slug"]
    server.kill()

    server.start()

    assert httpx.get(f"{server.base_url}/api/rooms/{slug}/").status_code == 200
