"""Django as an ASGI application: a limited number of concurrent requests, each of them in one thread."""

import asyncio
import contextlib
import re
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import IO, Any, Self

from asgiref.sync import sync_to_async
from django.core import signals
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.http import FileResponse, HttpRequest
from django.urls import ResolverMatch, set_script_prefix

from core.errors import Unavailable
from core.http_security import cors_headers, hsts_headers, security_headers
from core.identity import match_of, visit_of_scope
from core.json_codec import json_bytes
from core.metrics import NO_VIEW, REQUESTS_QUEUED, count_request
from core.network import network_of
from core.request_context import deferring, request_id_from

Message = Mapping[str, Any]
Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class ThreadedASGIHandler(ASGIHandler):
    """Django's handler for views and middlewares of which none is asynchronous.

    Django's own starts a thread for each request, goes there and back for every middleware, and opens a
    connection to SQLite in it: together they took as long as a short answer. Here the threads stay, `threads`
    of them, and keep what they have opened. A request whose client has left is worked on to its end.
    """

    def __init__(self, *, threads: int) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="request")
        super().__init__()

    def load_middleware(self, is_async: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002 - as Django has it
        super().load_middleware(is_async=False)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        in_thread = sync_to_async(self._respond, thread_sensitive=False, executor=self._threads)
        with contextlib.closing(body), deferring() as deferred:
            try:
                response = await in_thread(scope, body)
            finally:
                # In the next turn of the loop: a response that need not wait is written in this one.
                asyncio.get_running_loop().call_soon(deferred.run)
            if response.streaming:
                await self._stream(response, receive, send)
            else:
                await self.send_response(response, send)

    def resolve_request(self, request: HttpRequest) -> ResolverMatch:
        """Django's hook: middlewares may have looked for it already."""
        match = request.resolver_match = match_of(request)
        return match

    def _respond(self, scope: Scope, body: IO[bytes]) -> Any:
        set_script_prefix(get_script_prefix(scope))
        signals.request_started.send(sender=type(self), scope=scope)
        request, refusal = self.create_request(scope, body)
        response: Any = refusal if request is None else self.get_response(request)
        response._handler_class = type(self)
        if isinstance(response, FileResponse):
            response.block_size = self.chunk_size
        if not response.streaming:
            response.close()
        return response

    async def _stream(self, response: Any, receive: Receive, send: Send) -> None:
        """Until all is sent, or the client leaves."""
        leaving = asyncio.ensure_future(self.listen_for_disconnect(receive))
        sending = asyncio.ensure_future(self.send_response(response, send))
        try:
            await asyncio.wait({leaving, sending}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (leaving, sending):
                task.cancel()
            _, sent = await asyncio.gather(leaving, sending, return_exceptions=True)
            await sync_to_async(response.close)()
        if isinstance(sent, Exception):
            raise sent


# --- Concurrent requests: the limit, and a queue that is fair between IP addresses -------------------

# Waiting requests of one network, in order of arrival.
WaitQueue = dict[asyncio.Future[None], None]


class FairSemaphore:
    """A semaphore: networks take turns (round robin), within a network requests are served in order."""

    def __init__(self, count: int, *, within: Self | None = None) -> None:
        """A slot of `within`, if given, is taken as well."""
        self._free = count
        self._within = within
        # By network, the next one first. It is empty while a slot is free.
        self._lines: dict[str, WaitQueue] = {}

    def take_at_once(self) -> bool:
        """Takes a slot if one is free."""
        if not self._free or (self._within is not None and not self._within.take_at_once()):
            return False
        self._free -= 1
        return True

    async def take(self, network: str) -> None:
        """Takes a slot as soon as it is this network's turn. A cancelled caller has none."""
        await self._take_own(network)
        if self._within is None:
            return
        try:
            await self._within.take(network)
        except asyncio.CancelledError:
            self._give_own_back()
            raise

    def give_back(self) -> None:
        self._give_own_back()
        if self._within is not None:
            self._within.give_back()

    async def _take_own(self, network: str) -> None:
        if self._free:
            self._free -= 1
            return
        turn = asyncio.get_running_loop().create_future()
        self._lines.setdefault(network, {})[turn] = None
        try:
            await turn
        except asyncio.CancelledError:
            if turn.cancelled():
                self._leave_line(network, turn)
            else:  # it was given one in the same moment
                self._give_own_back()
            raise

    def _leave_line(self, network: str, turn: asyncio.Future[None]) -> None:
        line = self._lines.get(network, {})
        line.pop(turn, None)
        if not line:
            self._lines.pop(network, None)

    def _give_own_back(self) -> None:
        """Passes the slot to the next waiter, which may have been cancelled without having noticed."""
        while self._lines:
            network = next(iter(self._lines))
            line = self._lines.pop(network)
            turn = next(iter(line))
            del line[turn]
            if line:
                self._lines[network] = line  # behind all others
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1


Application = Callable[[Any, Receive, Send], Awaitable[None]]

# Below the shortest timeouts of browsers and proxies, so that they get the response.
MAX_WAIT_SECONDS = 20.0
# Longer than after a short failure: a client that retries joins the end of the wait queue.
RETRY_AFTER_SECONDS = 5.0
# Monitoring must not take a full wait queue for a dead server.
WATCHED = re.compile(r"/api/health(/.*)?|/metrics/?")
PLACES_FOR_WATCHERS = 4
# Buffered bytes of a response to a slow client; a longer one is created no faster than it is sent.
MAX_BYTES_AHEAD = 1024 * 1024
# One slot of four is for reads: writes may all be waiting for one lock, and reads need none.
READING = frozenset({"GET", "HEAD", "OPTIONS"})
ONE_IN = 4


class TooManyRequests(Unavailable):
    """No slot became free in time."""

    default_message = "The server is overloaded. Please try again later."

    def __init__(self) -> None:
        super().__init__(retry_after_seconds=RETRY_AFTER_SECONDS)


class ConcurrencyLimiter:
    """Lets `places` requests at once through to `application`, an ASGI application.

    A request takes its place when its body is there, so a slow line holds none; it gives it back when its
    answer is made, however slowly that is taken. Who waits for longer than `max_wait_seconds` gets a 503 with
    `Retry-After`, and who leaves takes no place. Writes leave some places to reads, and one address that asks
    much holds up no others.
    """

    def __init__(
        self, application: Application, *, places: int, max_wait_seconds: float = MAX_WAIT_SECONDS
    ) -> None:
        self._application = application
        self._places = FairSemaphore(places)
        self._places_for_writes = FairSemaphore(places - places // ONE_IN, within=self._places)
        self._places_for_watchers = FairSemaphore(PLACES_FOR_WATCHERS)
        self._max_wait_seconds = max_wait_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        turn = _Turn(self._places_for(scope), scope, receive, send, self._max_wait_seconds)
        try:
            await self._application(scope, turn.receive, turn.send)
            await turn.taken()
        except TooManyRequests as error:
            await _refuse(scope, send, error, waited_seconds=self._max_wait_seconds)
        finally:
            turn.end()

    def _places_for(self, scope: Scope) -> FairSemaphore:
        if WATCHED.fullmatch(scope["path"]):
            return self._places_for_watchers
        return self._places if scope["method"].upper() in READING else self._places_for_writes


class _Turn:
    """One request: its messages determine when it needs a slot, and when it gives the slot back."""

    def __init__(
        self, places: FairSemaphore, scope: Scope, receive: Receive, send: Send, max_wait_seconds: float
    ) -> None:
        self._places = places
        self._scope = scope
        self._receive = receive
        self._send = send
        self._max_wait_seconds = max_wait_seconds
        self._has_arrived = False
        self._is_inside = False
        # The message behind the body: that the client has disconnected.
        self._next: asyncio.Future[Message] | None = None
        # The rest of a long response, whether it is complete, and the task that sends it.
        self._rest: asyncio.Queue[Message] = asyncio.Queue()
        self._is_whole = False
        self._sending: asyncio.Task[None] | None = None
        # The bytes that are created but not sent; a producer that is too far ahead waits.
        self._bytes_ahead = 0
        self._is_taken = asyncio.Event()

    async def receive(self) -> Message:
        if self._has_arrived:
            return await self._message_behind_body()
        message = await self._receive()
        if message["type"] != "http.request" or message.get("more_body", False):
            return message
        self._has_arrived = True
        return message if await self._enters() else await self._message_behind_body()

    async def send(self, message: Message) -> None:
        """Does not wait for a slow client, unless too much of the response is buffered already."""
        if message["type"] == "http.response.body":
            self._give_back()
            self._is_whole = not message.get("more_body", False)
            if self._sending is not None or not self._is_whole:
                self._rest.put_nowait(message)
                self._bytes_ahead += len(message.get("body", b""))
                self._sending = self._sending or asyncio.create_task(self._send_rest())
                while self._bytes_ahead > MAX_BYTES_AHEAD and not self._sending.done():
                    self._is_taken.clear()
                    await self._is_taken.wait()
                return
        await self._send(message)

    async def taken(self) -> None:
        """Waits until a long response has been sent; an aborted one is left as it is."""
        if self._sending is not None and self._is_whole:
            await self._sending

    def end(self) -> None:
        self._give_back()
        for task in (self._next, self._sending):
            if task is not None:
                task.cancel()

    async def _send_rest(self) -> None:
        has_more = True
        while has_more:
            message = await self._rest.get()
            has_more = message.get("more_body", False)
            try:
                await self._send(message)
            except BaseException:
                self._bytes_ahead = 0
                raise
            else:
                self._bytes_ahead -= len(message.get("body", b""))
            finally:
                self._is_taken.set()

    async def _enters(self) -> bool:
        """False when the client has left instead. Raises TooManyRequests."""
        if self._places.take_at_once():
            self._is_inside = True
            return True
        network = network_of(visit_of_scope(self._scope).address)
        entering = asyncio.ensure_future(self._places.take(network))
        self._next = asyncio.ensure_future(self._receive())
        try:
            with REQUESTS_QUEUED.track_inprogress():
                done, _ = await asyncio.wait(
                    {entering, self._next},
                    timeout=self._max_wait_seconds,
                    return_when=asyncio.FIRST_COMPLETED,
                )
        finally:
            self._is_inside = _has_place(entering)
        if not done:
            raise TooManyRequests
        return self._is_inside

    async def _message_behind_body(self) -> Message:
        if self._next is None:
            self._next = asyncio.ensure_future(self._receive())
        # A caller that stops waiting for it may ask again.
        message = await asyncio.shield(self._next)
        self._next = None
        return message

    def _give_back(self) -> None:
        if self._is_inside:
            self._is_inside = False
            self._places.give_back()


def _has_place(entering: asyncio.Future[Any]) -> bool:
    """Whether it got one; if not, it gets none any more."""
    if entering.done():
        return not entering.cancelled()
    entering.cancel()
    return False


async def _refuse(scope: Scope, send: Send, error: TooManyRequests, *, waited_seconds: float) -> None:
    headers = visit_of_scope(scope).headers
    count_request(method=scope["method"], view=NO_VIEW, status=error.status, seconds=waited_seconds)
    body = json_bytes(error.body())
    headers = {
        "content-type": "application/json",
        "content-length": str(len(body)),
        "cache-control": "no-store",
        "x-request-id": request_id_from(headers.get("x-request-id")),
        **{name.lower(): value for name, value in security_headers(scope["path"]).items()},
        **hsts_headers(scope, headers),
        **cors_headers(headers.get("origin")),
        **{name.lower(): value for name, value in error.headers().items()},
    }
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": error.status, "headers": raw})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
