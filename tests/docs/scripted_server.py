"""A server of one room that sends what a test scripts, also gaps and close codes."""

import json
import queue
import threading
from typing import Any, Self

from websockets.sync.server import Server, ServerConnection, serve

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
