"""A Daphne whose regular looks at its connections cost little, however many there are.

Daphne looks at each of them every second, whether anything has ended, and every two seconds, whether it is to
be pinged. With thousands of quiet sockets that is more than many events cost. Here it is shown those alone of
which something has ended, and sockets take turns with their pings. What is done with them is Daphne's own.
"""

import contextvars
from functools import partial
from typing import Any

from daphne.server import Server, twisted_loop
from daphne.ws_protocol import WebSocketProtocol

# Each socket's turn comes after as many steps.
TURNS = 10
STEP_SECONDS = 2


class SparingServer(Server):  # type: ignore[misc]
    """Looks at a socket's timeouts every `TURNS * STEP_SECONDS` seconds, which is how often it is pinged."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.connections: dict[Any, dict[str, Any]]
        # As in `connections`: those whose application or whose line has ended.
        self._ended: dict[Any, dict[str, Any]] = {}
        self._sockets: list[set[WebSocketProtocol]] = [set() for _ in range(TURNS)]
        self._steps = 0
        # One for all: what is called there looks at nothing in it.
        self._no_context = contextvars.Context()

    def protocol_connected(self, protocol: Any) -> None:
        super().protocol_connected(protocol)
        if isinstance(protocol, WebSocketProtocol):
            self._of_same_turn(protocol).add(protocol)

    def protocol_disconnected(self, protocol: Any) -> None:
        super().protocol_disconnected(protocol)
        if isinstance(protocol, WebSocketProtocol):
            self._of_same_turn(protocol).discard(protocol)
        self._note_end(protocol)

    def create_application(self, protocol: Any, scope: dict[str, Any]) -> Any:
        queue = super().create_application(protocol, scope)
        self.watch_application(protocol)
        return queue

    def watch_application(self, protocol: Any) -> None:
        """To be called when the connection has got an application."""
        if running := self.connections.get(protocol, {}).get("application_instance"):
            running.add_done_callback(partial(self._note_end, protocol), context=self._no_context)

    def application_checker(self) -> None:
        """As Daphne's, over those of which something has ended."""
        everybody, ended, self._ended = self.connections, self._ended, {}
        looked_at = set(ended)
        self.connections = ended
        try:
            super().application_checker()
        finally:
            self.connections = everybody
        for protocol in looked_at - ended.keys():
            del everybody[protocol]
            self._ended.pop(protocol, None)
        for protocol, details in ended.items():
            everybody[protocol] = details  # the end of an answer may be what begins the next request
            if "disconnected" in details:  # its application goes on, and may do so for too long
                self._ended[protocol] = details

    def timeout_checker(self) -> None:
        """As Daphne's, over the sockets whose turn it is. Of requests there is nothing to look at."""
        twisted_loop.call_later(STEP_SECONDS, self.timeout_checker)
        sockets = list(self._sockets[self._steps % TURNS])
        self._steps += 1
        for socket in sockets:
            socket.check_timeouts()

    def _of_same_turn(self, socket: WebSocketProtocol) -> set[WebSocketProtocol]:
        return self._sockets[id(socket) // 64 % TURNS]

    def _note_end(self, protocol: Any, _: object = None) -> None:
        details = self.connections.get(protocol)
        if details is not None:
            self._ended[protocol] = details
