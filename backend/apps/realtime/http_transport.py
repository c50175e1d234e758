"""Live events over plain HTTP: server-sent events and long polling, as an ASGI application beside Django.

A Django view would keep a thread and a database connection for as long as it streams or waits.
"""

import asyncio
import math
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from apps.realtime.asgi import (
    POSITION_PARAMETERS,
    AsgiRequest,
    Receive,
    Scope,
    Send,
    check,
    known_stream,
    position_in_url,
)
from apps.realtime.connection import Connection
from apps.realtime.hub import current_hub
from apps.realtime.messages import Batch, EncodedMessage, Position, position_from
from apps.realtime.selectors import MissedEvents, State, missed_since, state_of
from core.endpoints import Parameter
from core.errors import InvalidInput, NotFound
from core.json_codec import json_text
from core.metrics import POLLS, SNAPSHOTS, STREAMS
from core.request_context import within_request

# --- Server-sent events: the messages of a socket over HTTP, with ids from which a browser resumes -----


EVENT_STREAM = "text/event-stream; charset=utf-8"
STREAM_PARAMETERS = (
    *POSITION_PARAMETERS,
    Parameter(
        "Last-Event-ID",
        "header",
        {"type": "string"},
        "`epoch:seq`, as the last `id:` said. Browsers send it.",
    ),
)


async def stream_events(exchange: AsgiRequest, kind: str, name: str) -> None:
    await check(exchange)
    position = _position_to_resume(exchange)
    ended = asyncio.Event()

    async def send(message: EncodedMessage) -> None:
        if not exchange.has_begun:
            await exchange.begin(content_type=EVENT_STREAM, extra={"x-accel-buffering": "no"})
        await exchange.write(_server_sent(message))

    if exchange.is_head:
        await known_stream(exchange, kind, name)
        await exchange.begin(content_type=EVENT_STREAM)
        await exchange.write(b"", is_last=True)
        return
    hub = current_hub()
    async with hub.admission.slot(exchange.visit, is_join=True) as admitted:
        STREAMS.inc()
        connection = Connection(hub, send=send, close=lambda _code: ended.set())
        try:
            if not await connection.open(kind=kind, name=name, position=position):
                raise NotFound("There is no such room.")
            with hub.presence.stay(connection.stream_id, admitted.key):
                await ended.wait()
            await exchange.write(b"", is_last=True)
        finally:
            STREAMS.dec()
            connection.leave()


def _server_sent(message: EncodedMessage) -> bytes:
    """One event of the stream. Our JSON has no line breaks, so it is one data line."""
    position = message.resume_from
    mark = f"id: {position.epoch}:{position.since}\n" if position else ""
    return f"{mark}data: {message.text}\n\n".encode()


def _position_to_resume(exchange: AsgiRequest) -> Position | None:
    """From the header that a browser sends when it comes back, else from the URL."""
    last_id = exchange.headers.get("last-event-id")
    if last_id:
        epoch, _, since = last_id.rpartition(":")
        return position_from(epoch=epoch, since=since)
    return position_in_url(exchange)


# --- Long polling ------------------------------------------------------------------------------------


DEFAULT_POLL_LIMIT = 100
MAX_POLL_LIMIT = 500
MAX_WAIT_SECONDS = 25.0
POLL_PARAMETERS = (
    *POSITION_PARAMETERS,
    Parameter(
        "limit",
        "query",
        {"type": "integer", "minimum": 1, "maximum": MAX_POLL_LIMIT},
        f"Maximum number of events. Default: {DEFAULT_POLL_LIMIT}.",
    ),
    Parameter(
        "wait",
        "query",
        {"type": "number", "minimum": 0, "maximum": MAX_WAIT_SECONDS},
        "Seconds to wait if there is no event yet. Default: 0.",
    ),
)
# As JSON writes numbers, without further spellings of Python, such as 1_0 or infinity.
PLAIN_NUMBER = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,30})?(e[+-]?[0-9]{1,3})?", re.ASCII | re.IGNORECASE)


async def poll_events(exchange: AsgiRequest, kind: str, name: str) -> None:
    await check(exchange)
    position = position_in_url(exchange)
    limit = int(_number(exchange, "limit", DEFAULT_POLL_LIMIT, least=1, most=MAX_POLL_LIMIT, is_whole=True))
    wait_seconds = _number(exchange, "wait", 0, least=0, most=MAX_WAIT_SECONDS, is_whole=False)
    stream_id = await known_stream(exchange, kind, name)
    current_hub().visits.note(stream_id)
    body = await _events_or_state(exchange, stream_id, position, limit=limit)
    if body is None and position is not None:
        if wait_seconds:
            await _wait_for_event(exchange, kind, name, position, seconds=wait_seconds)
        body = await _events_or_state(exchange, stream_id, position, limit=limit) or _nothing_new(position)
    await exchange.begin(content_type="application/json")
    await exchange.write((body or "").encode(), is_last=True)


async def _events_or_state(
    exchange: AsgiRequest, stream_id: int, position: Position | None, *, limit: int
) -> str | None:
    """The answer, or None when there is nothing new. Raises NotFound when the stream has ended."""
    if position is not None:
        missed = await exchange.read(lambda: _next_part(stream_id, position, limit))
        if missed is None:
            raise NotFound("There is no such room.")
        if missed.messages is not None:
            return _events_text(missed, position) if missed.messages else None
    state = await exchange.read(state_of, stream_id)
    if state is None:
        raise NotFound("There is no such room.")
    SNAPSHOTS.inc()
    return _state_text(state)


def _next_part(stream_id: int, position: Position, limit: int) -> MissedEvents | None:
    until = position.since + limit
    return missed_since(stream_id, position, limit=limit, until=until)


def _events_text(missed: MissedEvents, position: Position) -> str:
    messages = missed.messages or []
    seq = messages[-1].seq if messages else position.since
    return _poll_text(
        epoch=missed.top.epoch,
        seq=seq,
        top=missed.top.seq,
        events=",".join(message.text for message in messages),
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

    def deliver(self, batch: Batch) -> None:
        if any(message.is_event for message in batch.messages):
            self.has_news.set()

    def restart(self, state: State) -> None:
        del state
        self.has_news.set()

    def stream_ended(self) -> None:
        self.has_news.set()

    def abort(self) -> None:
        self.has_news.set()

    def close_for_restart(self) -> None:
        self.has_news.set()


async def _wait_for_event(
    exchange: AsgiRequest, kind: str, name: str, position: Position, *, seconds: float
) -> None:
    hub, listener = current_hub(), _Waiting()
    async with hub.admission.slot(exchange.visit, is_join=False):
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
    exchange: AsgiRequest, name: str, default: float, *, least: float, most: float, is_whole: bool
) -> float:
    text = exchange.parameter(name)
    if text is None:
        return default
    number = float(text) if PLAIN_NUMBER.fullmatch(text) else math.nan
    if not (least <= number <= most and (number.is_integer() or not is_whole)):
        kind = "whole number" if is_whole else "number"
        raise InvalidInput.of(name, f"Must be a {kind} from {least:g} to {most:g}.")
    return number


# --- The application ---------------------------------------------------------------------------------


Application = Callable[[Any, Receive, Send], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Route:
    """Where events of a kind of stream are. A group `slug` names the stream, else `default_name`."""

    path: re.Pattern[str]
    kind: str
    is_stream: bool
    default_name: str = "main"


class HttpTransport:
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
        exchange = AsgiRequest(scope, receive, send)
        with within_request(request_id=exchange.request_id):
            await exchange.run(stream_events if route.is_stream else poll_events, kind=route.kind, name=name)

    def _route_of(self, scope: Scope) -> tuple[Route | None, re.Match[str] | None]:
        if scope["type"] == "http" and scope["method"].upper() in {"GET", "HEAD"}:  # as Django reads it
            for route in self._routes:
                if match := route.path.fullmatch(scope["path"]):
                    return route, match
        return None, None
