"""The hub's life within a server: attached before the first write, emptied before the end."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from apps.realtime.hub import current_hub, stop_current_hub

# How long the close frames, once sent, get to leave before the connections end.
DRAIN_SECONDS = 0.5


class WithHub:
    """Makes the process's hub at its first request: a server that only writes must publish, too."""

    def __init__(self, application: Callable[..., Awaitable[None]]) -> None:
        self._application = application

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        current_hub()
        running = self._application(scope, receive, send)
        del scope, receive, send  # a socket stays open for hours, and needs nothing of its request
        await running


async def drain() -> None:
    """Ends open sockets (4012 for those that can resume), streams and waiting polls, then the hub.

    Called once, on the server's loop, when it is about to stop.
    """
    hub = current_hub()
    had_connections = bool(hub.connections)
    hub.close_connections()
    if hub.farewells:
        await asyncio.wait(set(hub.farewells))
    if had_connections:
        await asyncio.sleep(DRAIN_SECONDS)
    await stop_current_hub()
