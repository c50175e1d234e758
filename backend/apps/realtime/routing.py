"""ASGI routing: from a path to a consumer, and the start and stop of the hub."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from apps.realtime.hub import current_hub, stop_current_hub

Application = Callable[[Any, Any, Any], Awaitable[None]]


class SocketRoutes:
    """As Channels' URLRouter, but not a coroutine, which would keep each request for as long as it runs."""

    def __init__(self, routes: Sequence[tuple[str, Application]], *, otherwise: Application) -> None:
        self._routes = [(re.compile(path), application) for path, application in routes]
        self._otherwise = otherwise

    def __call__(self, scope: Any, receive: Any, send: Any) -> Awaitable[None]:
        for path, application in self._routes:
            if match := path.fullmatch(scope["path"]):
                return application({**scope, "url_route": {"kwargs": match.groupdict()}}, receive, send)
        return self._otherwise(scope, receive, send)


class ByType:
    """One application for each type of connection. It runs by itself, as those of SocketRoutes do."""

    def __init__(self, applications: dict[str, Application]) -> None:
        self._applications = applications

    def __call__(self, scope: Any, receive: Any, send: Any) -> Awaitable[None]:
        application = self._applications.get(scope["type"])
        if application is None:
            raise ValueError(f"Connections of type {scope['type']} are not served.")
        return application(scope, receive, send)


# --- The hub: attached before the first write, emptied before the end --------------------------------


# How long the close frames, once sent, get to leave before the connections end.
DRAIN_SECONDS = 0.5


class HubMiddleware:
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
