"""The direct writer: complete frames arrive in order, however much the OS accepts per write."""

import asyncio
from collections.abc import Iterator

import pytest

from apps.realtime.messages import PIECE_BYTES, Batch, EncodedMessage
from server.tests.socket_pairs import CLOSE, CONTINUATION, PING, TEXT, SocketPair

# Far more than the OS's tiny buffers can hold.
LARGE = 400_000


@pytest.fixture
def line() -> Iterator[SocketPair]:
    made = SocketPair()
    yield made
    made.close()


def batch(*texts: str) -> Batch:
    return Batch([EncodedMessage(1, text) for text in texts])


def test_buffered_data_is_sent_before_later_writes(line):
    assert line.sink.write(batch("a", "b").wire)
    assert line.reactor.writers == set(), "it was written through Twisted"
    line.sink.write(batch("x" * LARGE).wire)
    assert line.waiting > 0
    line.sink.write(batch("behind").wire)
    line.move_all()
    assert line.texts() == ["a", "b", "x" * LARGE, "behind"]
    assert line.waiting == 0


def test_a_close_during_a_burst_is_the_last_frame(line):
    line.sink.write(batch("x" * LARGE).wire)
    line.sink.write(batch("a").wire)
    line.protocol.serverClose(4008)
    line.sink.write(batch("too late").wire)
    line.move_all()
    assert line.texts() == ["x" * LARGE, "a"]
    last = line.frames()[-1]
    assert (last.code, last.payload) == (CLOSE, (4008).to_bytes(2, "big"))


def test_a_close_and_a_ping_may_come_between_fragments(line):
    pieces = EncodedMessage(1, "é" * PIECE_BYTES + "!").pieces
    line.sink.write(pieces[0])
    line.protocol.sendPing(b"p")
    line.sink.write(pieces[1])
    line.protocol.serverClose(4008)
    line.sink.write(pieces[2])
    line.move_all()
    assert [(frame.code, frame.is_last) for frame in line.frames()] == [
        (TEXT, False),
        (PING, True),
        (CONTINUATION, False),
        (CLOSE, True),
    ]


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65535, 65536, 131070, 131071, 200_000])
def test_messages_of_any_size_are_complete(line, size: int):
    line.sink.write(batch("x" * size).wire)
    line.move_all()
    assert line.texts() == ["x" * size]
    assert all(len(frame.payload) <= PIECE_BYTES for frame in line.frames())
    assert [frame.is_last for frame in line.frames()][-1:] == [True]


def test_the_buffer_is_full_until_the_client_reads(line):
    assert line.sink.write(batch("a").wire)
    while line.sink.write(batch("x" * 10_000).wire):
        pass
    assert 64 * 1024 < line.waiting < 128 * 1024
    line.move_all()
    assert line.sink.write(batch("a").wire)


@pytest.mark.parametrize("is_gone", [False, True])
async def test_waiting_senders_continue_when_writable_or_disconnected(line, is_gone: bool):
    while line.sink.write(batch("x" * 10_000).wire):
        pass
    waiting = [asyncio.create_task(line.sink.wait_writable()) for _ in range(2)]
    await asyncio.sleep(0)
    assert not any(task.done() for task in waiting)
    if is_gone:
        line.transport.connectionLost(_lost())
    else:
        line.move_all()
    async with asyncio.timeout(5):
        await asyncio.gather(*waiting)
        await line.sink.wait_writable()
    assert line.daphne.has_ended is is_gone
    assert line.sink.write(batch("a").wire), "a sender waits for a disconnected client"


def _lost() -> object:
    from twisted.internet.error import ConnectionLost
    from twisted.python.failure import Failure

    return Failure(ConnectionLost())


async def test_invalid_text_closes_the_socket_and_a_close_frame_is_returned(line):
    """Other messages of clients: tests/malformed/test_fragments.py."""
    other = SocketPair()
    other.say(TEXT, b"\xff")
    assert other.protocol.state != other.protocol.STATE_OPEN
    other.close()
    line.say(CLOSE, (1000).to_bytes(2, "big"))
    line.move_all()
    assert [(frame.code, frame.payload) for frame in line.frames()] == [(CLOSE, (1000).to_bytes(2, "big"))]
