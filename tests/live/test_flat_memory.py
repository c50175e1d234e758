"""However many events pass, a hub holds no more than before. Runs in this process."""

import asyncio
import gc
from pathlib import Path
from typing import Any

import pytest

from apps.realtime.feed import Feed
from apps.realtime.frames import Batch
from apps.realtime.hub import Hub
from apps.realtime.outflow import DirectOutflow, QueuedOutflow
from apps.realtime.publishing import Hint

LISTENERS = 10
AT_ONCE = 50
EVENTS = 60_000
MANY_EVENTS = 1_000_000
TEXT = '{"type":"track.voted","seq":%d,"payload":"' + "x" * 300 + '"}'
# What Python's own allocator moves by itself, and a tenth of a byte for each of a million events.
SLACK_BYTES = 2 * 1024 * 1024


class Drain:
    """Takes bytes and frames, and keeps none."""

    def __init__(self) -> None:
        self.bytes = 0

    def write(self, data: bytes) -> bool:
        self.bytes += len(data)
        return True

    async def room(self) -> None: ...

    async def send(self, frame: Any) -> None:
        self.bytes += frame.size


class Reader:
    """A listener with an outflow, as a connection has it."""

    def __init__(self, outflow: DirectOutflow | QueuedOutflow) -> None:
        self._outflow = outflow

    def deliver(self, batch: Batch) -> None:
        self._outflow.give(batch)

    def restart(self, state: Any) -> None: ...

    def stream_ended(self) -> None: ...


@pytest.mark.parametrize("way", ["direct", "queued"])
async def test_memory_is_flat_over_a_million_events(request: pytest.FixtureRequest, way: str):
    count = MANY_EVENTS if request.config.getoption("--long") else EVENTS
    drain = Drain()
    feed = Feed(stream_id=7, kind="playlist", on_end=lambda feed: None)
    feed.epoch = "e"
    for _ in range(LISTENERS):
        outflow = DirectOutflow(drain, close) if way == "direct" else QueuedOutflow(drain.send, close)
        feed.listeners.add(Reader(outflow))
    await pass_on(feed, count // 10)
    before = held_bytes()
    await pass_on(feed, count)
    assert held_bytes() - before < SLACK_BYTES
    assert drain.bytes > count * LISTENERS * 300
    feed.stop()


async def test_hints_of_streams_that_nobody_listens_to_leave_nothing():
    hub = Hub()
    for seq in range(1, EVENTS):
        hub.receive(Hint(seq % 100, "e", seq, "{}"))
    assert hub._feeds == {}
    await hub.stop()


async def pass_on(feed: Feed, count: int) -> None:
    for seq in range(feed.top + 1, feed.top + count + 1):
        feed.receive(Hint(7, "e", seq, TEXT % seq, committed_at=1.0))
        if seq % AT_ONCE == 0:
            async with asyncio.timeout(10):
                await feed.reach(seq)
    await asyncio.sleep(0)


def close() -> None:
    raise AssertionError("too much waits")


def held_bytes() -> int:
    """This process's own memory."""
    gc.collect()
    _, resident, shared, *_ = map(int, Path("/proc/self/statm").read_text().split())
    return (resident - shared) * 4096
