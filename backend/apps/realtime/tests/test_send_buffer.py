"""Messages go out one after the other; who does not take them is closed, and no other client waits for it."""

import asyncio
from collections.abc import Callable

import pytest

from apps.realtime.messages import PIECE_BYTES, Batch, EncodedMessage
from apps.realtime.send_buffer import MAX_BACKLOG_BYTES, DirectSendBuffer, QueuedSendBuffer
from apps.realtime.tests.recording_listener import until

AnySendBuffer = DirectSendBuffer | QueuedSendBuffer


class Wire:
    """What the other side got: by a coroutine, or as bytes. It takes something only while it is open."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.is_open = asyncio.Event()
        self.is_open.set()
        self.failure: Exception | None = None
        self.overflows = 0

    async def send(self, message: EncodedMessage) -> None:
        await self.is_open.wait()
        if self.failure is not None:
            raise self.failure
        self.sent.extend(message.pieces)

    def write(self, data: bytes) -> bool:
        """As a connection does, it takes this one, and says whether there is room for more."""
        self.sent.append(data)
        return self.is_open.is_set()

    def direct_send(self, before_others: Callable[[], None]) -> None:
        """There is no way past it."""

    def release(self) -> None: ...

    async def wait_writable(self) -> None:
        await self.is_open.wait()
        if self.failure is not None:
            raise self.failure

    def overflow(self) -> None:
        self.overflows += 1

    @property
    def data(self) -> bytes:
        return b"".join(self.sent)


@pytest.fixture
async def wire() -> Wire:
    return Wire()


@pytest.fixture(params=["direct", "queued"])
async def send_buffer(request: pytest.FixtureRequest, wire: Wire) -> AnySendBuffer:
    if request.param == "direct":
        return DirectSendBuffer(wire, wire.overflow)
    return QueuedSendBuffer(wire.send, wire.overflow)


@pytest.fixture
async def direct(wire: Wire) -> DirectSendBuffer:
    return DirectSendBuffer(wire, wire.overflow)


def messages(*seqs: int) -> list[EncodedMessage]:
    return [EncodedMessage(seq, f"{{{seq}}}") for seq in seqs]


def bytes_of(*seqs: int) -> bytes:
    return b"".join(piece for message in messages(*seqs) for piece in message.pieces)


def of_size(size: int) -> EncodedMessage:
    """A message of so many bytes altogether, or a few less."""
    payload = size
    while (message := EncodedMessage(1, "x" * payload)).size > size:
        payload -= message.size - size
    assert 0 <= size - message.size < 10
    return message


async def block(send_buffer: AnySendBuffer, wire: Wire) -> None:
    """From here on the other side takes nothing more."""
    wire.is_open.clear()
    send_buffer.put(messages(0))
    await asyncio.sleep(0)
    wire.sent.clear()


async def test_backlog_and_live_messages_keep_their_order(send_buffer, wire):
    await block(send_buffer, wire)
    for seq in range(1, 9):
        (send_buffer.put if seq % 2 else lambda some: send_buffer.put_live(Batch(some)))(messages(seq))
        await asyncio.sleep(0)
    assert wire.data == b""
    wire.is_open.set()
    await send_buffer.flushed()
    assert wire.data.endswith(bytes_of(1, 2, 3, 4, 5, 6, 7, 8))


@pytest.mark.parametrize("is_more_owed", [False, True])
async def test_live_messages_beyond_the_limit_close_despite_a_backlog(
    send_buffer, wire, settings, is_more_owed: bool
):
    await block(send_buffer, wire)
    if is_more_owed:
        send_buffer.put([of_size(2 * settings.SOCKET_SEND_BUFFER_BYTES)])
    half = of_size(settings.SOCKET_SEND_BUFFER_BYTES // 2)
    send_buffer.put_live(Batch([half]))
    send_buffer.put_live(Batch([half]))
    assert wire.overflows == 0
    send_buffer.put_live(Batch(messages(*range(10))))
    assert wire.overflows == 1


@pytest.mark.parametrize(("size", "count"), [(MAX_BACKLOG_BYTES // 2, 2), (3, MAX_BACKLOG_BYTES // 200)])
async def test_a_backlog_beyond_the_limit_closes(send_buffer, wire, size: int, count: int):
    """Many small answers count for what they hold."""
    await block(send_buffer, wire)
    send_buffer.put([EncodedMessage(1, "x" * size)])
    assert wire.overflows == 0
    for _ in range(count - 1):
        send_buffer.put([EncodedMessage(1, "x" * size)])
    assert wire.overflows == 1


async def test_a_snapshot_larger_than_the_backlog_limit_is_sent_but_nothing_after_it(send_buffer, wire):
    await block(send_buffer, wire)
    await until(lambda: send_buffer._backlog_bytes == 0)
    message = of_size(2 * MAX_BACKLOG_BYTES)
    send_buffer.put([message])
    assert wire.overflows == 0
    wire.is_open.set()
    await send_buffer.flushed()
    assert wire.data.endswith(b"".join(message.pieces))

    await block(send_buffer, wire)
    await until(lambda: send_buffer._backlog_bytes == 0)
    send_buffer.put([message])
    send_buffer.put(messages(1))
    assert wire.overflows == 1


@pytest.mark.parametrize("is_live", [True, False])
async def test_sent_messages_are_not_counted(send_buffer, wire, settings, is_live: bool):
    large = of_size(settings.SOCKET_SEND_BUFFER_BYTES)
    for _ in range(3):
        await block(send_buffer, wire)
        send_buffer.put_live(Batch([large])) if is_live else send_buffer.put([large])
        wire.is_open.set()
        await send_buffer.flushed()
    assert wire.overflows == 0


async def test_closing_discards_the_backlog(send_buffer, wire, settings):
    await block(send_buffer, wire)
    send_buffer.put_live(Batch(messages(1, 2, 3)))
    send_buffer.put_live(Batch([of_size(settings.SOCKET_SEND_BUFFER_BYTES)]))
    assert wire.overflows == 1
    wire.is_open.set()
    send_buffer.put_live(Batch(messages(4)))
    send_buffer.put(messages(5))
    await send_buffer.flushed()
    await asyncio.sleep(0)
    assert wire.sent == []
    assert wire.overflows == 1


async def test_a_closed_buffer_sends_nothing(send_buffer, wire):
    send_buffer.put(messages(1))
    await send_buffer.flushed()
    await block(send_buffer, wire)
    send_buffer.put(messages(2))
    send_buffer.close()
    send_buffer.put(messages(3))
    send_buffer.put_live(Batch(messages(4)))
    wire.is_open.set()
    await send_buffer.flushed()
    assert wire.sent == []


async def test_a_disconnected_client_ends_sending(send_buffer, wire):
    await block(send_buffer, wire)
    wire.failure = ConnectionResetError()
    send_buffer.put(messages(1, 2))
    wire.is_open.set()
    await send_buffer.flushed()
    wire.failure = None
    send_buffer.put(messages(3))
    await send_buffer.flushed()
    assert wire.sent == []
    assert wire.overflows == 0


async def test_a_batch_is_one_write_without_a_task_and_its_bytes_are_shared(direct, wire):
    other_wire = Wire()
    batch = Batch(messages(1, 2, 3))
    direct.put_live(batch)
    DirectSendBuffer(other_wire, other_wire.overflow).put_live(batch)
    assert wire.sent == [bytes_of(1, 2, 3)]
    assert wire.sent[0] is other_wire.sent[0]
    assert direct._sending is None


async def test_the_backlog_is_sent_in_portions_as_the_socket_becomes_writable(direct, wire):
    wire.is_open.clear()
    message = of_size(4 * PIECE_BYTES)
    direct.put([message])
    direct.put_live(Batch(messages(2)))
    await asyncio.sleep(0)
    assert wire.data == message.pieces[0]
    wire.is_open.set()
    await direct.flushed()
    assert wire.data == b"".join(message.pieces) + bytes_of(2)
    assert max(map(len, wire.sent)) <= PIECE_BYTES + 10


async def test_a_replay_of_many_events_takes_few_writes(direct, wire):
    direct.put(messages(*range(500)))
    assert wire.data == bytes_of(*range(500))
    assert len(wire.sent) == 1
