"""The clients in docs/protocol.md do what the page says where a server does what ours hardly ever does."""

import json
import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

import pytest
from websockets.sync.server import Server, ServerConnection, serve

from tests.docs.clients import LANGUAGES, Client, client_command

DEADLINE_SECONDS = 20
EPOCH = "k3v9"


class Line:
    """One client's connection, open until the test closes it."""

    def __init__(self, socket: ServerConnection) -> None:
        self._socket = socket
        self.is_done = threading.Event()
        self.path = socket.request.path if socket.request else ""

    def greet(self, seq: int) -> None:
        self._send("connection.established", {"room": "main", "epoch": EPOCH, "seq": seq})

    def wait_for_snapshot_wish(self) -> None:
        assert json.loads(self._socket.recv(timeout=DEADLINE_SECONDS)) == {"type": "snapshot"}

    def snapshot(self, seq: int, votes: int) -> None:
        self._send("playlist.snapshot", {"epoch": EPOCH, "seq": seq, "items": [item(votes)]})

    def vote(self, seq: int, votes: int) -> None:
        self._send("track.voted", item(votes), room="main", epoch=EPOCH, seq=seq)

    def be_unavailable(self) -> None:
        self._send("error", {"code": "UNAVAILABLE", "message": "A part of the server is away for a moment."})

    def close(self, code: int) -> None:
        self._socket.close(code)
        self.is_done.set()

    def _send(self, kind: str, payload: dict[str, Any], **more: Any) -> None:
        self._socket.send(json.dumps({"type": kind, "payload": payload, **more}))


class ScriptedServer:
    """Hands the lines out, in the order in which they come in."""

    def __init__(self) -> None:
        self._coming: queue.Queue[Line] = queue.Queue()
        self._lines: list[Line] = []
        self._is_over = False
        self._server: Server = serve(self._keep, "127.0.0.1", 0)

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over = True
        for line in list(self._lines):
            line.is_done.set()
        self._server.shutdown()

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self._server.socket.getsockname()[1]}/ws/playlist/"

    def next_line(self) -> Line:
        return self._coming.get(timeout=DEADLINE_SECONDS)

    def _keep(self, socket: ServerConnection) -> None:
        """The connection ends when this does."""
        line = Line(socket)
        self._lines.append(line)
        self._coming.put(line)
        if not self._is_over:
            line.is_done.wait()


def item(votes: int) -> dict[str, Any]:
    return {"id": 1, "position": 1.0, "votes": votes, "is_playing": False, "track": {"id": 7}}


SHORTEST, LONGEST = 0, 1


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as started:
        yield started


StartClient = Callable[[float], Client]


@pytest.fixture(params=LANGUAGES)
def start_client(
    request: pytest.FixtureRequest, server: ScriptedServer, tmp_path: Path
) -> Iterator[StartClient]:
    """Starts the client in this language, with this chance."""
    with ExitStack() as running:

        def start(chance: float) -> Client:
            client = Client(client_command(request.param, tmp_path, chance), server.url)
            running.callback(client.end)
            return client

        yield start


def served(line: Line, seq: int, votes: int) -> None:
    """Greeted, and given the state that it wishes for."""
    line.greet(seq)
    line.wait_for_snapshot_wish()
    line.snapshot(seq, votes=votes)


def test_a_client_requests_a_snapshot_on_a_gap_and_waits_a_minute_on_a_rate_limit(
    server: ScriptedServer, start_client: StartClient
) -> None:
    client = start_client(SHORTEST)
    line = server.next_line()
    served(line, 5, votes=0)
    line.vote(6, votes=1)
    assert client.state_at(6)[0]["votes"] == 1

    line.vote(8, votes=3)
    line.wait_for_snapshot_wish()
    line.snapshot(8, votes=3)
    assert client.state_at(8)[0]["votes"] == 3

    line.vote(8, votes=0)  # once more the same: nothing to do
    line.vote(9, votes=4)
    assert client.state_at(9)[0]["votes"] == 4

    line.close(4429)
    assert client.next_wait() >= 60
    assert server.next_line().path.endswith(f"?epoch={EPOCH}&since=9")


@pytest.mark.parametrize(("chance", "waits"), [(LONGEST, [2, 4, 8, 16, 30, 30]), (SHORTEST, [0.2] * 3)])
def test_a_client_reconnects_with_growing_random_delays(
    server: ScriptedServer, start_client: StartClient, chance: float, waits: list[float]
) -> None:
    client = start_client(chance)
    for wait in waits:
        line = server.next_line()
        line.greet(5)
        line.close(4012)
        assert client.next_wait() == wait

    line = server.next_line()
    served(line, 5, votes=0)
    client.state_at(5)
    line.close(1011)
    assert client.next_wait() == waits[0]


def test_a_client_reconnects_with_growing_delays_after_an_unavailable_error(
    server: ScriptedServer, start_client: StartClient
) -> None:
    client = start_client(LONGEST)
    for wait in (2, 4):
        line = server.next_line()
        line.greet(5)
        line.wait_for_snapshot_wish()
        line.be_unavailable()
        assert client.next_wait() == wait

    served(server.next_line(), 5, votes=2)
    assert client.state_at(5)[0]["votes"] == 2
