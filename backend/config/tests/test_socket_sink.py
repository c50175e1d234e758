"""The short way out of a socket: whatever the system takes at a time, whole frames arrive in their order."""

import asyncio
from collections.abc import Iterator

import pytest

from apps.realtime.frames import Batch
from apps.realtime.frames import Frame as RoomFrame
from apps.realtime.wire import PIECE_BYTES
from config.tests.lines import CLOSE, CONTINUATION, PING, TEXT, Line

# Far more than the tiny buffers of the system hold.
LARGE = 400_000


@pytest.fixture
def line() -> Iterator[Line]:
    made = Line()
    yield made
    made.close()


def batch(*texts: str) -> Batch:
    return Batch([RoomFrame(1, text) for text in texts])


def test_what_the_system_does_not_take_follows_before_anything_else(line):
    assert line.sink.write(batch("a", "b").wire)
    assert line.reactor.writers == set(), "it came to Twisted"
    line.sink.write(batch("x" * LARGE).wire)
    assert line.waiting > 0
    line.sink.write(batch("behind").wire)
    line.move_all()
    assert line.texts() == ["a", "b", "x" * LARGE, "behind"]
    assert line.waiting == 0


def test_a_close_in_the_middle_of_a_burst_is_the_last_frame(line):
    line.sink.write(batch("x" * LARGE).wire)
    line.sink.write(batch("a").wire)
    line.protocol.serverClose(4008)
    line.sink.write(batch("too late").wire)
    line.move_all()
    assert line.texts() == ["x" * LARGE, "a"]
    last = line.frames()[-1]
    assert (last.code, last.payload) == (CLOSE, (4008).to_bytes(2, "big"))


def test_a_close_and_a_ping_may_come_between_the_pieces_of_a_long_message(line):
    pieces = RoomFrame(1, "é" * PIECE_BYTES + "!").pieces
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
def test_a_message_of_any_size_is_whole(line, size: int):
    line.sink.write(batch("x" * size).wire)
    line.move_all()
    assert line.texts() == ["x" * size]
    assert all(len(frame.payload) <= PIECE_BYTES for frame in line.frames())
    assert [frame.is_last for frame in line.frames()][-1:] == [True]


def test_there_is_room_until_too_much_waits_and_again_when_all_is_taken(line):
    assert line.sink.write(batch("a").wire)
    while line.sink.write(batch("x" * 10_000).wire):
        pass
    assert 64 * 1024 < line.waiting < 128 * 1024
    line.move_all()
    assert line.sink.write(batch("a").wire)


@pytest.mark.parametrize("is_gone", [False, True])
async def test_who_waits_for_room_goes_on_when_there_is_some_or_the_client_is_gone(line, is_gone: bool):
    while line.sink.write(batch("x" * 10_000).wire):
        pass
    waiting = [asyncio.create_task(line.sink.room()) for _ in range(2)]
    await asyncio.sleep(0)
    assert not any(task.done() for task in waiting)
    if is_gone:
        line.transport.connectionLost(_lost())
    else:
        line.move_all()
    async with asyncio.timeout(5):
        await asyncio.gather(*waiting)
        await line.sink.room()
    assert line.daphne.has_ended is is_gone
    assert line.sink.write(batch("a").wire), "it is asked to wait for a client that is gone"


def _lost() -> object:
    from twisted.internet.error import ConnectionLost
    from twisted.python.failure import Failure

    return Failure(ConnectionLost())


async def test_text_that_is_none_ends_the_socket_and_a_goodbye_is_answered(line):
    """What else a client may say: tests/malformed/test_pieces.py."""
    other = Line()
    other.say(TEXT, b"\xff")
    assert other.protocol.state != other.protocol.STATE_OPEN
    other.close()
    line.say(CLOSE, (1000).to_bytes(2, "big"))
    line.move_all()
    assert [(frame.code, frame.payload) for frame in line.frames()] == [(CLOSE, (1000).to_bytes(2, "big"))]
