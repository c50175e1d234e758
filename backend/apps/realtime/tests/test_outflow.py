"""Frames go out one after the other; who does not take them is closed, and nobody waits for it."""

import asyncio

import pytest

from apps.realtime.connection import MAX_QUEUED_CHARACTERS, MAX_QUEUED_FRAMES, Outflow
from apps.realtime.frames import Frame


class Wire:
    """What the other side got. It takes a frame only while it is open."""

    def __init__(self) -> None:
        self.sent: list[int] = []
        self.is_open = asyncio.Event()
        self.is_open.set()
        self.failure: Exception | None = None
        self.overflows = 0

    async def send(self, frame: Frame) -> None:
        await self.is_open.wait()
        if self.failure is not None:
            raise self.failure
        self.sent.append(frame.seq)

    def overflow(self) -> None:
        self.overflows += 1


@pytest.fixture
async def wire() -> Wire:
    return Wire()


@pytest.fixture
async def outflow(wire: Wire) -> Outflow:
    return Outflow(wire.send, wire.overflow)


def frames(*seqs: int) -> list[Frame]:
    return [Frame(seq, "{}") for seq in seqs]


async def test_frames_are_sent_in_order(outflow, wire):
    outflow.put(frames(1, 2))
    outflow.put(frames(3))
    assert wire.sent == []
    await outflow.flushed()
    assert wire.sent == [1, 2, 3]
    outflow.put(frames(4))
    await outflow.flushed()
    assert wire.sent == [1, 2, 3, 4]


async def test_putting_waits_for_nobody(outflow, wire):
    wire.is_open.clear()
    outflow.put(frames(1))
    await asyncio.sleep(0)
    outflow.put(frames(2))
    assert wire.sent == []
    wire.is_open.set()
    await outflow.flushed()
    assert wire.sent == [1, 2]


async def test_as_many_may_wait_as_are_allowed_and_one_more_closes(outflow, wire):
    wire.is_open.clear()
    outflow.put(frames(*range(MAX_QUEUED_FRAMES)))
    assert wire.overflows == 0
    outflow.put(frames(MAX_QUEUED_FRAMES))
    assert wire.overflows == 1
    wire.is_open.set()
    outflow.put(frames(1))
    await outflow.flushed()
    assert wire.sent == []
    assert wire.overflows == 1


async def test_so_much_text_may_wait_and_more_closes(outflow, wire):
    wire.is_open.clear()
    half = "x" * (MAX_QUEUED_CHARACTERS // 2)
    outflow.put([Frame(1, half), Frame(2, half)])
    assert wire.overflows == 0
    outflow.put(frames(3))
    assert wire.overflows == 1


async def test_what_was_taken_does_not_count_any_more(outflow, wire):
    for seq in range(5):
        outflow.put([Frame(seq, "x" * MAX_QUEUED_CHARACTERS)])
        await outflow.flushed()
    assert (wire.sent, wire.overflows) == ([0, 1, 2, 3, 4], 0)


async def test_nothing_of_the_backlog_is_flushed(outflow, wire):
    wire.is_open.clear()
    outflow.put(frames(1, 2, 3))
    await asyncio.sleep(0)
    outflow.put(frames(*range(MAX_QUEUED_FRAMES + 1)))
    wire.is_open.set()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert wire.sent == []


async def test_what_is_shut_sends_no_more(outflow, wire):
    outflow.put(frames(1))
    await outflow.flushed()
    outflow.put(frames(2))
    outflow.shut()
    outflow.put(frames(3))
    await outflow.flushed()
    assert wire.sent == [1]


async def test_another_side_that_is_gone_ends_the_sending(outflow, wire):
    wire.failure = ConnectionResetError()
    outflow.put(frames(1, 2))
    await outflow.flushed()
    wire.failure = None
    outflow.put(frames(3))
    await outflow.flushed()
    assert wire.sent == []
    assert wire.overflows == 0


async def test_with_nothing_to_send_flushing_is_immediate(outflow):
    await outflow.flushed()
