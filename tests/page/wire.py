"""What a window and a server tell each other, as the browser sees it."""

import json
import time
from typing import Any

from playwright.sync_api import Page, Request, WebSocket

from tests.processes import TuttiServer

HEARD_SECONDS = 10


class Wire:
    """Everything that a window asks of the server, and says to it on its sockets."""

    def __init__(self, page: Page, server: TuttiServer) -> None:
        self._page = page
        self._server = server
        self.requests: list[Request] = []
        self.said: list[list[dict[str, Any]]] = []
        self.heard: list[dict[str, Any]] = []
        page.on("request", self._note)
        page.on("websocket", self._listen)

    def writes(self) -> list[Request]:
        return [one for one in self.requests if one.method not in {"GET", "OPTIONS"}]

    def wait_for(self, kind: str) -> None:
        """Until the server has said such a frame."""
        deadline = time.monotonic() + HEARD_SECONDS
        while kind not in {frame["type"] for frame in self.heard}:
            assert time.monotonic() < deadline, self.heard
            self._page.wait_for_timeout(20)

    def _note(self, request: Request) -> None:
        if request.url.startswith(f"{self._server.base_url}/"):
            self.requests.append(request)

    def _listen(self, socket: WebSocket) -> None:
        frames: list[dict[str, Any]] = []
        self.said.append(frames)
        socket.on("framesent", lambda text: frames.append(json.loads(text)))
        socket.on("framereceived", lambda text: self.heard.append(json.loads(text)))
