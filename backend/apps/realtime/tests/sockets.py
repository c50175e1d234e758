"""A browser's side of a socket, without a server in between."""

import asyncio
import json
from typing import Any

from channels.routing import URLRouter
from channels.testing import WebsocketCommunicator
from django.urls import re_path

from apps.realtime.consumers import NoSuchStream, StreamConsumer
from apps.realtime.tests.boards import KIND
from apps.realtime.tests.recording_listener import PATIENCE_SECONDS

socket = StreamConsumer.as_asgi(kind=KIND)
application = URLRouter(
    [
        re_path(r"^ws/$", socket),
        re_path(r"^ws/(?P<slug>[^/]+)/$", socket),
        re_path(r"", NoSuchStream.as_asgi()),
    ]
)


class Socket:
    """A browser's side of a socket."""

    def __init__(self, path: str = "/ws/", **headers: str) -> None:
        given = {"host": "localhost", **headers}
        raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in given.items()]
        self._side = WebsocketCommunicator(application, path, headers=raw)

    async def connect(self) -> "Socket":
        accepted, _ = await self._side.connect(timeout=PATIENCE_SECONDS)
        assert accepted
        return self

    async def send(self, message: Any) -> None:
        await self._side.send_to(text_data=json.dumps(message))

    async def next(self) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(await self._side.receive_from(timeout=PATIENCE_SECONDS))
        return message

    async def greeting_or_code(self) -> str | int:
        """The type of the next message, or with what it is closed instead."""
        message = await self._side.receive_output(timeout=PATIENCE_SECONDS)
        closed = message["type"] == "websocket.close"
        return int(message["code"]) if closed else str(json.loads(message["text"])["type"])

    async def cut_off(self) -> None:
        """The server gives the application up; returns when it is done with that."""
        self._side.future.cancel()
        await asyncio.wait([self._side.future], timeout=PATIENCE_SECONDS)

    async def leave(self) -> None:
        await self._side.disconnect(timeout=PATIENCE_SECONDS)
