"""Requests that are asked for without a server, and an application that works on each until told to end."""

import asyncio
from typing import Any, Self

from core.request_places import RequestPlaces

BODY = {"type": "http.request", "body": b"", "more_body": False}
LEFT = {"type": "http.disconnect"}
ANSWER_STARTS = {"type": "http.response.start", "status": 200, "headers": []}
TOO_LONG = 3600.0


class Work:
    """An application that works on each request until it is told to end, and reads as Django does."""

    def __init__(self) -> None:
        self.began: list[str] = []
        self.left: list[str] = []
        self.going_on: set[str] = set()
        self.most = 0
        self._ends: dict[str, asyncio.Event] = {}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        name = scope["path"]
        while (message := await receive()).get("more_body", False):
            pass
        if message["type"] == "http.disconnect":
            self.left.append(name)
            return
        self.began.append(name)
        self.going_on.add(name)
        self.most = max(self.most, len(self.going_on))
        try:
            await self._ends.setdefault(name, asyncio.Event()).wait()
            if name.startswith("/broken"):
                raise ValueError(name)
        finally:
            self.going_on.remove(name)
        await send(ANSWER_STARTS)
        await send({"type": "http.response.body", "body": b"done"})

    def end(self, name: str) -> None:
        self._ends.setdefault(name, asyncio.Event()).set()


class Client:
    """One request, and what it was answered."""

    def __init__(
        self,
        path: str,
        *,
        method: str = "GET",
        address: str = "192.0.2.7",
        body: list[dict[str, Any]] | None = None,
        **headers: str,
    ) -> None:
        self._messages: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        for message in body or [BODY]:
            self._messages.put_nowait(message)
        raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        self.path = path
        self.scope: dict[str, Any] = {
            "type": "http",
            "method": method,
            "scheme": "http",
            "path": path,
            "headers": raw,
            "client": (address, 4711),
        }
        self.answered: list[Any] = []
        self.task: asyncio.Task[None] | None = None

    def ask(self, application: RequestPlaces) -> Self:
        self.task = asyncio.create_task(application(self.scope, self._messages.get, self._send))
        return self

    def says(self, message: dict[str, Any]) -> None:
        self._messages.put_nowait(message)

    async def _send(self, message: Any) -> None:
        self.answered.append(message)

    def is_through(self) -> bool:
        return self.task is not None and self.task.done()

    async def answer(self) -> tuple[int, dict[str, str], bytes]:
        assert self.task is not None
        await self.task
        start, body = self.answered
        headers = {name.decode(): value.decode() for name, value in start["headers"]}
        return start["status"], headers, body["body"]


async def settled() -> None:
    """Until nothing happens any more: each turn of the loop may begin what the next goes on with."""
    for _ in range(20):
        await asyncio.sleep(0)
