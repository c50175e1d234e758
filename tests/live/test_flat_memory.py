"""However many events pass, a hub holds no more than before, and neither does a server with its sockets."""

import asyncio
import gc
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from apps.realtime.feed import Feed
from apps.realtime.hub import Hub
from apps.realtime.messages import Batch
from apps.realtime.publishing import Hint
from apps.realtime.send_buffer import DirectSendBuffer, QueuedSendBuffer
from tests.conftest import PreparedData
from tests.live.listeners import replica_of
from tests.live.raw_sockets import RawSocket, event_seq, raw_socket
from tests.live.rooms import append_elsewhere, new_room, queued
from tests.processes import TuttiServer, Uvicorn

LISTENERS = 10
AT_ONCE = 50
EVENTS = 30_000
MANY_EVENTS = 1_000_000
TEXT = '{"type":"track.voted","seq":%d,"payload":"' + "x" * 300 + '"}'
# What Python's own allocator moves by itself, and a tenth of a byte for each of a million events.
SLACK_BYTES = 2 * 1024 * 1024
# A server's events are written first, which takes longest: fewer, of 2 KB. It also keeps pages of its
# database, not many.
SERVER_EVENTS, MANY_SERVER_EVENTS, WARM_UP_EVENTS = 5_000, 100_000, 2_000
# Together less than the send buffer of a client that reads slowly on a busy machine.
APPENDED_AT_ONCE, FILLER, ROOM_BYTES = 1_000, 1_500, 4 * 1024 * 1024
ROUNDS = 3
SERVER_SLACK_BYTES = 4 * 1024 * 1024


class DiscardingSink:
    """Takes bytes and messages, and keeps none."""

    def __init__(self) -> None:
        self.bytes = 0

    def write(self, data: bytes) -> bool:
        self.bytes += len(data)
        return True

    async def wait_writable(self) -> None: ...

    async def send(self, message: Any) -> None:
        self.bytes += message.size


class Reader:
    """A listener with a send buffer, as a connection has it."""

    def __init__(self, send_buffer: DirectSendBuffer | QueuedSendBuffer) -> None:
        self._send_buffer = send_buffer

    def deliver(self, batch: Batch) -> None:
        self._send_buffer.put_live(batch)

    def restart(self, state: Any) -> None: ...

    def stream_ended(self) -> None: ...


@pytest.mark.parametrize("way", ["direct", "queued"])
async def test_memory_is_constant_over_a_million_events(request: pytest.FixtureRequest, way: str):
    count = MANY_EVENTS if request.config.getoption("--long") else EVENTS
    drain = DiscardingSink()
    feed = Feed(stream_id=7, kind="playlist", on_end=lambda feed: None)
    feed.epoch = "e"
    for _ in range(LISTENERS):
        send_buffer = (
            DirectSendBuffer(drain, close) if way == "direct" else QueuedSendBuffer(drain.send, close)
        )
        feed.listeners.add(Reader(send_buffer))
    await pass_on(feed, count // 10)
    before = held_bytes()
    await pass_on(feed, count)
    assert held_bytes() - before < SLACK_BYTES
    assert drain.bytes > count * LISTENERS * 300
    feed.stop()


# What differs in uvicorn is the queued way, of which the test above proves the same without a server.
@pytest.mark.parametrize("kind_of_server", [TuttiServer, pytest.param(Uvicorn, marks=pytest.mark.long)])
async def test_the_memory_of_a_server_is_constant(
    request: pytest.FixtureRequest, kind_of_server: type[TuttiServer], prepared_data: PreparedData
):
    """Through all that an event goes through: log, hub, connections, the server's own buffers."""
    count = MANY_SERVER_EVENTS if request.config.getoption("--long") else SERVER_EVENTS
    environment = {"SOCKET_SEND_BUFFER_BYTES": str(ROOM_BYTES)}
    with kind_of_server(**prepared_data.options("embedded"), environment=environment) as server:
        room = new_room(server)
        item_id = queued(server, room)
        async with AsyncExitStack() as opened:
            listeners = [
                await opened.enter_async_context(raw_socket(server.base_url, room)) for _ in range(LISTENERS)
            ]
            top = (await replica_of(server.base_url, room)).seq
            await all_receive(server, item_id, listeners, top, WARM_UP_EVENTS)
            top, grown = top + WARM_UP_EVENTS, []
            # A leak is in every round; that a busy machine lets more wait at once than before is not.
            while not grown or (grown[-1] >= SERVER_SLACK_BYTES and len(grown) < ROUNDS):
                before = own_bytes(server.pid)
                await all_receive(server, item_id, listeners, top, count)
                top += count
                grown.append(own_bytes(server.pid) - before)
            assert grown[-1] < SERVER_SLACK_BYTES, grown


async def all_receive(
    server: TuttiServer, item_id: int, listeners: list[RawSocket], top: int, count: int
) -> None:
    """So many events more than `top`."""
    for last in range(top + APPENDED_AT_ONCE, top + count + 1, APPENDED_AT_ONCE):
        readings = [receive(listener, last) for listener in listeners]
        appending = append_elsewhere(server, item_id, number=APPENDED_AT_ONCE, filler=FILLER)
        await asyncio.gather(appending, *readings)


async def receive(listener: RawSocket, last: int) -> None:
    """All up to that event; none is kept here."""
    seq = None
    while seq != last:
        message = await listener.message()
        assert message is not None, f"closed with {listener.close_code}"
        seq = event_seq(message)
        listener.read_bytes = b""


async def test_hints_of_streams_without_listeners_use_no_memory():
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
                await feed.wait_for_seq(seq)
    await asyncio.sleep(0)


def close() -> None:
    raise AssertionError("too much waits")


def held_bytes() -> int:
    """This process's own memory."""
    gc.collect()
    return own_bytes("self")


def own_bytes(process: int | str) -> int:
    _, resident, shared, *_ = map(int, Path(f"/proc/{process}/statm").read_text().split())
    return (resident - shared) * 4096
