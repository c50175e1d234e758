"""A server's WebSocket over a TCP connection with tiny buffers, which transfers data only on command."""

import socket
import struct
from typing import Any, NamedTuple

from twisted.internet import tcp

from server.connections import ConnectionLimiter
from server.websockets import BoundedSocketFactory, ReceiveQueue

# Below the OS minimum, which is used instead.
TINY = 1
HANDSHAKE = (
    b"GET /ws/ HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
TEXT, CONTINUATION, CLOSE, PING = 0x1, 0x0, 0x8, 0x9


class Frame(NamedTuple):
    """One received frame."""

    code: int
    is_last: bool
    payload: bytes


class Daphne:
    """The part of Daphne's server that a socket uses."""

    root_path = ""
    proxy_forwarded_address_header = None

    def __init__(self) -> None:
        self.inbox = ReceiveQueue()
        self.has_ended = False

    def create_application(self, protocol: Any, scope: Any) -> ReceiveQueue:
        del protocol, scope
        return self.inbox

    def protocol_connected(self, protocol: Any) -> None: ...

    def protocol_disconnected(self, protocol: Any) -> None:
        del protocol
        self.has_ended = True

    def log_action(self, *arguments: Any) -> None: ...


class Reactor:
    """Records waiting writers; the test runs them."""

    def __init__(self) -> None:
        self.writers: set[Any] = set()

    def addWriter(self, writer: Any) -> None:  # noqa: N802 - Twisted's names
        self.writers.add(writer)

    def removeWriter(self, writer: Any) -> None:  # noqa: N802
        self.writers.discard(writer)

    def addReader(self, reader: Any) -> None: ...  # noqa: N802

    def removeReader(self, reader: Any) -> None: ...  # noqa: N802

    def callLater(self, *later: Any) -> None: ...  # noqa: N802


class SocketPair:
    """An open WebSocket: the server's side, with optional mixins, and the client's received data."""

    def __init__(self, *kinds: type) -> None:
        self.client, ours = _tiny_connection()
        self.daphne = Daphne()
        self.reactor = Reactor()
        factory = BoundedSocketFactory(self.daphne, ConnectionLimiter(), server="Tutti")
        factory.setProtocolOptions(autoPingTimeout=30, maxFramePayloadSize=128 * 1024)
        if kinds:
            factory.protocol = type("OwnSocket", (*kinds, factory.protocol), {})  # type: ignore[assignment]
        self.protocol = factory.buildProtocol(None)
        self.protocol._raw_query_string = b""
        port: Any = None
        reactor: Any = self.reactor
        self.transport = tcp.Server(ours, self.protocol, ("127.0.0.1", 1), port, 1, reactor)
        self.protocol.makeConnection(self.transport)
        self.protocol.dataReceived(HANDSHAKE)
        self.protocol.handle_reply({"type": "websocket.accept"})
        self.got = b""
        while b"\r\n\r\n" not in self.got:
            self.move()
        self.got = self.got.partition(b"\r\n\r\n")[2]
        sink = self.protocol.sink()
        assert sink is not None
        self.sink = sink

    def close(self) -> None:
        self.client.close()
        if self.transport.connected:
            self.transport.socket.close()

    # --- Transfers -----------------------------------------------------------------------------------

    def take(self, count: int) -> int:
        """The client reads up to `count` bytes; returns the number read."""
        try:
            data = self.client.recv(count)
        except BlockingIOError:
            return 0
        self.got += data
        return len(data)

    def let_write(self) -> Any:
        """Runs a waiting writer, as the reactor does: Twisted sends buffered data."""
        return self.transport.doWrite() if self.transport in self.reactor.writers else None

    def move(self) -> int:
        self.let_write()
        return self.take(1_000_000)

    def move_all(self) -> None:
        """Transfers everything."""
        quiet = 0
        while quiet < 50:
            is_still = self.move() == 0 and self.transport not in self.reactor.writers
            quiet = quiet + 1 if is_still else 0

    def say(self, code: int, payload: bytes) -> None:
        """Sends a frame from the client."""
        mask = b"\x01\x02\x03\x04"
        head = bytes((code | 0x80, 0x80 | len(payload))) + mask
        self.protocol.dataReceived(head + bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload)))

    @property
    def waiting(self) -> int:
        """Bytes buffered by the server."""
        transport = self.transport
        count: int = len(transport.dataBuffer) - transport.offset + transport._tempDataLen
        return count

    # --- Received data ---------------------------------------------------------------------------------

    def frames(self) -> list[Frame]:
        """All received frames, which must be complete."""
        found, data = [], self.got
        while data:
            code, length = data[0], data[1]
            assert not length & 0x80, "a server masks nothing"
            start = 2
            if length == 126:
                (length,), start = struct.unpack("!H", data[2:4]), 4
            elif length == 127:
                (length,), start = struct.unpack("!Q", data[2:10]), 10
            assert len(data) >= start + length, "the last frame is not whole"
            found.append(Frame(code & 0xF, bool(code & 0x80), data[start : start + length]))
            data = data[start + length :]
        return found

    def texts(self) -> list[str]:
        """The received messages, joined from their frames."""
        messages: list[bytes] = []
        for frame in self.frames():
            if frame.code == TEXT:
                messages.append(frame.payload)
            elif frame.code == CONTINUATION:
                messages[-1] += frame.payload
        return [message.decode() for message in messages]


def _tiny_connection() -> tuple[socket.socket, socket.socket]:
    with socket.socket() as listener, socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, TINY)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, TINY)
        listener.bind(("127.0.0.1", 0))
        listener.listen(1)
        client.connect(listener.getsockname())
        ours, _ = listener.accept()
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, TINY)
        ours.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.setblocking(False)
        return client.dup(), ours
