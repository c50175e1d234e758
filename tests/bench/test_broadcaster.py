"""The plain C server speaks WebSocket well enough for a real client."""

import contextlib
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from websockets.sync.client import connect

from bench.fanout.peers import PlainC
from bench.machine import Cores


class AnyCore(Cores):
    """These tests measure nothing, so nothing is moved about."""

    def __init__(self) -> None:
        pass

    @contextlib.contextmanager
    def of_server(self) -> Iterator[None]:
        yield


@pytest.mark.usefixtures("ruler")  # which needs the same compiler
def test_each_line_comes_to_each_socket(tmp_path: Path) -> None:
    lines = ["short", "x" * 350, "the last"]
    with ExitStack() as things:
        server = things.enter_context(PlainC(AnyCore()))
        url = f"ws://127.0.0.1:{server.ports[0]}/"
        clients = [things.enter_context(connect(url, compression=None)) for _ in range(3)]
        feed = things.enter_context(socket.create_connection(("127.0.0.1", server.feed_port)))
        feed.sendall("".join(f"{line}\n" for line in lines).encode())
        assert [[client.recv(timeout=20) for _ in lines] for client in clients] == [lines] * 3
