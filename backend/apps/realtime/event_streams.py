"""Live events over plain HTTP: server-sent events and long polling, as an ASGI application beside Django.

A Django view would keep a thread and a database connection for as long as it streams or waits.
"""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from apps.realtime.exchanges import Exchange, Receive, Scope, Send
from apps.realtime.polling import poll_events
from apps.realtime.server_sent import stream_events
from core.request_context import within_request

Application = Callable[[Any, Receive, Send], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Route:
    """Where events of a kind of stream are. A group `slug` names the stream, else `default_name`."""

    path: re.Pattern[str]
    kind: str
    is_stream: bool
    default_name: str = "main"


class EventStreams:
    """Answers GET and HEAD on its routes by itself; everything else goes on to `application`."""

    def __init__(self, application: Application, *, routes: Sequence[Route]) -> None:
        self._application = application
        self._routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        route, match = self._route_of(scope)
        if route is None or match is None:
            await self._application(scope, receive, send)
            return
        name = match.groupdict().get("slug") or route.default_name
        exchange = Exchange(scope, receive, send)
        with within_request(request_id=exchange.request_id):
            await exchange.run(stream_events if route.is_stream else poll_events, kind=route.kind, name=name)

    def _route_of(self, scope: Scope) -> tuple[Route | None, re.Match[str] | None]:
        if scope["type"] == "http" and scope["method"].upper() in {"GET", "HEAD"}:  # as Django reads it
            for route in self._routes:
                if match := route.path.fullmatch(scope["path"]):
                    return route, match
        return None, None
