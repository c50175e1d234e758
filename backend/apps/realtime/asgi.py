"""ASGI applications beside Django: one HTTP request, routing by type and path, start and stop of the hub."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import parse_qs

from apps.realtime.consumers import is_host_allowed
from apps.realtime.hub import current_hub, stop_current_hub
from apps.realtime.messages import MAX_EPOCH_CHARACTERS, MAX_SEQ, Position, position_from
from apps.realtime.selectors import stream_id_of
from core.endpoints import Parameter
from core.errors import ApiError, HostNotAllowed, NotFound, as_api_error
from core.http_security import cors_headers, hsts_headers, https_address, is_way_allowed, security_headers
from core.identity import visit_of_scope
from core.json_codec import json_bytes
from core.metrics import REQUESTS
from core.middleware import count_request
from core.request_context import request_id_from

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
# Answers an exchange about what its path names.
Answer = Callable[..., Coroutine[Any, Any, None]]

R = TypeVar("R")

# What metrics call the addresses that are answered here.
LIVE_VIEW = "live"


class AsgiRequest:
    """One request and its answer."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self._scope = scope
        self.visit = visit_of_scope(scope)
        self.headers = self.visit.headers
        self.query = parse_qs(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)
        self.request_id = request_id_from(self.headers.get("x-request-id"))
        self.is_head = scope["method"].upper() == "HEAD"
        self.has_begun = False

    async def run(self, response: Answer, **named: str) -> None:
        """Runs `response` until it is done or the client is gone; errors are sent in the one error shape.

        What came over http where all is https is sent there instead.
        """
        host = self.headers.get("host", "")
        if is_host_allowed(host) and not is_way_allowed(self._scope, self.headers):
            await self._send_on(https_address(self._scope, host=host))
            return
        answering = asyncio.create_task(response(self, **named))
        leaving = asyncio.create_task(self._client_has_left())
        try:
            await asyncio.wait([answering, leaving], return_when=asyncio.FIRST_COMPLETED)
            if answering.done():
                answering.result()
        except Exception as error:  # the one place where errors become answers
            await self._send_error(as_api_error(error))
        finally:
            for task in (answering, leaving):
                task.cancel()
            await asyncio.gather(answering, leaving, return_exceptions=True)

    async def read(self, read: Callable[..., R], *args: Any) -> R:
        return await current_hub().admission.read(self.visit, read, *args)

    def parameter(self, name: str) -> str | None:
        values = self.query.get(name)
        return values[-1] if values else None

    async def begin(
        self, *, content_type: str, status: int = 200, extra: Mapping[str, str] | None = None
    ) -> None:
        self.has_begun = True
        REQUESTS.labels("GET", LIVE_VIEW, str(status)).inc()
        headers = {
            "content-type": content_type,
            "cache-control": "no-store",
            "x-request-id": self.request_id,
            **{name.lower(): value for name, value in security_headers(self._scope["path"]).items()},
            **hsts_headers(self._scope, self.headers),
            **cors_headers(self.headers.get("origin")),
            **(extra or {}),
        }
        raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        await self._send({"type": "http.response.start", "status": status, "headers": raw})

    async def write(self, body: bytes, *, is_last: bool = False) -> None:
        sent = b"" if self.is_head else body
        await self._send({"type": "http.response.body", "body": sent, "more_body": not is_last})

    async def _send_on(self, address: str) -> None:
        await self.begin(content_type="text/html; charset=utf-8", status=301, extra={"location": address})
        await self.write(b"", is_last=True)

    async def _client_has_left(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def _send_error(self, error: ApiError) -> None:
        if self.has_begun:
            await self.write(b"", is_last=True)
            return
        await self.begin(content_type="application/json", status=error.status, extra=error.headers())
        await self.write(json_bytes(error.body()), is_last=True)


async def check(exchange: AsgiRequest) -> None:
    """What Django's middleware checks of every other request."""
    if not is_host_allowed(exchange.headers.get("host", "")):
        raise HostNotAllowed
    await exchange.read(count_request, exchange.visit)


async def known_stream(exchange: AsgiRequest, kind: str, name: str) -> int:
    """Raises NotFound."""
    stream_id = await exchange.read(lambda: stream_id_of(kind=kind, name=name))
    if stream_id is None:
        raise NotFound("There is no such room.")
    return stream_id


POSITION_PARAMETERS = (
    Parameter(
        "epoch",
        "query",
        {"type": "string", "minLength": 1, "maxLength": MAX_EPOCH_CHARACTERS},
        "The incarnation of the stream, from an earlier response. Required together with `since`.",
    ),
    Parameter(
        "since",
        "query",
        {"type": "integer", "minimum": 0, "maximum": MAX_SEQ},
        "The number of the last event that the client has.",
    ),
)


def position_in_url(exchange: AsgiRequest) -> Position | None:
    epoch, since = exchange.parameter("epoch"), exchange.parameter("since")
    return None if epoch is None and since is None else position_from(epoch=epoch, since=since)


# --- Routing -----------------------------------------------------------------------------------------

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
    """Makes the process's hub at its first request: a server that only writes must publish, too.

    Its extensions start with it.
    """

    def __init__(self, application: Callable[..., Awaitable[None]]) -> None:
        self._application = application

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        current_hub().start()
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
    if hub.closing_tasks:
        await asyncio.wait(set(hub.closing_tasks))
    if had_connections:
        await asyncio.sleep(DRAIN_SECONDS)
    await stop_current_hub()
