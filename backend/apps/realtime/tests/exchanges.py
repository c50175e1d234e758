"""An HTTP client's side of the ASGI application for live events, without a server in between."""

import asyncio
import json
import re
from typing import Any

from apps.realtime.http_transport import HttpTransport, Route
from apps.realtime.tests.boards import KIND
from apps.realtime.tests.recording_listener import PATIENCE_SECONDS

BOARD = r"/boards/(?P<slug>[a-z0-9-]+)"


async def anything_else(scope, receive, send) -> None:
    """What stands behind: it answers everything with 418."""
    await send({"type": "http.response.start", "status": 418, "headers": []})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


application = HttpTransport(
    anything_else,
    routes=[
        Route(re.compile(rf"{BOARD}/stream/"), kind=KIND, is_stream=True),
        Route(re.compile(rf"{BOARD}/events/"), kind=KIND, is_stream=False),
        Route(re.compile(r"/stream"), kind=KIND, is_stream=True),
        Route(re.compile(r"/events/"), kind=KIND, is_stream=False),
    ],
)


class Client:
    """One request. `leave` is what a browser does when its page is closed."""

    def __init__(
        self, path: str, query: str = "", *, method: str = "GET", scheme: str = "http", **headers: str
    ) -> None:
        given = {"host": "localhost", **headers}
        self._scope = {
            "type": "http",
            "method": method,
            "scheme": scheme,
            "path": path,
            "query_string": query.encode(),
            "headers": [(name.replace("_", "-").encode(), text.encode()) for name, text in given.items()],
            "client": ("192.0.2.1", 5000),
        }
        self._incoming: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._incoming.put_nowait({"type": "http.request", "body": b"", "more_body": False})
        self._outgoing: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.task = asyncio.create_task(self._run())
        self.status = 0
        self.headers: dict[str, str] = {}

    async def _run(self) -> None:
        await application(self._scope, self._incoming.get, self._send)

    async def _send(self, message: Any) -> None:
        self._outgoing.put_nowait(dict(message))

    async def _next(self) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await self._outgoing.get()

    async def begin(self) -> None:
        """Waits for status and headers."""
        start = await self._next()
        assert start["type"] == "http.response.start"
        self.status = start["status"]
        self.headers = {name.decode(): text.decode() for name, text in start["headers"]}

    async def chunk(self) -> str | None:
        """The next part of the body, None at its end."""
        message = await self._next()
        return message["body"].decode() if message["more_body"] else None

    async def whole(self) -> Any:
        """The body of a response that is no stream."""
        await self.begin()
        message = await self._next()
        assert message["more_body"] is False
        await self.finished()
        return json.loads(message["body"]) if message["body"] else None

    async def event(self) -> tuple[str | None, dict[str, Any]]:
        """The next server-sent event: its id and its message."""
        if not self.status:
            await self.begin()
        text = await self.chunk()
        assert text is not None
        assert text.endswith("\n\n")
        lines = dict(line.split(": ", 1) for line in text.strip().split("\n"))
        return lines.get("id"), json.loads(lines["data"])

    async def leave(self) -> None:
        self._incoming.put_nowait({"type": "http.disconnect"})
        await self.finished()

    async def finished(self) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self.task
