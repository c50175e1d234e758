"""What a window and a server tell each other, as the browser sees it."""

import json
from typing import Any

from playwright.sync_api import Page, Request, WebSocket

from tests.page.visitors import until
from tests.processes import TuttiServer


class BrowserTraffic:
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
        """Until the server has sent such a message."""
        until(self._page, lambda: kind in {message["type"] for message in self.heard})

    def _note(self, request: Request) -> None:
        if request.url.startswith(f"{self._server.base_url}/"):
            self.requests.append(request)

    def _listen(self, socket: WebSocket) -> None:
        messages: list[dict[str, Any]] = []
        self.said.append(messages)
        socket.on("framesent", lambda text: messages.append(json.loads(text)))
        socket.on("framereceived", lambda text: self.heard.append(json.loads(text)))
