"""Clients that listen to a room by socket, by server-sent events or by polling, and check what they get."""

import asyncio
import contextlib
import json
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any, Self, TypeVar

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from tests.live.plain_http import Answer
from tests.live.replica import Message, Replica

# What a lost line raises.
LINE_LOST = (OSError, asyncio.IncompleteReadError, WebSocketException)
# Generous: the machine may be busy with other things.
OPEN_SECONDS = 30.0
POLL_WAIT_SECONDS = 25
# The pause after a rejected poll if a part of the server is unavailable; by the contract, one second.
UNAVAILABLE_SECONDS = 0.2


class Unavailable(Exception):
    """The response was a 503."""


class Listener(ABC):
    """One client of one room. With a replica it resumes from there, without it takes what comes."""

    def __init__(self, base_url: str, room: str = "main", replica: Replica | None = None) -> None:
        self.base_url = base_url
        self.room = room
        self.is_resuming = replica is not None
        self.replica = replica or Replica()
        # Messages that are not events, the newest last.
        self.others: list[Message] = []
        self.has_ended = False
        self.close_code: int | None = None
        # When each event came, by the clock of the machine.
        self.arrived_at: dict[int, float] = {}
        self._failure: BaseException | None = None
        self._changed = asyncio.Event()
        self._reading: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def open(self) -> None:
        """Returns when the join is confirmed and the missed events have arrived."""
        self.has_ended, self.close_code = False, None
        self.others.clear()
        self._reading = asyncio.create_task(self._read())
        await self.until(self.has_joined, OPEN_SECONDS)
        assert not self.has_ended, self

    async def come_back(self, base_url: str) -> None:
        """Goes on, there, from where it is."""
        await self.close()
        self.base_url, self.is_resuming = base_url, True
        await self.open()

    async def close(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)

    def has_joined(self) -> bool:
        wanted = "resumed" if self.is_resuming else "connection.established"
        return self.has_ended or any(message["type"] == wanted for message in self.others)

    async def until(self, is_so: Callable[[], bool], within_seconds: float) -> None:
        """Waits, and fails when it is not so in time or when anything was out of order."""
        try:
            async with asyncio.timeout(within_seconds):
                while self._failure is None and not is_so():
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            raise AssertionError(f"{self} did not get there within {within_seconds} s.") from None
        if self._failure is not None:
            raise self._failure

    async def reached(self, seq: int, within_seconds: float) -> None:
        await self.until(lambda: self.replica.seq >= seq, within_seconds)

    async def ended(self, within_seconds: float) -> None:
        await self.until(lambda: self.has_ended, within_seconds)

    def of_type(self, message_type: str) -> list[Message]:
        return [message for message in self.others if message["type"] == message_type]

    def __repr__(self) -> str:
        last = self.others[-1]["type"] if self.others else "nothing"
        ended = f", ended with {self.close_code}" if self.has_ended else ""
        return f"{type(self).__name__} of {self.room} at {self.replica.position}, last event {last}{ended}"

    async def _read(self) -> None:
        try:
            await self._read_until_end()
        except LINE_LOST:
            pass
        except Exception as error:  # raised where a caller waits
            self._failure = error
        finally:
            self.has_ended = True
            self._changed.set()

    @abstractmethod
    async def _read_until_end(self) -> None: ...

    def _take(self, message: Message) -> None:
        if "seq" in message and message["type"] != "pong":
            self.replica.take_event(message)
            self.arrived_at[message["seq"]] = time.time()
        else:
            self._take_other(message)
        self._changed.set()

    def _take_other(self, message: Message) -> None:
        self.others.append(message)
        payload = message.get("payload", {})
        if message["type"] == "connection.established" and not self.is_resuming:
            self.replica.begin(payload["epoch"], payload["seq"])
        elif message["type"] == "playlist.snapshot":
            self.replica.take_snapshot(payload)
        elif message["type"] in {"resumed", "heartbeat"}:
            reported = (payload["epoch"], payload["seq"])
            assert reported == self.replica.position, f"{message['type']} tells {reported} to {self}"

    @property
    def _query(self) -> str:
        if not self.is_resuming:
            return ""
        return f"?epoch={self.replica.epoch}&since={self.replica.seq}"


class SocketListener(Listener):
    connection: ClientConnection

    async def _read_until_end(self) -> None:
        address = f"{self.base_url.replace('http', 'ws', 1)}/ws/playlist/{self.room}/{self._query}"
        options: dict[str, Any] = {"max_size": None, "open_timeout": OPEN_SECONDS, "compression": None}
        # Its own pings would look like a reason for the server to be awake.
        async with connect(address, **options, ping_interval=None, proxy=None) as self.connection:
            try:
                while True:
                    self._take(json.loads(await self.connection.recv()))
            except ConnectionClosed as closed:
                self.close_code = closed.rcvd.code if closed.rcvd else None

    async def send(self, message: dict[str, Any]) -> None:
        await self.connection.send(json.dumps(message))


class StreamListener(Listener):
    """By server-sent events. It comes back as a browser does, by Last-Event-ID."""

    last_id = ""

    async def _read_until_end(self) -> None:
        self.last_id = ":".join(map(str, self.replica.position)) if self.is_resuming else ""
        headers = {"Last-Event-ID": self.last_id} if self.last_id else {}
        path = f"/api/rooms/{self.room}/playlist/stream/"
        response = await Answer.to_get(self.base_url, path, headers)
        with contextlib.closing(response):
            await response.head()
            assert response.status == 200, response.status
            text = b""
            async for piece in response.pieces():
                *whole, text = (text + piece).split(b"\n\n")
                for message in whole:
                    self._take_message(message.decode())

    def _take_message(self, message: str) -> None:
        fields = dict(line.split(": ", 1) for line in message.splitlines())
        self._take(json.loads(fields["data"]))
        if "id" in fields:
            reported = fields["id"].rpartition(":")
            message = json.loads(fields["data"])
            place = message if "seq" in message else message["payload"]
            # Being greeted does not mean having what was missed: until then a cut goes back to where it was.
            greeted = message["type"] == "connection.established" and self.is_resuming
            wanted = self.replica.position if greeted else (place["epoch"], place["seq"])
            assert (reported[0], int(reported[2])) == wanted, message


class PollListener(Listener):
    """By long polling, one request after the other."""

    def has_joined(self) -> bool:
        return self.has_ended or self.replica.epoch != ""

    async def _read_until_end(self) -> None:
        while True:
            try:
                self._take_answer(await self.ask(wait=POLL_WAIT_SECONDS))
            except Unavailable:
                await asyncio.sleep(UNAVAILABLE_SECONDS)

    async def ask(self, *, wait: float) -> dict[str, Any]:
        query = f"?limit=500&wait={wait}"
        if self.replica.epoch:
            query += f"&epoch={self.replica.epoch}&since={self.replica.seq}"
        path = f"/api/rooms/{self.room}/playlist/events/{query}"
        response = await Answer.to_get(self.base_url, path)
        with contextlib.closing(response):
            await response.head()
            body = await response.body()
        if response.status == 503:
            raise Unavailable(body)
        if response.status != 200:
            raise ConnectionError(f"{response.status} {body!r}")
        asked: dict[str, Any] = json.loads(body)
        return asked

    def _take_answer(self, response: dict[str, Any]) -> None:
        if response["snapshot"] is not None:
            assert response["events"] == []
            self.replica.take_snapshot(response["snapshot"])
        for event in response["events"]:
            self.replica.take_event(event)
            self.arrived_at[event["seq"]] = time.time()
        assert (response["epoch"], response["seq"]) == self.replica.position
        assert response["top"] >= response["seq"]
        self._changed.set()


L = TypeVar("L", bound=Listener)
KINDS: tuple[type[Listener], ...] = (SocketListener, StreamListener, PollListener)


async def replica_of(base_url: str, room: str) -> Replica:
    """The room as REST returns it, with the time of that state."""
    async with httpx.AsyncClient(base_url=base_url, timeout=30) as http:
        response = await http.get(f"/api/rooms/{room}/playlist/")
    assert response.status_code == 200, response.text
    return Replica(response.headers["X-Stream-Epoch"], int(response.headers["X-Stream-Seq"]), response.json())


@contextlib.asynccontextmanager
async def all_open(listeners: Iterable[L]) -> AsyncIterator[list[L]]:
    """Opens them all at once, closes them all at the end."""
    opened = list(listeners)
    try:
        await asyncio.gather(*(listener.open() for listener in opened))
        yield opened
    finally:
        await asyncio.gather(*(listener.close() for listener in opened))


async def all_reached(listeners: Iterable[Listener], seq: int, within_seconds: float) -> None:
    await asyncio.gather(*(listener.reached(seq, within_seconds) for listener in listeners))
