"""Live events over plain HTTP: server-sent events and long polling, as an ASGI application beside Django.

A Django view would keep a thread and a database connection for as long as it streams or waits.
"""

import asyncio
import logging
import math
import re
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from apps.realtime.commands import position_from
from apps.realtime.connection import Connection
from apps.realtime.consumers import is_host_allowed
from apps.realtime.frames import Frame, Position
from apps.realtime.hub import current_hub
from apps.realtime.reading import in_reader
from apps.realtime.selectors import Missed, State, missed_since, state_of, stream_id_of
from core.errors import ApiError, HostNotAllowed, InvalidInput, NotFound, as_api_error
from core.identity import visit_of_scope
from core.metrics import POLLS, REQUESTS, SNAPSHOTS, STREAMS
from core.origins import cors_headers
from core.rendering import json_bytes, json_text
from core.request_context import request_id_from, within_request
from core.request_limits import count_request
from core.security_headers import security_headers

logger = logging.getLogger(__name__)

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Application = Callable[[Any, Receive, Send], Awaitable[None]]

DEFAULT_POLL_LIMIT = 100
MAX_POLL_LIMIT = 500
MAX_WAIT_SECONDS = 25.0
EVENT_STREAM = "text/event-stream; charset=utf-8"
# What metrics call the addresses that are answered here.
LIVE_VIEW = "live"
# What Python reads as a number besides, such as 1_0 or infinity, is none in a URL.
PLAIN_NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?", re.ASCII)


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
            await exchange.run(_stream if route.is_stream else _poll, kind=route.kind, name=name)

    def _route_of(self, scope: Scope) -> tuple[Route | None, re.Match[str] | None]:
        if scope["type"] == "http" and scope["method"] in {"GET", "HEAD"}:
            for route in self._routes:
                if match := route.path.fullmatch(scope["path"]):
                    return route, match
        return None, None


class Exchange:
    """One request and its answer."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self._path: str = scope["path"]
        self.visit = visit_of_scope(scope)
        self.headers = self.visit.headers
        self.query = parse_qs(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)
        self.request_id = request_id_from(self.headers.get("x-request-id"))
        self.is_head = scope["method"] == "HEAD"
        self._has_begun = False

    async def run(self, answer: "Answer", *, kind: str, name: str) -> None:
        """Runs `answer` until it is done or the client is gone; errors are told in the one error shape."""
        answering = asyncio.create_task(answer(self, kind, name))
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

    def parameter(self, name: str) -> str | None:
        values = self.query.get(name)
        return values[-1] if values else None

    async def begin(
        self, *, content_type: str, status: int = 200, extra: Mapping[str, str] | None = None
    ) -> None:
        self._has_begun = True
        REQUESTS.labels("GET", LIVE_VIEW, str(status)).inc()
        headers = {
            "content-type": content_type,
            "cache-control": "no-store",
            "x-request-id": self.request_id,
            **{name.lower(): value for name, value in security_headers(self._path).items()},
            **cors_headers(self.headers.get("origin")),
            **(extra or {}),
        }
        raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        await self._send({"type": "http.response.start", "status": status, "headers": raw})

    async def write(self, body: bytes, *, is_last: bool = False) -> None:
        sent = b"" if self.is_head else body
        await self._send({"type": "http.response.body", "body": sent, "more_body": not is_last})

    async def _client_has_left(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def _send_error(self, error: ApiError) -> None:
        if self._has_begun:
            await self.write(b"", is_last=True)
            return
        await self.begin(content_type="application/json", status=error.status, extra=error.headers())
        await self.write(json_bytes(error.body()), is_last=True)


Answer = Callable[[Exchange, str, str], Coroutine[Any, Any, None]]


async def _check(exchange: Exchange) -> None:
    """What Django's middleware checks of every other request."""
    if not is_host_allowed(exchange.headers.get("host", "")):
        raise HostNotAllowed
    await in_reader(count_request, exchange.visit)


async def _known_stream(kind: str, name: str) -> int:
    """Raises NotFound."""
    stream_id = await in_reader(lambda: stream_id_of(kind=kind, name=name))
    if stream_id is None:
        raise NotFound("There is no such room.")
    return stream_id


# --- Server-sent events ------------------------------------------------------------------------------


async def _stream(exchange: Exchange, kind: str, name: str) -> None:
    await _check(exchange)
    position = _position_to_resume(exchange)
    ended = asyncio.Event()

    async def send(frame: Frame) -> None:
        if not exchange._has_begun:
            await exchange.begin(content_type=EVENT_STREAM, extra={"x-accel-buffering": "no"})
        await exchange.write(_server_sent(frame))

    if exchange.is_head:
        await _known_stream(kind, name)
        await exchange.begin(content_type=EVENT_STREAM)
        await exchange.write(b"", is_last=True)
        return
    hub = current_hub()
    async with hub.admission.place(exchange.visit, is_join=True):
        STREAMS.inc()
        connection = Connection(hub, send=send, close=lambda _code: ended.set())
        try:
            if not await connection.open(kind=kind, name=name, position=position):
                raise NotFound("There is no such room.")
            await ended.wait()
            await exchange.write(b"", is_last=True)
        finally:
            STREAMS.dec()
            connection.leave()


def _server_sent(frame: Frame) -> bytes:
    """One event of the stream. Our JSON has no line breaks, so it is one data line."""
    position = frame.resume_from
    mark = f"id: {position.epoch}:{position.since}\n" if position else ""
    return f"{mark}data: {frame.text}\n\n".encode()


def _position_to_resume(exchange: Exchange) -> Position | None:
    """From the header that a browser sends when it comes back, else from the URL."""
    last_id = exchange.headers.get("last-event-id")
    if last_id:
        epoch, _, since = last_id.rpartition(":")
        return position_from(epoch=epoch, since=since)
    return _position_in_url(exchange)


def _position_in_url(exchange: Exchange) -> Position | None:
    epoch, since = exchange.parameter("epoch"), exchange.parameter("since")
    return None if epoch is None and since is None else position_from(epoch=epoch, since=since)


# --- Polling -----------------------------------------------------------------------------------------


async def _poll(exchange: Exchange, kind: str, name: str) -> None:
    await _check(exchange)
    position = _position_in_url(exchange)
    limit = int(_number(exchange, "limit", DEFAULT_POLL_LIMIT, least=1, most=MAX_POLL_LIMIT, is_whole=True))
    wait_seconds = _number(exchange, "wait", 0, least=0, most=MAX_WAIT_SECONDS, is_whole=False)
    stream_id = await _known_stream(kind, name)
    body = await _events_or_state(stream_id, position, limit=limit)
    if body is None and position is not None:
        if wait_seconds:
            await _wait_for_event(exchange, kind, name, position, seconds=wait_seconds)
        body = await _events_or_state(stream_id, position, limit=limit) or _nothing_new(position)
    await exchange.begin(content_type="application/json")
    await exchange.write((body or "").encode(), is_last=True)


async def _events_or_state(stream_id: int, position: Position | None, *, limit: int) -> str | None:
    """The answer, or None when there is nothing new. Raises NotFound when the stream has ended."""
    if position is not None:
        missed = await in_reader(lambda: _next_part(stream_id, position, limit))
        if missed is None:
            raise NotFound("There is no such room.")
        if missed.frames is not None:
            return _events_text(missed, position) if missed.frames else None
    state = await in_reader(state_of, stream_id)
    if state is None:
        raise NotFound("There is no such room.")
    SNAPSHOTS.inc()
    return _state_text(state)


def _next_part(stream_id: int, position: Position, limit: int) -> Missed | None:
    until = position.since + limit
    return missed_since(stream_id, position, limit=limit, until=until)


def _events_text(missed: Missed, position: Position) -> str:
    frames = missed.frames or []
    seq = frames[-1].seq if frames else position.since
    return _poll_text(
        epoch=missed.top.epoch,
        seq=seq,
        top=missed.top.seq,
        events=",".join(frame.text for frame in frames),
        snapshot="null",
    )


def _nothing_new(position: Position) -> str:
    return _poll_text(
        epoch=position.epoch, seq=position.since, top=position.since, events="", snapshot="null"
    )


def _state_text(state: State) -> str:
    epoch, seq = state.top.epoch, state.top.seq
    return _poll_text(epoch=epoch, seq=seq, top=seq, events="", snapshot=json_text(state.payload))


def _poll_text(*, epoch: str, seq: int, top: int, events: str, snapshot: str) -> str:
    """Put together from finished JSON: events are never made twice."""
    return f'{{"epoch":{json_text(epoch)},"seq":{seq},"top":{top},"events":[{events}],"snapshot":{snapshot}}}'


class _Waiting:
    """A listener that only wants to know when there is something."""

    def __init__(self) -> None:
        self.has_news = asyncio.Event()

    def deliver(self, frames: Sequence[Frame]) -> None:
        if any(frame.is_event for frame in frames):
            self.has_news.set()

    def restart(self, state: State) -> None:
        del state
        self.has_news.set()

    def stream_ended(self) -> None:
        self.has_news.set()

    def close_for_restart(self) -> None:
        self.has_news.set()


async def _wait_for_event(
    exchange: Exchange, kind: str, name: str, position: Position, *, seconds: float
) -> None:
    hub, listener = current_hub(), _Waiting()
    async with hub.admission.place(exchange.visit, is_join=False):
        feed = await hub.join(kind=kind, name=name, listener=listener)
        if feed is None:
            return
        hub.connections.add(listener)
        POLLS.inc()
        try:
            if feed.epoch == position.epoch and feed.top <= position.since:
                async with asyncio.timeout(seconds):
                    await listener.has_news.wait()
        except TimeoutError:
            pass
        finally:
            POLLS.dec()
            hub.connections.discard(listener)
            hub.leave(feed, listener)


def _number(
    exchange: Exchange, name: str, default: float, *, least: float, most: float, is_whole: bool
) -> float:
    text = exchange.parameter(name)
    if text is None:
        return default
    number = float(text) if PLAIN_NUMBER.fullmatch(text) else math.nan
    if not (least <= number <= most and (number.is_integer() or not is_whole)):
        kind = "whole number" if is_whole else "number"
        raise InvalidInput.of(name, f"Must be a {kind} from {least:g} to {most:g}.")
    return number
