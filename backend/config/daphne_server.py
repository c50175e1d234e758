"""Daphne with Tutti's limits, which stops in order: no new callers, everybody told, then the end."""

import asyncio
import contextvars
import functools
import logging
import os
import signal
import socket
import threading
from collections.abc import Callable
from typing import Any, cast

from daphne.http_protocol import WebRequest
from daphne.server import twisted_loop
from django.conf import settings
from twisted.internet import defer, reactor
from twisted.logger import globalLogPublisher

from apps.realtime.lifecycle import drain
from apps.realtime.outflow import SINK
from config.inbox import Inbox
from config.listening import SERVER_NAME
from config.open_connections import OpenConnections
from config.request_bodies import BoundedHTTPFactory
from config.socket_frames import BoundedSocket, BoundedSocketFactory
from config.sparing_server import STEP_SECONDS, TURNS, SparingServer

logger = logging.getLogger(__name__)

# How long open sockets and answers in progress get to end by themselves.
DRAIN_SECONDS = 3.0
# How long the rest of the process gets after that, such as a thread that waits for the database.
LAST_SECONDS = 3.0
# Above the consumer's own limit, which answers with a close code; Daphne's drops the line without a word.
LARGEST_WEBSOCKET_FRAME_BYTES = 2 * settings.SOCKET_MAX_FRAME_BYTES
# This one would count for what we send, too, and a snapshot is as large as its queue. What comes in is
# bounded by `socket_frames`.
NO_MESSAGE_LIMIT = 0
# Looked at only so often, at which moment it must be due.
PING_EVERY_SECONDS = TURNS * STEP_SECONDS - 1
# Less than that: with the next ping Autobahn forgets the timer of this one, and closes in spite of a pong.
PONG_WITHIN_SECONDS = 18
HANDSHAKE_SECONDS = 20
# After a client has gone: a request's own work is quick, a longer one hangs.
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
    """Serves on `listener` until a signal says stop; a second signal ends the process at once."""
    server = OrderlyServer(
        application=application,
        endpoints=[f"fd:fileno={listener.detach()}"],  # the server's from here on
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
    globalLogPublisher.addObserver(cast(Any, _tell_failure))
    for number in _stop_signals():
        twisted_loop.add_signal_handler(number, server.stop_in_order, on_stopping)
    reactor.callWhenRunning(on_ready)
    server.run()


class OrderlyServer(SparingServer):
    """A Daphne that can stop without cutting anybody off in the middle of a word."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._open_connections = OpenConnections()
        self._ports: list[Any] = []
        self._stopping: asyncio.Task[None] | None = None

    @property
    def http_factory(self) -> BoundedHTTPFactory:
        return self._http_factory

    @http_factory.setter
    def http_factory(self, _: Any) -> None:
        """Daphne sets a factory of its own before it listens; this server's bounds what comes in."""
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

    def stop_in_order(self, on_stopping: Callable[[], None]) -> None:
        if self._stopping:
            os._exit(IMPATIENT_EXIT)
        on_stopping()
        _end_process_after(DRAIN_SECONDS + LAST_SECONDS)
        self._stopping = asyncio.ensure_future(self._stop_in_order())

    def create_application(self, protocol: Any, scope: dict[str, Any]) -> Any:
        """As Daphne's, but in a context of its own.

        The end of an answer may be what begins the next request of its connection. That one would take over
        the context of the first, and with it a thread which nobody ends.
        """
        if isinstance(protocol, BoundedSocket):
            return contextvars.Context().run(self._create_socket_application, protocol, scope)
        return contextvars.Context().run(super().create_application, protocol, scope)

    def _create_socket_application(self, protocol: BoundedSocket, scope: dict[str, Any]) -> Inbox:
        """With a short way out, where there is one, and a slim way in."""
        sink = protocol.sink()
        scope |= {"asgi": ASGI, "extensions": {SINK: sink} if sink else {}}
        inbox = Inbox()
        running = self.application(scope, inbox.get, functools.partial(self.handle_reply, protocol))
        self.connections[protocol]["application_instance"] = asyncio.ensure_future(running)
        self.watch_application(protocol)
        return inbox

    async def handle_reply(self, protocol: Any, message: dict[str, Any]) -> None:
        """As Daphne's, but it returns only when there is room for more: so slow readers are noticed."""
        await super().handle_reply(protocol, message)
        if message["type"] == "websocket.send" or message.get("more_body"):
            await protocol.room()

    async def _stop_in_order(self) -> None:
        for port in self._ports:
            port.stopListening()
        try:
            async with asyncio.timeout(DRAIN_SECONDS):
                await drain()
                await self._finish_answers()
        except TimeoutError:
            logger.info("Timed out notifying some clients of the shutdown.")
        except Exception:
            logger.exception("Some clients could not be notified of the shutdown.")
        self.stop()

    async def _finish_answers(self) -> None:
        """Sockets are not waited for: those that can be told have been, the others find out by themselves."""
        while unfinished := self._unfinished(WebRequest):
            await asyncio.wait(unfinished)

    def _unfinished(self, kind: type = object) -> list[asyncio.Future[None]]:
        of_kind = (details for protocol, details in self.connections.items() if isinstance(protocol, kind))
        running = (details.get("application_instance") for details in of_kind)
        return [instance for instance in running if instance and not instance.done()]

    def kill_all_applications(self) -> Any:
        """Daphne's own stumbles over a connection whose application has ended already."""
        unfinished = self._unfinished()
        for instance in unfinished:
            instance.cancel()
        return defer.Deferred.fromFuture(asyncio.gather(*unfinished, return_exceptions=True))


def _tell_failure(event: Any) -> None:
    """Twisted keeps errors in its own log, which Daphne turns off."""
    if failure := event.get("log_failure"):
        told = (failure.type, failure.value, failure.getTracebackObject())
        logger.error("Unexpected error in a connection", exc_info=told)


def _stop_signals() -> list[signal.Signals]:
    """A closed terminal counts, except under nohup."""
    is_detached = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    return [signal.SIGTERM, signal.SIGINT, *([] if is_detached else [signal.SIGHUP])]


def _end_process_after(seconds: float) -> None:
    """A thread that hangs, on the database say, must not keep the process from ending."""
    watchdog = threading.Timer(seconds, os._exit, [HUNG_EXIT])
    watchdog.daemon = True
    watchdog.start()
