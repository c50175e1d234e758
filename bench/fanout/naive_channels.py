"""The usual Channels application: a group, and consumers that encode one copy each.

The server's event loop publishes, which avoids the `async_to_sync` that a view would need.
"""

import asyncio
import json
import os
import socket
from typing import Any

import django
from django.conf import settings

LAYER_VARIABLE, REDIS_VARIABLE = "BENCH_LAYER", "BENCH_REDIS_URL"
FEED_VARIABLE = "BENCH_FEED"
# The maximum length of a line of the feed.
MOST_BYTES = 1024 * 1024
GROUP = "queue"

settings.configure(
    CHANNEL_LAYERS={
        "default": {
            "BACKEND": os.environ[LAYER_VARIABLE],
            # Both layers wait 5 seconds for a message, and so does this Redis client for any response. With
            # equal timeouts, consumers in a quiet room would fail.
            "CONFIG": {"hosts": [{"address": os.environ[REDIS_VARIABLE], "socket_timeout": 15.0}]},
        }
    }
)
django.setup()

from channels.generic.websocket import AsyncJsonWebsocketConsumer  # noqa: E402 - it reads the settings
from channels.layers import get_channel_layer  # noqa: E402

_feeds: set[asyncio.Task[Any]] = set()


class QueueConsumer(AsyncJsonWebsocketConsumer):  # type: ignore[misc]  # it has no types
    async def connect(self) -> None:
        await self.channel_layer.group_add(GROUP, self.channel_name)
        await self.accept()

    async def disconnect(self, code: int) -> None:
        del code
        await self.channel_layer.group_discard(GROUP, self.channel_name)

    async def queue_event(self, message: dict[str, Any]) -> None:
        await self.send_json(message["event"])


async def take_feed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    layer = get_channel_layer()
    while line := await reader.readline():
        await layer.group_send(GROUP, {"type": "queue.event", "event": json.loads(line)})
    writer.close()


async def serve_feed() -> None:
    listener = socket.socket(fileno=int(os.environ[FEED_VARIABLE]))
    server = await asyncio.start_server(take_feed, sock=listener, limit=MOST_BYTES)
    await server.serve_forever()


class FeedMiddleware:
    """Serves the feed on the server's event loop, starting with the first client."""

    def __init__(self, application: Any) -> None:
        self._application = application

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if not _feeds:
            _feeds.add(asyncio.create_task(serve_feed()))
        await self._application(scope, receive, send)


application = FeedMiddleware(QueueConsumer.as_asgi())
