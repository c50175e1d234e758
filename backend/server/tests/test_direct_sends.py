"""A feed over real sockets with tiny buffers: no client misses an event."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from apps.playlist.models import STREAM_KIND
from apps.realtime import fanout
from apps.realtime.connection import Connection
from apps.realtime.fanout import NO_INDEX
from apps.realtime.feed import Feed
from apps.realtime.publishing import Hint
from server.tests.socket_pairs import PING, SocketPair

SEEDS = range(12)
STEPS = 400
SOCKETS = 7
SLICE = 2
EPOCH = "e"
PATIENCE_SECONDS = 20
# More than the OS's tiny buffers can hold.
LARGE = "x" * 200_000


class OneRoom:
    """Replaces the hub: one started feed, without a database."""

    def __init__(self) -> None:
        self.connections: set[Connection] = set()
        self.feed = Feed(stream_id=1, kind=STREAM_KIND, on_end=lambda _: None)
        self.feed.epoch = EPOCH

    async def join(self, *, kind: str, name: str, listener: Any) -> Feed:
        del kind, name
        self.feed.listeners.add(listener)
        return self.feed

    def leave(self, feed: Feed, listener: Any) -> None:
        feed.listeners.discard(listener)


class Client:
    """A socket in the room."""

    def __init__(self, room: OneRoom) -> None:
        self.line = SocketPair()
        self.closed_by: list[int] = []
        self.connection = Connection(
            room,  # type: ignore[arg-type]
            send=_nowhere,
            close=self.closed_by.append,
            sink=self.line.sink,
        )
        self.joined_at = 0
        self.answers: list[str] = []
        self.pings: list[bytes] = []
        self.has_left = False

    async def open(self) -> None:
        await self.connection.open(kind=STREAM_KIND, name="main", position=None)
        self.joined_at = self.connection.seq

    @property
    def is_direct(self) -> bool:
        return self.connection.fast_path_index != NO_INDEX

    def messages(self) -> list[str]:
        """The messages received after the greeting."""
        return self.line.texts()[1:]


async def _nowhere(frame: Any) -> None:
    raise AssertionError("The direct writer was bypassed.")


class Party:
    """A room with its clients and its sent events."""

    def __init__(self) -> None:
        self.room = OneRoom()
        self.clients: list[Client] = []
        self.top = 0

    async def add(self, count: int = 1) -> list[Client]:
        added = [Client(self.room) for _ in range(count)]
        for client in added:
            await client.open()
        self.clients += added
        return added

    def event(self, filler: str = "") -> None:
        self.top += 1
        self.room.feed.receive(Hint(1, EPOCH, self.top, f"{self.top} {filler}"))

    def events(self, count: int, filler: str) -> None:
        for _ in range(count):
            self.event(filler)

    async def settle(self) -> None:
        """Waits until all clients have received and read everything."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self.room.feed.wait_for_seq(self.top)
            await self.read_all()

    async def read_all(self) -> None:
        """Waits until the connected clients have read everything."""
        for client in self.clients:
            while not client.has_left and client.connection._send_buffer._waiting is not None:
                client.line.move_all()
                await asyncio.sleep(0)
            client.line.move_all()


@pytest.fixture(autouse=True)
def small_slices(monkeypatch) -> None:
    monkeypatch.setattr(fanout, "SLICE", SLICE)


@pytest.fixture
async def place() -> AsyncIterator[Party]:
    made = Party()
    yield made
    made.room.feed.stop()
    for client in made.clients:
        client.connection.leave()
        client.line.close()


async def test_slow_clients_get_the_rest_later_and_stuck_clients_are_closed(place, settings):
    ada, bo = await place.add(2)
    place.event()
    await place.settle()
    place.event(LARGE)
    place.event()
    await place.room.feed.wait_for_seq(3)
    assert not ada.is_direct
    await place.settle()
    assert ada.messages() == bo.messages() == ["1 ", f"2 {LARGE}", "3 "]

    settings.SOCKET_SEND_BUFFER_BYTES = 1000
    for _ in range(8):
        place.event(LARGE)
        await place.room.feed.wait_for_seq(place.top)
    assert ada.closed_by == bo.closed_by == [4008]
    assert not ada.is_direct
    assert len(place.room.feed.listeners) == 0


async def test_a_broken_connection_does_not_affect_others(place):
    ada, bo = await place.add(2)
    place.event()
    await place.settle()
    ada.line.transport.socket.close()
    place.clients.remove(ada)
    place.event()
    await place.settle()
    assert bo.messages() == ["1 ", "2 "]
    assert not ada.is_direct
    assert isinstance(ada.line.let_write(), Exception), "Twisted does not find it"
    ada.line.client.close()
    place.room.feed.compare(None)  # deletes the room
    assert bo.closed_by == [4404]


async def step(place: Party, chance: random.Random, number: int) -> None:
    client = chance.choice(place.clients)
    happens: list[Callable[[], Awaitable[object] | object]] = [
        lambda: place.events(chance.randint(1, 3), "é" * chance.choice([0, 5, 300, 9000])),
        lambda: asyncio.sleep(0),
        lambda: asyncio.sleep(0),
        lambda: client.line.take(chance.choice([1, 100, 10_000, 1_000_000])),
        client.line.let_write,
        place.read_all,
        lambda: ping(client, number),
        lambda: answer(client, number),
        lambda: leave(client) if len(place.clients) > SOCKETS else place.add(),
    ]
    result = chance.choices(happens, weights=[4, 4, 4, 4, 4, 4, 1, 1, 1])[0]()
    if isinstance(result, Awaitable):
        await result


async def arrived(client: Client, last: str) -> None:
    """Waits for the message: the OS decides when data in a tiny buffer arrives."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not any(text.split()[0] == last for text in client.messages()[-50:]):
            client.line.move_all()
            await asyncio.sleep(0)


def ping(client: Client, number: int) -> None:
    if not client.has_left:
        client.pings.append(str(number).encode())
        client.line.protocol.sendPing(client.pings[-1])


def answer(client: Client, number: int) -> None:
    if not client.has_left:
        client.answers.append(f"answer {number}")
        client.connection.put(client.answers[-1])


def leave(client: Client) -> None:
    client.has_left = True
    client.connection.leave()


@pytest.mark.parametrize("seed", SEEDS)
async def test_every_client_gets_every_event_once_and_in_order(place, seed: int):
    chance = random.Random(seed)
    await place.add(SOCKETS)
    for number in range(STEPS):
        await step(place, chance, number)
    await place.settle()
    here = [client for client in place.clients if not client.has_left]
    async with asyncio.timeout(PATIENCE_SECONDS):
        # The OS decides when such a tiny buffer is writable.
        while not all(client.is_direct for client in here):
            place.event()
            await place.settle()
    assert len(place.room.feed.listeners) == len(here)
    for client in here:
        if client.joined_at < place.top:
            await arrived(client, str(place.top))
        texts = client.messages()
        events = [int(text.split()[0]) for text in texts if not text.startswith("answer")]
        assert events == list(range(client.joined_at + 1, place.top + 1))
        assert [text for text in texts if text.startswith("answer")] == client.answers
        assert [frame.payload for frame in client.line.frames() if frame.code == PING] == client.pings
