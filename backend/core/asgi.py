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
    """Django's handler for synchronous views and middleware.

    Django's own handler starts a thread for each request, switches threads for each middleware, and opens a
    connection to SQLite: together as slow as a short request. These threads (`threads` of them) and their
    connections are reused. A request is completed even if its client disconnects.
    """

    def __init__(self, *, threads: int) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="request")
        self._in_thread = sync_to_async(self._respond, thread_sensitive=False, executor=self._threads)
        super().__init__()

    def load_middleware(self, is_async: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002 - as Django has it
        super().load_middleware(is_async=False)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        with contextlib.closing(body), deferring() as deferred:
            try:
                response = await self._in_thread(scope, body)
            finally:
                # In the next iteration of the event loop, after the response is written.
                asyncio.get_running_loop().call_soon(deferred.run)
            if response.streaming:
                await self._stream(response, receive, send)
            else:
                await self.send_response(response, send)

    def resolve_request(self, request: HttpRequest) -> ResolverMatch:
        """Django's hook: a middleware may have resolved the URL already."""
        match = request.resolver_match = match_of(request)
        return match

    def _respond(self, scope: Scope, body: IO[bytes]) -> Any:
        set_script_prefix(get_script_prefix(scope))
        signals.request_started.send(sender=type(self), scope=scope)
        request, error_response = self.create_request(scope, body)
        response: Any = error_response if request is None else self.get_response(request)
        response._handler_class = type(self)
        if isinstance(response, FileResponse):
            response.block_size = self.chunk_size
        if not response.streaming:
            response.close()
        return response

    async def _stream(self, response: Any, receive: Receive, send: Send) -> None:
        """Sends until the end of the response, or until the client disconnects."""
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
    """A semaphore: networks are served by round robin, requests of one network in order of arrival."""

    def __init__(self, count: int, *, within: Self | None = None) -> None:
        """A slot of `within`, if given, is taken as well."""
        self._free = count
        self._within = within
        # By network, the next one first. It is empty while a slot is free.
        self._queues: dict[str, WaitQueue] = {}

    def try_take(self) -> bool:
        """Takes a slot if one is free."""
        if not self._free or (self._within is not None and not self._within.try_take()):
            return False
        self._free -= 1
        return True

    async def take(self, network: str) -> None:
        """Waits for a slot, until this network is the next one. A cancelled caller gets none."""
        await self._take_own(network)
        if self._within is None:
            return
        try:
            await self._within.take(network)
        except asyncio.CancelledError:
            self._release_own()
            raise

    def release(self) -> None:
        self._release_own()
        if self._within is not None:
            self._within.release()

    async def _take_own(self, network: str) -> None:
        if self._free:
            self._free -= 1
            return
        turn = asyncio.get_running_loop().create_future()
        self._queues.setdefault(network, {})[turn] = None
        try:
            await turn
        except asyncio.CancelledError:
            if turn.cancelled():
                self._leave_queue(network, turn)
            else:  # it received a slot at the same time
                self._release_own()
            raise

    def _leave_queue(self, network: str, turn: asyncio.Future[None]) -> None:
        queue = self._queues.get(network, {})
        queue.pop(turn, None)
        if not queue:
            self._queues.pop(network, None)

    def _release_own(self) -> None:
        """Passes the slot to the next waiter; skips cancelled ones."""
        while self._queues:
            network = next(iter(self._queues))
            queue = self._queues.pop(network)
            turn = next(iter(queue))
            del queue[turn]
            if queue:
                self._queues[network] = queue  # behind all others
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
MONITORING_PATHS = re.compile(r"/api/health(/.*)?|/metrics/?")
SLOTS_FOR_MONITORING = 4
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
    """Passes up to `slots` concurrent requests to `application`, an ASGI application.

    A request takes a slot when its body is complete, so a slow upload has none, and releases it when the
    response is created, even if the client reads it slowly. A request that waits longer than
    `max_wait_seconds` receives a 503 with `Retry-After`; if its client disconnects, it takes no slot. Some
    slots are reserved for reads, and IP networks are served by round robin.
    """

    def __init__(
        self, application: Application, *, slots: int, max_wait_seconds: float = MAX_WAIT_SECONDS
    ) -> None:
        self._application = application
        self._slots = FairSemaphore(slots)
        self._write_slots = FairSemaphore(slots - slots // ONE_IN, within=self._slots)
        self._monitoring_slots = FairSemaphore(SLOTS_FOR_MONITORING)
        self._max_wait_seconds = max_wait_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        turn = _LimitedRequest(self._slots_for(scope), scope, receive, send, self._max_wait_seconds)
        try:
            await self._application(scope, turn.receive, turn.send)
            await turn.taken()
        except TooManyRequests as error:
            await _send_503(scope, send, error, waited_seconds=self._max_wait_seconds)
        finally:
            turn.end()

    def _slots_for(self, scope: Scope) -> FairSemaphore:
        if MONITORING_PATHS.fullmatch(scope["path"]):
            return self._monitoring_slots
        return self._slots if scope["method"].upper() in READING else self._write_slots


class _LimitedRequest:
    """One request: its messages determine when it needs a slot, and when it gives the slot back."""

    def __init__(
        self, slots: FairSemaphore, scope: Scope, receive: Receive, send: Send, max_wait_seconds: float
    ) -> None:
        self._slots = slots
        self._scope = scope
        self._receive = receive
        self._send = send
        self._max_wait_seconds = max_wait_seconds
        self._has_arrived = False
        self._has_slot = False
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
        return message if await self._take_slot() else await self._message_behind_body()

    async def send(self, message: Message) -> None:
        """Does not wait for a slow client, unless too much of the response is buffered already."""
        if message["type"] == "http.response.body":
            self._release()
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
        """Waits until a streaming response has been sent; an aborted one is left as it is."""
        if self._sending is not None and self._is_whole:
            await self._sending

    def end(self) -> None:
        self._release()
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

    async def _take_slot(self) -> bool:
        """Waits for a slot. False if the client disconnected. Raises TooManyRequests."""
        if self._slots.try_take():
            self._has_slot = True
            return True
        network = network_of(visit_of_scope(self._scope).address)
        entering = asyncio.ensure_future(self._slots.take(network))
        self._next = asyncio.ensure_future(self._receive())
        try:
            with REQUESTS_QUEUED.track_inprogress():
                done, _ = await asyncio.wait(
                    {entering, self._next},
                    timeout=self._max_wait_seconds,
                    return_when=asyncio.FIRST_COMPLETED,
                )
        finally:
            self._has_slot = _has_taken(entering)
        if not done:
            raise TooManyRequests
        return self._has_slot

    async def _message_behind_body(self) -> Message:
        if self._next is None:
            self._next = asyncio.ensure_future(self._receive())
        # A caller that stops waiting may call this again.
        message = await asyncio.shield(self._next)
        self._next = None
        return message

    def _release(self) -> None:
        if self._has_slot:
            self._has_slot = False
            self._slots.release()


def _has_taken(entering: asyncio.Future[Any]) -> bool:
    """Whether the slot was taken; otherwise cancels the wait."""
    if entering.done():
        return not entering.cancelled()
    entering.cancel()
    return False


async def _send_503(scope: Scope, send: Send, error: TooManyRequests, *, waited_seconds: float) -> None:
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
