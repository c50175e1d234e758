"""WebSocket consumers: joins, requests of clients, closing. The events themselves come from the hub."""

import asyncio
from collections.abc import Coroutine
from typing import Any
from urllib.parse import parse_qs

from channels.consumer import get_handler_name
from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.http.request import split_domain_port, validate_host

from apps.realtime.admission import Admitted
from apps.realtime.connection import CloseCode, Connection
from apps.realtime.decorators import rate_limit
from apps.realtime.hub import current_hub
from apps.realtime.messages import (
    Command,
    EncodedMessage,
    ExtensionMessage,
    FollowPeople,
    Identified,
    Identify,
    Ping,
    Resume,
    TakeSnapshot,
    UnknownType,
    command_from,
    error_text,
    message_text,
    pong_text,
    position_from,
)
from apps.realtime.presence import Person
from apps.realtime.send_buffer import SINK, Sink
from core.errors import ApiError, InvalidInput, NotAuthenticated, TooManyConnections, as_api_error
from core.http_security import is_origin_allowed, is_way_allowed
from core.identity import Caller, Visit, caller_for, scope_headers, visit_of_scope
from core.metrics import MESSAGES_TOO_LARGE, SOCKETS
from core.rate_limits import MESSAGES, MESSAGES_UNTIL_CLOSE, LocalRateLimiter, RateLimitExceeded, scaled

MAX_MESSAGE_BYTES: int = settings.SOCKET_MAX_MESSAGE_BYTES


class StreamConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]  # it has no types
    """One WebSocket that listens to one stream. Its route sets `kind`."""

    # The hub listens to the channel layer, once for each process; a socket needs no channel of its own.
    channel_layer_alias = None

    def __init__(self, *, kind: str, default_name: str = "main") -> None:
        super().__init__()
        self._kind = kind
        self._default_name = default_name
        self._connection: Connection | None = None
        self._counted: LocalRateLimiter | None = None
        self._is_closed = False
        self._hub = current_hub()
        self._admitted: Admitted | None = None
        self._is_counted = True
        self._present: Person | None = None
        self._address = ""
        self._closing: asyncio.Task[None] | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Like that of Channels, but for one source of messages, so it needs no task to wait for each."""
        self.scope, self.base_send = scope, send
        del scope
        SOCKETS.inc()
        try:
            while True:
                await self.dispatch(await receive())
        except StopConsumer:
            pass
        finally:  # also if Daphne cancels it, because it ends too slowly
            self._is_closed = True
            self._leave_stream()
            self._release_slot()
            SOCKETS.dec()

    async def dispatch(self, message: Any) -> None:
        """Like that of Channels, without the thread that closes database connections: none is held."""
        await getattr(self, get_handler_name(message))(message)

    async def websocket_disconnect(self, message: Any) -> None:
        del message
        raise StopConsumer

    @classmethod
    def as_asgi(cls, **options: Any) -> Any:
        """Like that of Channels, but without a coroutine around the consumer: it would keep the request."""

        def application(scope: Any, receive: Any, send: Any) -> Coroutine[Any, Any, None]:
            return cls(**options)(scope, receive, send)

        return application

    async def connect(self) -> None:
        await self.accept()
        if not self._may_connect():
            await self._close_now(CloseCode.ORIGIN_NOT_ALLOWED)
            return
        visit = visit_of_scope(self.scope)
        self._address = visit.address
        try:
            self._admitted = await self._hub.admission.enter(visit, is_join=True)
        except (RateLimitExceeded, TooManyConnections):
            await self._close_now(CloseCode.TOO_MANY)
            return
        name = self.scope["url_route"]["kwargs"].get("slug", self._default_name)
        query = parse_qs(self.scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)
        position, problem = _position_in(query)
        self._is_counted = query.get("present") != ["false"]
        sink: Sink | None = (self.scope.get("extensions") or {}).get(SINK)
        connection = Connection(self._hub, send=self._send_message, close=self._close_soon, sink=sink)
        self._connection = connection
        self.scope = None  # an open socket needs nothing more of its request
        try:
            is_open = await connection.open(kind=self._kind, name=name, position=position)
        except Exception as error:  # such as an unavailable database
            await self._give_up(error, may_resume=position is not None)
            return
        if not is_open:
            await self._close_now(CloseCode.NO_SUCH_STREAM)
            return
        if self._is_closed:
            return
        self._set_present(connection, self._admitted.key)
        self._hub.enter(self._kind, connection)
        if problem is not None:
            connection.put(error_text(problem))

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self._is_closed or self._connection is None:
            return
        data = text_data if text_data is not None else bytes_data or b""
        if _size_in_bytes(data) > MAX_MESSAGE_BYTES:
            MESSAGES_TOO_LARGE.inc()
            await self._close_now(CloseCode.MESSAGE_TOO_LARGE)
            return
        try:
            await self._handle(self._connection, data)
        except RateLimitExceeded as error:
            await self._reject_message(self._connection, error)
        except Exception as error:  # errors become error messages here; the connection stays open
            self._connection.put(error_text(as_api_error(error)))

    @property
    def _messages(self) -> LocalRateLimiter:
        self._counted = self._counted or LocalRateLimiter()
        return self._counted

    @rate_limit(MESSAGES.max_calls, MESSAGES.period_seconds, key=lambda self, *_: self._messages)
    async def _handle(self, connection: Connection, data: str | bytes) -> None:
        await self._answer(connection, command_from(data, kind=self._kind))

    async def _answer(self, connection: Connection, command: Command) -> None:
        network = self._admitted.network if self._admitted else ""
        if not isinstance(command, Ping | FollowPeople):
            self._hub.admission.count_read(network)
        match command:
            case Ping(ts=ts):
                connection.put(pong_text(ts=ts, seq=connection.seq))
            case Resume(position=position):
                await connection.resume(position)
            case TakeSnapshot():
                await connection.snapshot()
            case FollowPeople():
                self._follow_people(connection)
            case Identify():
                caller = await self._identified(command)
                self._set_present(connection, caller.key)
                connection.put(message_text(_identified_as(caller)))
            case ExtensionMessage(message=message):
                await self._hub.extension_of(self._kind, message).handle(connection, message, network=network)

    async def _identified(self, command: Identify) -> Caller:
        shown = {"guest_token": ("x-guest-token", ""), "access": ("authorization", "Bearer ")}
        header, scheme = shown[command.field]
        visit = Visit(address=self._address, headers={header: scheme + command.token})
        try:
            return await self._hub.admission.read(visit, caller_for, visit)
        except NotAuthenticated as error:
            raise InvalidInput.of(command.field, error.message) from None

    def _set_present(self, connection: Connection, key: str) -> None:
        """Marks the caller with this key as present, unless the socket is that of a display."""
        if self._is_closed or not self._is_counted:
            return
        before, self._present = self._present, Person(connection.stream_id, key)
        if before is None:
            self._hub.presence.enter(self._present)
        else:
            self._hub.presence.replace(before, self._present)
            self._hub.people.change_key(connection, key)

    def _follow_people(self, connection: Connection) -> None:
        if self._present is None or not self._hub.people.follow(connection, self._kind, self._present):
            raise UnknownType

    async def _reject_message(self, connection: Connection, error: RateLimitExceeded) -> None:
        if error.calls >= (scaled(MESSAGES_UNTIL_CLOSE.max_calls) or error.calls + 1):
            await self._close_now(CloseCode.TOO_MANY)
        else:
            connection.put(error_text(error))

    async def _give_up(self, error: Exception, *, may_resume: bool) -> None:
        """Closes the socket: a client that sent a position can resume later; others failed to join."""
        as_api_error(error)  # for the log
        await self._close_now(CloseCode.RESTART if may_resume else CloseCode.UNAVAILABLE)

    def _may_connect(self) -> bool:
        headers = scope_headers(self.scope)
        host = headers.get("host", "")
        return (
            is_host_allowed(host)
            and is_way_allowed(self.scope, headers)
            and is_origin_allowed(
                origin=headers.get("origin"), fetch_site=headers.get("sec-fetch-site"), host=host
            )
        )

    async def _send_message(self, message: EncodedMessage) -> None:
        await self.base_send({"type": "websocket.send", "text": message.text})

    async def _close_now(self, code: int) -> None:
        """Closes the socket immediately; waiting messages are not sent."""
        if self._is_closed:
            return
        self._is_closed = True
        self._leave_stream()
        await self.close(code=code)

    def _leave_stream(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            self._hub.people.leave(connection)
            self._hub.exit(self._kind, connection)
            connection.leave()

    def _release_slot(self) -> None:
        admitted, self._admitted = self._admitted, None
        if admitted is not None:
            self._hub.admission.leave(admitted)
        present, self._present = self._present, None
        if present is not None:
            self._hub.presence.leave(present)

    def _close_soon(self, code: int) -> None:
        """For callers that can't wait. A restart is sent to sockets that can resume; others are dropped."""
        if code == CloseCode.RESTART and not (self._connection and self._connection.can_resume):
            return
        closing_tasks = self._hub.closing_tasks
        self._closing = asyncio.create_task(self._close_now(code))
        closing_tasks.add(self._closing)
        self._closing.add_done_callback(closing_tasks.discard)


class NoSuchStream(AsyncWebsocketConsumer):  # type: ignore[misc]  # it has no types
    """Closes sockets at an unknown URL."""

    channel_layer_alias = None

    async def connect(self) -> None:
        await self.accept()
        await self.close(code=CloseCode.NO_SUCH_STREAM)


def is_host_allowed(host: str) -> bool:
    """Whether the Host header names this server, by the rules of ALLOWED_HOSTS."""
    domain, _ = split_domain_port(host)
    allowed = settings.ALLOWED_HOSTS
    if settings.DEBUG and not allowed:
        allowed = [".localhost", "127.0.0.1", "[::1]"]
    return bool(domain) and validate_host(domain, allowed)


def _position_in(query: dict[str, list[str]]) -> tuple[Any, ApiError | None]:
    """The position in the URL, if there is one; an invalid one is reported, and ignored."""
    epoch, since = query.get("epoch", [None])[-1], query.get("since", [None])[-1]
    if epoch is None and since is None:
        return None, None
    try:
        return position_from(epoch=epoch, since=since), None
    except InvalidInput as error:
        return None, error


def _identified_as(caller: Caller) -> Identified:
    if caller.user_id is not None:
        return Identified(user_id=caller.user_id)
    return Identified(guest_id=caller.guest_id or "")


def _size_in_bytes(data: str | bytes) -> int:
    if isinstance(data, bytes) or len(data) > MAX_MESSAGE_BYTES:
        return len(data)
    return len(data.encode("utf-8", "surrogatepass"))
