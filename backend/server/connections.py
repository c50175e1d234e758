"""The server's connections: the listening port, their limit, and the eviction of idle ones."""

import contextlib
import errno
import http.client
import socket
from collections.abc import Iterator
from typing import Any

from django.conf import settings

from core.metrics import OPEN_CONNECTIONS, REJECTED_DROPPED, REJECTED_FULL, REJECTED_IDLE, REJECTED_PER_IP
from core.network import network_of
from core.process_tuning import max_connections

# Of responses that the clients of one IP address do not read: 500 of half a megabyte took 370 MB.
MAX_UNREAD_BYTES = 64 * 1024 * 1024
# Connections above the limit that receive a 503 at the same time; others are dropped.
MAX_REJECTIONS = 32


# By network, in the order in which they began to wait.
Channels = dict[str, dict[Any, None]]


class ConnectionLimiter:
    """Counts connections by their transports. Those that wait for their clients are evicted for new ones.

    A connection waits between requests, or while its client does not read the response. The network with the
    most waiting connections loses its oldest one, so a client with many of them evicts only its own.
    WebSockets, and connections with a request in progress whose client reads, are never evicted.
    """

    def __init__(self) -> None:
        self._open: set[Any] = set()
        # Idle channels, between requests.
        self._waiting: Channels = {}
        # Channels whose clients read more slowly than the server sends.
        self._unread: Channels = {}

    def __len__(self) -> int:
        return len(self._open)

    def can_accept(self) -> bool:
        """Whether another connection can be accepted, at least to send it a 503."""
        if len(self._open) < max_connections() or self._waiting or self._unread:
            return True
        if len(self._open) < max_connections() + MAX_REJECTIONS:
            return True
        REJECTED_DROPPED.inc()
        return False

    def opened(self, channel: Any) -> bool:
        """Counts a new connection. False means that there are too many, and it must be rejected."""
        has_room = len(self._open) < max_connections() or self._evict_idle_connection()
        self._open.add(channel.transport)
        OPEN_CONNECTIONS.set(len(self._open))
        if has_room:
            self.mark_idle(channel)
        else:
            REJECTED_FULL.inc()
        return has_room

    def closed(self, transport: Any) -> None:
        self._open.discard(transport)
        OPEN_CONNECTIONS.set(len(self._open))

    def mark_idle(self, channel: Any) -> None:
        """The connection waits for the next request, or for the rest of one."""
        self.mark_busy(channel)
        _add(self._waiting, channel)

    def mark_busy(self, channel: Any) -> None:
        """The connection has a request in progress, is a WebSocket, or is closed."""
        _remove(self._waiting, channel)

    def mark_unread(self, channel: Any) -> None:
        """The client reads less than it is sent. Above the limits of its IP address, the oldest are closed.

        The IP address of a proxy has no limits, since all clients share it.
        """
        unread = _add(self._unread, channel)
        if settings.TRUSTED_PROXIES:
            return
        while len(unread) > 1 and _is_too_much(unread):
            REJECTED_PER_IP.inc()
            self._evict(next(iter(unread)))

    def mark_read(self, channel: Any) -> None:
        """The client has read all sent data, or has disconnected."""
        _remove(self._unread, channel)

    def _evict_idle_connection(self) -> bool:
        most = max([*self._waiting.values(), *self._unread.values()], key=len, default={})
        if not most:
            return False
        self._evict(next(iter(most)))
        REJECTED_IDLE.inc()
        return True

    def _evict(self, channel: Any) -> None:
        channel.close_now()
        self.mark_busy(channel)
        self.mark_read(channel)
        self.closed(channel.transport)


def _add(channels: Channels, channel: Any) -> dict[Any, None]:
    """Adds it at the end of its network's channels, which are returned."""
    of_network = channels.setdefault(_network(channel), {})
    of_network[channel] = None
    return of_network


def _remove(channels: Channels, channel: Any) -> None:
    network = _network(channel)
    of_network = channels.get(network, {})
    of_network.pop(channel, None)
    if not of_network:
        channels.pop(network, None)


def _is_too_much(unread: dict[Any, None]) -> bool:
    from core.rate_limits import scaled  # needs the settings

    limit = scaled(settings.MAX_CONNECTIONS_PER_ADDRESS)
    if limit is not None and len(unread) > limit:
        return True
    unread_bytes: int = sum(channel.unread_bytes for channel in unread)
    return unread_bytes > MAX_UNREAD_BYTES


def _network(channel: Any) -> str:
    """The network of the direct peer. Behind a proxy all have one, so the oldest of all is evicted."""
    return network_of(getattr(channel.transport.getPeer(), "host", ""))


# The Server header, by which a second start recognises a running server.
SERVER_NAME = "Tutti"
# The backlog of connections to accept: all clients reconnect at the same time after a restart.
BACKLOG = 1024
# The kernel's unsent bytes per client. Its default would be up to 4 MB for each client that
# does not read, in addition to this process's buffers; reading clients are not slowed down.
UNSENT_BYTES = 128 * 1024
ASK_SECONDS = 1


class CannotListenError(Exception):
    """The server cannot listen; the message has the reason and the solution."""


@contextlib.contextmanager
def bound_socket(host: str, port: int) -> Iterator[socket.socket]:
    """A socket bound to the port. Early clients wait until the server is ready."""
    family, address = _resolve(host, port)
    with socket.socket(family) as listener:
        # Without it, the port of a server that has just stopped would be unavailable for a minute.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if hasattr(socket, "TCP_NOTSENT_LOWAT"):  # inherited by accepted connections
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT_BYTES)
        try:
            listener.bind(address)
            listener.listen(BACKLOG)
        except OSError as error:
            raise CannotListenError(_explanation(error, host, port)) from error
        yield listener


def reachable_host(host: str) -> str:
    """The host by which this machine reaches a server that listens on `host`, for use in a URL."""
    if host in {"0.0.0.0", ""}:  # noqa: S104 - compared with, not listened on
        return "127.0.0.1"
    bare = "::1" if host.strip("[]") == "::" else host.strip("[]")
    return f"[{bare}]" if ":" in bare else bare


def _resolve(host: str, port: int) -> tuple[socket.AddressFamily, Any]:
    try:
        found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise CannotListenError(f"HOST={host} is not a known IP address or host name.") from error
    family, _, _, _, address = found[0]
    return family, address


def _explanation(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        owner = "Tutti is already running" if _is_tutti(host, port) else "another program listens"
        return f"{owner} on port {port}.\nChoose another port: PORT={port + 1} ./start-daphne.sh"
    if error.errno == errno.EACCES:
        return f"only root may listen on port {port}.\nChoose a port from 1024: PORT=4000 ./start-daphne.sh"
    if error.errno == errno.EADDRNOTAVAIL:
        return f"HOST={host} is not an IP address of this machine."
    return f"cannot listen on port {port} of {host}: {error.strerror}."


def _is_tutti(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(reachable_host(host), port, timeout=ASK_SECONDS)
    try:
        connection.request("HEAD", "/api/health/live")
        return connection.getresponse().headers["Server"] == SERVER_NAME
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
