"""How many requests are worked on at once; all others wait in line, and addresses take turns.

Each request is worked on by one thread of a pool. Beyond a few dozen, threads take more time from each
other than they bring, and each wants a database connection: where all wait for one of a small pool, most get
none in time, try again, and nothing is ever done. Whoever waits here costs neither.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from core.addresses import network_of
from core.errors import Unavailable
from core.https_only import hsts_headers
from core.identity import visit_of_scope
from core.metrics import REQUESTS_WAITING
from core.origins import cors_headers
from core.places import Places
from core.rendering import json_bytes
from core.request_context import request_id_from
from core.request_metrics import NO_VIEW, count_request
from core.security_headers import security_headers

Message = Mapping[str, Any]
Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Any, Receive, Send], Awaitable[None]]

# Below what browsers and proxies wait at the least, so that they hear of it.
MAX_WAIT_SECONDS = 20.0
# Longer than after a hiccup: whoever tries again joins the end of the line.
RETRY_AFTER_SECONDS = 5.0
# Who watches over the server must not take a full line for a server that is dead.
WATCHED = re.compile(r"/api/health(/.*)?|/metrics/?")
PLACES_FOR_WATCHERS = 4
# Of a long answer that a client takes slowly; a longer one is made no faster than it is taken.
MAX_BYTES_AHEAD = 1024 * 1024
# Of four places one is for whoever only reads: writes may all be waiting for one lock, and reads need none.
READING = frozenset({"GET", "HEAD", "OPTIONS"})
ONE_IN = 4


class TooManyRequests(Unavailable):
    """No place came free in time."""

    default_message = "The server is overloaded. Please try again later."

    def __init__(self) -> None:
        super().__init__(retry_after_seconds=RETRY_AFTER_SECONDS)


class RequestPlaces:
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
        self._places = Places(places)
        self._places_for_writes = Places(places - places // ONE_IN, within=self._places)
        self._places_for_watchers = Places(PLACES_FOR_WATCHERS)
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

    def _places_for(self, scope: Scope) -> Places:
        if WATCHED.fullmatch(scope["path"]):
            return self._places_for_watchers
        return self._places if scope["method"].upper() in READING else self._places_for_writes


class _Turn:
    """One request on its way: what it receives and sends tells when it needs a place, and when no longer."""

    def __init__(
        self, places: Places, scope: Scope, receive: Receive, send: Send, max_wait_seconds: float
    ) -> None:
        self._places = places
        self._scope = scope
        self._receive = receive
        self._send = send
        self._max_wait_seconds = max_wait_seconds
        self._has_arrived = False
        self._is_inside = False
        # What comes behind the body: at some time that the client has gone.
        self._next: asyncio.Future[Message] | None = None
        # What is left of a long answer, whether all of it is there, and who sends it.
        self._rest: asyncio.Queue[Message] = asyncio.Queue()
        self._is_whole = False
        self._sending: asyncio.Task[None] | None = None
        # How much of it is there but not sent, and what whoever makes too much waits for.
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
        """Never waits for a client that takes an answer slowly, unless too much of it is there already."""
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
        """Waits until a long answer has been sent; one that was broken off is left as it is."""
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
            with REQUESTS_WAITING.track_inprogress():
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
        # Whoever stops waiting for it may ask again.
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
    told = {
        "content-type": "application/json",
        "content-length": str(len(body)),
        "cache-control": "no-store",
        "x-request-id": request_id_from(headers.get("x-request-id")),
        **{name.lower(): value for name, value in security_headers(scope["path"]).items()},
        **hsts_headers(scope, headers),
        **cors_headers(headers.get("origin")),
        **{name.lower(): value for name, value in error.headers().items()},
    }
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in told.items()]
    await send({"type": "http.response.start", "status": error.status, "headers": raw})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
