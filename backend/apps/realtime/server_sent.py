"""Server-sent events: the frames of a socket over HTTP, with ids from which a browser resumes."""

import asyncio

from apps.realtime.commands import position_from
from apps.realtime.connection import Connection
from apps.realtime.exchanges import Exchange, check, known_stream, position_in_url
from apps.realtime.frames import Frame, Position
from apps.realtime.hub import current_hub
from core.errors import NotFound
from core.metrics import STREAMS

EVENT_STREAM = "text/event-stream; charset=utf-8"


async def stream_events(exchange: Exchange, kind: str, name: str) -> None:
    await check(exchange)
    position = _position_to_resume(exchange)
    ended = asyncio.Event()

    async def send(frame: Frame) -> None:
        if not exchange.has_begun:
            await exchange.begin(content_type=EVENT_STREAM, extra={"x-accel-buffering": "no"})
        await exchange.write(_server_sent(frame))

    if exchange.is_head:
        await known_stream(kind, name)
        await exchange.begin(content_type=EVENT_STREAM)
        await exchange.write(b"", is_last=True)
        return
    hub = current_hub()
    async with hub.admission.place(exchange.visit, is_join=True) as admitted:
        STREAMS.inc()
        connection = Connection(hub, send=send, close=lambda _code: ended.set())
        try:
            if not await connection.open(kind=kind, name=name, position=position):
                raise NotFound("There is no such room.")
            with hub.presence.stay(connection.stream_id, admitted.user_id):
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
    return position_in_url(exchange)
