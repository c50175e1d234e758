"""Every accepted connection, silent ones included, and who makes room when there are too many."""

from typing import Any

from core.addresses import network_of
from core.capacity import max_connections
from core.metrics import OPEN_CONNECTIONS, REFUSED_FULL, REFUSED_UNTOLD, SILENT_HUNG_UP

# Above the limit so many are held for the moment that it takes to tell them; others are hung up on.
TOLD_TOGETHER = 32


class OpenConnections:
    """Counts connections by their transports. One that waits for a request makes room for a new one.

    Whoever holds the most that wait loses the one that has waited longest, so silent ones of one address push
    out each other and nobody else. Sockets, and requests that are being answered, are never hung up on.
    """

    def __init__(self) -> None:
        self._open: set[Any] = set()
        # Channels between requests, of each network, in the order in which they began to wait.
        self._waiting: dict[str, dict[Any, None]] = {}

    def __len__(self) -> int:
        return len(self._open)

    def has_a_place(self) -> bool:
        """Whether another connection can be held, if only to tell it that the server is full."""
        if len(self._open) < max_connections() or self._waiting:
            return True
        if len(self._open) < max_connections() + TOLD_TOGETHER:
            return True
        REFUSED_UNTOLD.inc()
        return False

    def opened(self, channel: Any) -> bool:
        """Counts a new connection. False: there are too many, which it is to be told."""
        has_room = len(self._open) < max_connections() or self._hang_up_on_a_silent_one()
        self._open.add(channel.transport)
        OPEN_CONNECTIONS.set(len(self._open))
        if has_room:
            self.waits(channel)
        else:
            REFUSED_FULL.inc()
        return has_room

    def closed(self, transport: Any) -> None:
        self._open.discard(transport)
        OPEN_CONNECTIONS.set(len(self._open))

    def waits(self, channel: Any) -> None:
        """For the next request, or since now for the rest of one that has begun to arrive."""
        self.works(channel)
        self._waiting.setdefault(_network(channel), {})[channel] = None

    def works(self, channel: Any) -> None:
        """It has a request to answer, or is no HTTP any more, or has gone."""
        network = _network(channel)
        waiting = self._waiting.get(network, {})
        waiting.pop(channel, None)
        if not waiting:
            self._waiting.pop(network, None)

    def _hang_up_on_a_silent_one(self) -> bool:
        if not self._waiting:
            return False
        most = max(self._waiting.values(), key=len)
        channel = next(iter(most))
        channel.hang_up()
        self.works(channel)
        self.closed(channel.transport)
        SILENT_HUNG_UP.inc()
        return True


def _network(channel: Any) -> str:
    """Of whoever connected, which behind a proxy is the proxy: then the longest silent of all goes."""
    return network_of(getattr(channel.transport.getPeer(), "host", ""))
