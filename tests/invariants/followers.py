"""Clients that follow a room: they are cut off at random, come back, and keep the queue by events alone."""

import json
import random
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from hashlib import sha256
from http.client import HTTPConnection
from socket import SHUT_RDWR
from typing import Any
from urllib.parse import urlencode

import httpx

from tests.contract.event_streams import EventStream, event_stream
from tests.contract.sockets import Closed, Socket
from tests.fold import EVENT_TYPES, Event, Message, Queue, Snapshot, fetched_without_check, is_event
from tests.processes import TuttiServer

# A heartbeat comes twice a second, so that silence of this length is a fault.
SILENCE_SECONDS = 25
# What is not a greeting: an event or a heartbeat.
REPORTING = {"heartbeat", *EVENT_TYPES}
# After so many messages the line may be cut: at once, in the middle of what was missed, or late.
PATIENCE = (0, 1, 1, 2, 3, 5, 8, 13, 40, 90)


def digest_of(queue: Queue) -> str:
    text = ";".join(f"{item['id']}:{item['votes']}:{int(item['is_playing'])}" for item in queue.items)
    return sha256(text.encode()).hexdigest()[:16]


class Follower(ABC):
    """Follows until it has seen everything up to `last_seq`, which is set when the load is over."""

    def __init__(self, server: TuttiServer, slug: str, start: Snapshot, seed: str = "") -> None:
        self.server = server
        self.path = f"/api/rooms/{slug}/playlist/"
        self.socket_path = f"/ws/playlist/{slug}/"
        self.queue = Queue(start)
        self.first_seq = start.seq + 1
        self.seen: list[int] = []
        self.last_seq: int | None = None
        self.connections = 0
        self._chance = random.Random(seed)

    def follow(self, first_patience: int | None = None) -> None:
        """Until there is nothing more to come. The first connection may be cut after a given message."""
        patience = first_patience
        while not self._has_everything:
            self.connections += 1
            self._follow_for(self._chance.choice(PATIENCE) if patience is None else patience)
            patience = None

    @abstractmethod
    def await_proof(self) -> None:
        """Once more the server says where the room is, and that is where this client is."""

    @property
    def _has_everything(self) -> bool:
        return self.last_seq is not None and self.queue.seq >= self.last_seq

    @abstractmethod
    def _follow_for(self, patience: int) -> None:
        """One connection, cut after so many messages or when there is nothing more to come."""

    def _take(self, event: Event) -> None:
        """Folds an event in. Raises FoldError when it was seen already, or others before it were not."""
        self.queue.apply(event)
        self.seen.append(event["seq"])

    def _check_resumed(self, message: Message) -> None:
        assert message["payload"]["recovered"] is True, "the log should have had everything"

    def _check_heartbeat(self, message: Message) -> None:
        assert message["type"] == "heartbeat"
        said = message["payload"]
        assert (said["epoch"], said["seq"]) == (self.queue.epoch, self.queue.seq)
        assert said["digest"] == digest_of(self.queue)


class WebSocketFollower(Follower):
    """Comes back with `?epoch&since` or with a `resume` message, by chance."""

    def _follow_for(self, patience: int) -> None:
        with suppress(Closed):
            if self._chance.random() < 0.5:
                self._come_back_by_url(patience)
            else:
                self._come_back_by_message(patience)

    def _come_back_by_url(self, patience: int) -> None:
        """Here the order is strict: what was missed, `resumed`, what is live."""
        with self._connected(self.queue.snapshot().position) as socket:
            has_resumed = False
            for message in self._some(socket, patience):
                if is_event(message):
                    self._take(message)
                elif message["type"] == "resumed":
                    self._check_resumed(message)
                    has_resumed = True
                elif message["type"] == "heartbeat":
                    assert has_resumed
                    self._check_heartbeat(message)
                if has_resumed and self._has_everything:
                    return

    def _come_back_by_message(self, patience: int) -> None:
        """Here what was missed may come behind newer live events: they wait until all of it is there."""
        with self._connected() as socket:
            socket.send({"type": "resume", "epoch": self.queue.epoch, "since": self.queue.seq})
            waiting: list[Event] | None = []
            for message in self._some(socket, patience):
                if message["type"] == "resumed":
                    self._check_resumed(message)
                    for event in sorted(waiting or [], key=lambda event: event["seq"]):
                        self._take(event)
                    waiting = None
                    if self._chance.random() < 0.3:
                        socket.send({"type": "snapshot"})
                elif message["type"] == "playlist.snapshot":
                    self._check_snapshot(message)
                elif is_event(message) and waiting is not None:
                    waiting.append(message)
                elif is_event(message):
                    self._take(message)
                if waiting is None and self._has_everything:
                    return

    def _check_snapshot(self, message: Message) -> None:
        """It stands behind every event that it contains: what was folded so far is the same."""
        folded = self.queue.snapshot()
        assert replace(folded, **message["payload"]) == folded

    def await_proof(self) -> None:
        """By the digest in a heartbeat."""
        with self._connected(self.queue.snapshot().position) as socket:
            self._check_heartbeat(socket.wait_for(*REPORTING))

    # --- The line ------------------------------------------------------------------------------------

    @contextmanager
    def _connected(self, position: tuple[str, int] | None = None) -> Iterator[Socket]:
        with Socket(self.server.ws_url, self.socket_path, position=position) as socket:
            yield socket
            if self._chance.random() < 0.5:  # as when a cable is pulled, without a goodbye
                with suppress(OSError):
                    socket._connection.socket.shutdown(SHUT_RDWR)

    def _some(self, socket: Socket, patience: int) -> Iterator[Message]:
        for place in range(patience):
            message = socket.any_next()
            assert (message["type"] == "connection.established") is (place == 0)
            yield message


class RestFirstFollower(WebSocketFollower):
    """Fetches the queue each time before it connects, and takes what comes after that moment.

    It asks for what follows everything that it has received in another way: none of that may come again.
    """

    def _follow_for(self, patience: int) -> None:
        with self.server.client() as http:
            self.queue = Queue(fetched_without_check(http.get, self.path.split("/")[3]))
        with suppress(Closed):
            self._come_back_by_url(patience)


class ServerSentFollower(Follower):
    """Does what a browser does: sends the last `id` that it got, whatever it stood on."""

    def __init__(self, server: TuttiServer, slug: str, start: Snapshot, seed: str = "") -> None:
        super().__init__(server, slug, start, seed)
        self._last_id = f"{start.epoch}:{start.seq}"

    def _follow_for(self, patience: int) -> None:
        with self._streamed() as messages:
            for _ in range(patience):
                self._note(next(messages))
                if self._has_everything:
                    return

    @contextmanager
    def _streamed(self) -> Iterator[Iterator[Message]]:
        headers = {"Last-Event-ID": self._last_id}
        with (
            httpx.Client(base_url=self.server.base_url) as http,
            event_stream(http, f"{self.path}stream/", headers=headers) as stream,
        ):
            yield self._messages(stream)

    def _note(self, message: Message) -> None:
        if is_event(message):
            self._take(message)
        elif message["type"] == "resumed":
            self._check_resumed(message)
        elif message["type"] == "heartbeat":
            self._check_heartbeat(message)

    def await_proof(self) -> None:
        """By the digest in a heartbeat."""
        with self._streamed() as messages:
            self._check_heartbeat(next(message for message in messages if message["type"] in REPORTING))

    def _messages(self, stream: EventStream) -> Iterator[Message]:
        while True:
            reported = stream.any_next()
            self._last_id = reported.id or self._last_id
            yield reported.message


class PollingFollower(Follower):
    """Asks for the next part of the log, at times hanging up before the response is there."""

    def _follow_for(self, patience: int) -> None:
        with closing(self._line()) as line:
            for _ in range(patience):
                part = self._asked(line)
                assert part["snapshot"] is None
                assert part["top"] >= part["seq"]
                for event in part["events"]:
                    self._take(event)
                assert part["seq"] == self.queue.seq
                if self._has_everything:
                    return
            self._ask(line)

    def await_proof(self) -> None:
        """There is nothing after what it has."""
        with closing(self._line()) as line:
            part = self._asked(line)
        assert (part["events"], part["top"], part["snapshot"]) == ([], self.queue.seq, None)

    def _line(self) -> HTTPConnection:
        host, port = self.server.base_url.removeprefix("http://").split(":")
        return HTTPConnection(host, int(port), timeout=SILENCE_SECONDS)

    def _asked(self, line: HTTPConnection) -> dict[str, Any]:
        self._ask(line)
        part: dict[str, Any] = json.loads(line.getresponse().read())
        return part

    def _ask(self, line: HTTPConnection) -> None:
        position = {"epoch": self.queue.epoch, "since": self.queue.seq}
        manner = {"limit": self._chance.randint(1, 20), "wait": self._chance.choice([0, 0.3, 0.3, 0.3])}
        line.request("GET", f"{self.path}events/?{urlencode({**position, **manner})}")
