"""One HTTP request beside Django: its response, its errors, a disconnect of the client."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any, TypeVar
from urllib.parse import parse_qs

from apps.realtime.client_messages import MAX_EPOCH_CHARACTERS, MAX_SEQ, position_from
from apps.realtime.consumers import is_host_allowed
from apps.realtime.frames import Position
from apps.realtime.hub import current_hub
from apps.realtime.selectors import stream_id_of
from core.endpoints import Parameter
from core.errors import ApiError, HostNotAllowed, NotFound, as_api_error
from core.identity import visit_of_scope
from core.json_codec import json_bytes
from core.metrics import REQUESTS
from core.middleware import count_request
from core.request_checks import cors_headers, hsts_headers, https_address, is_way_allowed
from core.request_context import request_id_from
from core.security_headers import security_headers

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

    async def run(self, answer: Answer, **named: str) -> None:
        """Runs `answer` until it is done or the client is gone; errors are sent in the one error shape.

        What came over http where all is https is sent there instead.
        """
        host = self.headers.get("host", "")
        if is_host_allowed(host) and not is_way_allowed(self._scope, self.headers):
            await self._send_on(https_address(self._scope, host=host))
            return
        answering = asyncio.create_task(answer(self, **named))
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
        "The incarnation that an earlier answer named. Together with `since`, or not at all.",
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
