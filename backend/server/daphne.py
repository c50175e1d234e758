"""Daphne with Tutti's limits, cheaper periodic checks and an orderly shutdown."""

import asyncio
import contextvars
import logging
import os
import signal
import socket
import threading
from collections.abc import Callable
from functools import partial
from typing import Any, cast

from daphne.http_protocol import WebRequest
from daphne.server import Server, twisted_loop
from daphne.ws_protocol import WebSocketProtocol
from django.conf import settings
from twisted.internet import defer, reactor
from twisted.logger import globalLogPublisher

from apps.realtime.asgi import drain
from apps.realtime.send_buffer import SINK
from server.connections import SERVER_NAME, ConnectionLimiter
from server.dependencies import HAS_FAST_PATH, untested_packages
from server.http_limits import BoundedHTTPFactory
from server.websockets import BoundedSocket, BoundedSocketFactory, ReceiveQueue

# Each socket is checked once in this number of steps.
CHECK_BATCHES = 10
STEP_SECONDS = 2


class BatchedChecksServer(Server):  # type: ignore[misc]
    """Checks a socket's timeouts every `CHECK_BATCHES * STEP_SECONDS` seconds, the ping interval."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.connections: dict[Any, dict[str, Any]]
        # As in `connections`: those whose application or connection has ended.
        self._ended: dict[Any, dict[str, Any]] = {}
        self._sockets: list[set[WebSocketProtocol]] = [set() for _ in range(CHECK_BATCHES)]
        self._steps = 0
        # One shared object: the callee reads nothing of it.
        self._no_context = contextvars.Context()

    def protocol_connected(self, protocol: Any) -> None:
        super().protocol_connected(protocol)
        if isinstance(protocol, WebSocketProtocol):
            self._batch_of(protocol).add(protocol)

    def protocol_disconnected(self, protocol: Any) -> None:
        super().protocol_disconnected(protocol)
        if isinstance(protocol, WebSocketProtocol):
            self._batch_of(protocol).discard(protocol)
        self._note_end(protocol)

    def create_application(self, protocol: Any, scope: dict[str, Any]) -> Any:
        queue = super().create_application(protocol, scope)
        self.watch_application(protocol)
        return queue

    def watch_application(self, protocol: Any) -> None:
        """Call this after the connection got its application."""
        if running := self.connections.get(protocol, {}).get("application_instance"):
            running.add_done_callback(partial(self._note_end, protocol), context=self._no_context)

    def application_checker(self) -> None:
        """As Daphne's, but only for connections or applications that have ended."""
        all_connections, ended, self._ended = self.connections, self._ended, {}
        looked_at = set(ended)
        self.connections = ended
        try:
            super().application_checker()
        finally:
            self.connections = all_connections
        for protocol in looked_at - ended.keys():
            del all_connections[protocol]
            self._ended.pop(protocol, None)
        for protocol, details in ended.items():
            all_connections[protocol] = details  # the end of a response may start the next request
            if "disconnected" in details:  # its application still runs, perhaps for too long
                self._ended[protocol] = details

    def timeout_checker(self) -> None:
        """As Daphne's, but only for the current batch of sockets. Requests need no check."""
        twisted_loop.call_later(STEP_SECONDS, self.timeout_checker)
        sockets = list(self._sockets[self._steps % CHECK_BATCHES])
        self._steps += 1
        for one in sockets:
            one.check_timeouts()

    def _batch_of(self, socket: WebSocketProtocol) -> set[WebSocketProtocol]:
        return self._sockets[id(socket) // 64 % CHECK_BATCHES]

    def _note_end(self, protocol: Any, _: object = None) -> None:
        details = self.connections.get(protocol)
        if details is not None:
            self._ended[protocol] = details


logger = logging.getLogger(__name__)

# The time for open sockets and responses in progress to finish during a shutdown.
DRAIN_SECONDS = 3.0
# The time for the rest of the process after that, such as a thread that waits for the database.
LAST_SECONDS = 3.0
# Above the consumer's own limit, which sends a close code; Daphne's drops the connection without one.
LARGEST_WEBSOCKET_FRAME_BYTES = 2 * settings.SOCKET_MAX_MESSAGE_BYTES
# Autobahn's limit would apply to sent messages too, and a snapshot is as large as its queue. Received
# messages are limited by `websockets`.
NO_MESSAGE_LIMIT = 0
# The interval of the checks, at which a ping must be due.
PING_EVERY_SECONDS = CHECK_BATCHES * STEP_SECONDS - 1
# Less than that: the next ping would replace the timer of this one, and Autobahn would close despite a pong.
PONG_WITHIN_SECONDS = 18
HANDSHAKE_SECONDS = 20
# After a client has disconnected: requests are quick; a longer one hangs.
CLOSE_SECONDS = 10
FOR_EVER = -1
ASGI = {"version": "3.0"}
HUNG_EXIT = 1
IMPATIENT_EXIT = 130


def run(
    application: Any,
    listener: socket.socket,
    *,
    on_ready: Callable[[], None],
    on_stopping: Callable[[], None],
) -> None:
    """Serves on `listener` until a stop signal; a second signal ends the process immediately."""
    if not HAS_FAST_PATH:
        untested = ", ".join(untested_packages())
        logger.warning("The fast path is off: not tested with %s. Messages cost more.", untested)
    server = GracefulServer(
        application=application,
        endpoints=[f"fd:fileno={listener.detach()}"],  # owned by the server from here on
        signal_handlers=False,
        websocket_timeout=FOR_EVER,
        websocket_connect_timeout=HANDSHAKE_SECONDS,
        websocket_handshake_timeout=HANDSHAKE_SECONDS,
        websocket_max_message_size=NO_MESSAGE_LIMIT,
        websocket_max_frame_size=LARGEST_WEBSOCKET_FRAME_BYTES,
        ping_interval=PING_EVERY_SECONDS,
        ping_timeout=PONG_WITHIN_SECONDS,
        application_close_timeout=CLOSE_SECONDS,
        server_name=SERVER_NAME,
        verbosity=0,
    )
    globalLogPublisher.addObserver(cast(Any, _log_failure))
    for number in _stop_signals():
        twisted_loop.add_signal_handler(number, server.shut_down, on_stopping)
    reactor.callWhenRunning(on_ready)
    server.run()


# Batched checks rely on private names of Daphne.
BaseServer: Any = BatchedChecksServer if HAS_FAST_PATH else Server


class GracefulServer(BaseServer):  # type: ignore[misc]
    """A Daphne with an orderly shutdown, which completes responses and sends close codes."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._open_connections = ConnectionLimiter()
        self._ports: list[Any] = []
        self._stopping: asyncio.Task[None] | None = None

    @property
    def http_factory(self) -> BoundedHTTPFactory:
        return self._http_factory

    @http_factory.setter
    def http_factory(self, _: Any) -> None:
        """Ignores Daphne's factory in favour of this server's, which limits requests."""
        self._http_factory = BoundedHTTPFactory(self, self._open_connections)

    @property
    def ws_factory(self) -> BoundedSocketFactory:
        return self._ws_factory

    @ws_factory.setter
    def ws_factory(self, _: Any) -> None:
        self._ws_factory = BoundedSocketFactory(self, self._open_connections, server=self.server_name)

    def listen_success(self, port: Any) -> None:
        super().listen_success(port)
        self._ports.append(port)

    def shut_down(self, on_stopping: Callable[[], None]) -> None:
        if self._stopping:
            os._exit(IMPATIENT_EXIT)
        on_stopping()
        _end_process_after(DRAIN_SECONDS + LAST_SECONDS)
        self._stopping = asyncio.ensure_future(self._shut_down())

    def create_application(self, protocol: Any, scope: dict[str, Any]) -> Any:
        """As Daphne's, but in a new context.

        The end of a response may start the next request of its connection. That request would inherit
        the context of the first, and with it a thread that is never ended.
        """
        if HAS_FAST_PATH and isinstance(protocol, BoundedSocket):
            return contextvars.Context().run(self._create_socket_application, protocol, scope)
        return contextvars.Context().run(super().create_application, protocol, scope)

    def _create_socket_application(self, protocol: BoundedSocket, scope: dict[str, Any]) -> ReceiveQueue:
        """With a direct writer, if possible, and a compact receive queue."""
        sink = protocol.sink()
        scope |= {"asgi": ASGI, "extensions": {SINK: sink} if sink else {}}
        inbox = ReceiveQueue()
        running = self.application(scope, inbox.get, partial(self.handle_reply, protocol))
        self.connections[protocol]["application_instance"] = asyncio.ensure_future(running)
        self.watch_application(protocol)
        return inbox

    async def handle_reply(self, protocol: Any, message: dict[str, Any]) -> None:
        """As Daphne's, but it returns only when the client can take more, which reveals slow readers."""
        await super().handle_reply(protocol, message)
        if message["type"] == "websocket.send" or message.get("more_body"):
            await protocol.wait_writable()

    async def _shut_down(self) -> None:
        for port in self._ports:
            port.stopListening()
        try:
            async with asyncio.timeout(DRAIN_SECONDS):
                await drain()
                await self._finish_responses()
        except TimeoutError:
            logger.info("Timed out notifying some clients of the shutdown.")
        except Exception:
            logger.exception("Some clients could not be notified of the shutdown.")
        self.stop()

    async def _finish_responses(self) -> None:
        """Waits for responses, not for sockets, which have been notified."""
        while unfinished := self._unfinished(WebRequest):
            await asyncio.wait(unfinished)

    def _unfinished(self, kind: type = object) -> list[asyncio.Future[None]]:
        of_kind = (details for protocol, details in self.connections.items() if isinstance(protocol, kind))
        running = (details.get("application_instance") for details in of_kind)
        return [instance for instance in running if instance and not instance.done()]

    def kill_all_applications(self) -> Any:
        """Daphne's version fails for a connection whose application has already ended."""
        unfinished = self._unfinished()
        for instance in unfinished:
            instance.cancel()
        return defer.Deferred.fromFuture(asyncio.gather(*unfinished, return_exceptions=True))


def _log_failure(event: Any) -> None:
    """Logs errors that Twisted writes to its own log, which Daphne disables."""
    if failure := event.get("log_failure"):
        failure = (failure.type, failure.value, failure.getTracebackObject())
        logger.error("Unexpected error in a connection", exc_info=failure)


def _stop_signals() -> list[signal.Signals]:
    """Includes SIGHUP of a closed terminal, except under nohup."""
    is_detached = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    return [signal.SIGTERM, signal.SIGINT, *([] if is_detached else [signal.SIGHUP])]


def _end_process_after(seconds: float) -> None:
    """Ends the process even if a thread hangs, for example in the database."""
    watchdog = threading.Timer(seconds, os._exit, [HUNG_EXIT])
    watchdog.daemon = True
    watchdog.start()
