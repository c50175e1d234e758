"""A socket as a client has it: every message is kept, every wait has an end."""

import json
from contextlib import ExitStack
from socket import create_connection
from typing import Any, Self
from urllib.parse import urlencode, urlsplit

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.fold import is_event

# Far above what anything takes; only a test that fails waits so long.
DEADLINE_SECONDS = 10.0

Message = dict[str, Any]


class Closed(Exception):
    """The server closed the socket. `messages` are those that came before."""

    def __init__(self, code: int | None, messages: list[Message]) -> None:
        super().__init__(f"closed with {code} after {messages}")
        self.code = code
        self.messages = messages


class Socket:
    """Listens to a room, or to another stream. Fails by itself when an event comes twice, or leaves a gap."""

    def __init__(
        self,
        server_url: str,
        path: str,
        *,
        position: tuple[str, int] | None = None,
        query: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
        host: str = "",
        address: str = "",
    ) -> None:
        """With `host` the request names another one than it goes to. `address` is the client's own."""
        if position is not None:
            query = {"epoch": position[0], "since": position[1]}
        server = urlsplit(server_url)
        url = f"ws://{host or server.netloc}{path}" + (f"?{urlencode(query)}" if query else "")
        options: dict[str, Any] = {"additional_headers": headers, "proxy": None, "compression": None}
        if address:
            options["source_address"] = (address, 0)
        if host:
            options["sock"] = create_connection((server.hostname, server.port), timeout=DEADLINE_SECONDS)
        self._opened = ExitStack()
        # The socket is read even while no messages are requested: else the server closes it as dead.
        options |= {"max_size": None, "max_queue": None, "close_timeout": 2}
        self._connection = self._opened.enter_context(connect(url, **options))
        self.messages: list[Message] = []
        self._read = 0
        self._last_seq = position[1] if position else None
        self._seen: set[tuple[str, int]] = set()
        self._has_resumed = False

    @classmethod
    def of_room(cls, server_url: str, room: str, **options: Any) -> Self:
        """A socket that is connected and greeted."""
        return cls.greeted(server_url, f"/ws/playlist/{room}/", **options)

    @classmethod
    def greeted(cls, server_url: str, path: str, **options: Any) -> Self:
        """The same of any stream."""
        socket = cls(server_url, path, **options)
        try:
            socket.established = socket.next("connection.established")
        except BaseException:
            socket.__exit__()
            raise
        return socket

    established: Message

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._opened.close()

    @property
    def position(self) -> tuple[str, int]:
        """The moment at which it was greeted."""
        return self.established["payload"]["epoch"], self.established["payload"]["seq"]

    # --- Hearing -------------------------------------------------------------------------------------

    def any_next(self) -> Message:
        """The next message, whatever it is."""
        try:
            text = self._connection.recv(timeout=DEADLINE_SECONDS)
        except TimeoutError:
            raise AssertionError(f"nothing more came after {self.messages}") from None
        except ConnectionClosed as end:
            raise Closed(end.rcvd.code if end.rcvd else None, self.messages) from None
        assert isinstance(text, str), "a message that is not text"
        message: Message = json.loads(text, parse_constant=_reject)
        assert isinstance(message["type"], str)
        self.messages.append(message)
        self._check_order(message)
        return message

    def next(self, *types: str) -> Message:
        """The next message but for heartbeats, which has to be of one of these types."""
        message = self.any_next()
        while message["type"] == "heartbeat" and "heartbeat" not in types:
            message = self.any_next()
        assert message["type"] in types, f"{message} came, not {types}"
        return message

    def wait_for(self, *types: str) -> Message:
        """The next message of one of these types, whatever comes before."""
        while (message := self.any_next())["type"] not in types:
            pass
        return message

    def events_up_to(self, seq: int) -> list[Message]:
        """The events received since the last call, as soon as `seq` has arrived."""
        while not any(is_event(message) and message["seq"] >= seq for message in self.messages):
            self.any_next()
        return self.new_events()

    def new_events(self) -> list[Message]:
        """The events among the messages that came since this was asked last."""
        new, self._read = self.messages[self._read :], len(self.messages)
        return [message for message in new if is_event(message)]

    def close_code(self) -> int | None:
        """Reads until the server closes; None when it closed without a code."""
        try:
            while True:
                self.any_next()
        except Closed as end:
            return end.code

    # --- Saying --------------------------------------------------------------------------------------

    def send(self, message: Any) -> None:
        """A value as JSON; text and bytes as they are."""
        if isinstance(message, dict) and message.get("type") == "resume":
            self._has_resumed = True
        self._connection.send(message if isinstance(message, (str, bytes)) else json.dumps(message))

    def ask(self, message: Any, *answers: str) -> Message:
        """Sends, and gives the next message of one of these types."""
        self.send(message)
        return self.wait_for(*answers)

    def ping(self) -> Message:
        """A round trip: proves that the socket lives."""
        return self.ask({"type": "ping"}, "pong")

    def error_for(self, message: Any) -> str:
        """The code of the error message; checks that the connection stays open."""
        payload = self.ask(message, "error")["payload"]
        assert isinstance(payload["message"], str)
        assert payload["message"]
        self.ping()
        code: str = payload["code"]
        return code

    # --- What always holds ---------------------------------------------------------------------------

    def _check_order(self, message: Message) -> None:
        payload = message.get("payload")
        is_greeting = message["type"] == "connection.established" and self._last_seq is None
        if is_greeting or message["type"].endswith(".snapshot"):
            self._last_seq = payload["seq"]
        elif is_event(message):
            name = (message["epoch"], message["seq"])
            assert name not in self._seen, f"received twice: {message}"
            self._seen.add(name)
            if not self._has_resumed:
                assert self._last_seq is not None, f"an event before the greeting: {message}"
                assert message["seq"] == self._last_seq + 1, f"{message} came after {self._last_seq}"
            self._last_seq = message["seq"]


def _reject(name: str) -> None:
    raise AssertionError(f"{name} is not JSON")
