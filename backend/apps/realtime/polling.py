"""Long polling: the events after a moment, or the whole state, as one answer that may wait."""

import asyncio
import math
import re

from apps.realtime.exchanges import Exchange, check, known_stream, position_in_url
from apps.realtime.frames import Batch, Position
from apps.realtime.hub import current_hub
from apps.realtime.reading import in_reader
from apps.realtime.selectors import Missed, State, missed_since, state_of
from core.errors import InvalidInput, NotFound
from core.metrics import POLLS, SNAPSHOTS
from core.rendering import json_text

DEFAULT_POLL_LIMIT = 100
MAX_POLL_LIMIT = 500
MAX_WAIT_SECONDS = 25.0
# What Python reads as a number besides, such as 1_0 or infinity, is none in a URL.
PLAIN_NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?", re.ASCII)


async def poll_events(exchange: Exchange, kind: str, name: str) -> None:
    await check(exchange)
    position = position_in_url(exchange)
    limit = int(_number(exchange, "limit", DEFAULT_POLL_LIMIT, least=1, most=MAX_POLL_LIMIT, is_whole=True))
    wait_seconds = _number(exchange, "wait", 0, least=0, most=MAX_WAIT_SECONDS, is_whole=False)
    stream_id = await known_stream(kind, name)
    current_hub().visits.note(stream_id)
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

    def deliver(self, batch: Batch) -> None:
        if any(frame.is_event for frame in batch.frames):
            self.has_news.set()

    def restart(self, state: State) -> None:
        del state
        self.has_news.set()

    def stream_ended(self) -> None:
        self.has_news.set()

    def give_up(self) -> None:
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
