"""Who may join: how often a voter and an address may, and how much an address may have open together."""

import asyncio
import logging
import secrets
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import NamedTuple

from django.conf import settings
from django.core.cache import cache

from apps.realtime.reading import in_reader
from core.addresses import network_of
from core.capacity import max_live_connections
from core.errors import RETRY_WHEN_FULL_SECONDS, TooManyConnections
from core.identity import Visit, claimed_caller
from core.limits import JOINS_OF_ADDRESS, JOINS_OF_VOTER
from core.metrics import REFUSED_FULL, REFUSED_OF_ADDRESS
from core.rate_limits import TooManyCalls, count_against, scaled

logger = logging.getLogger(__name__)

# Each process tells the others how much it has open, this often and soon after a change …
TELL_EVERY_SECONDS = 20.0
TELL_AFTER_SECONDS = 0.5
# … and what it told is believed for so long: a killed process's counts fade away.
BELIEVED_SECONDS = 60.0

Counts = dict[str, tuple[int, float]]


class Admitted(NamedTuple):
    """Who was let in: the network, to be given to `leave`, and the user, if a known one joins."""

    network: str
    user_id: int | None


class Admission:
    """One process's count of what each address has open. Lives on the event loop, beside the hub."""

    def __init__(self, *, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._process = secrets.token_hex(6)
        self._open: Counter[str] = Counter()
        self._count = 0
        self._untold: set[str] = set()
        self._changed = asyncio.Event()
        self._telling: asyncio.Task[None] | None = None

    async def enter(self, visit: Visit, *, is_join: bool) -> Admitted:
        """Lets the visit in.

        Raises TooManyConnections when the process is full, TooManyCalls for the visit's own address.

        A waiting poll takes a place like a socket, but is no join: its requests are counted as requests.
        """
        network = network_of(visit.address)
        elsewhere, user_id = await in_reader(self._checked, visit, network, is_join)
        if self._count >= max_live_connections():
            REFUSED_FULL.inc()
            raise TooManyConnections
        limit = scaled(settings.MAX_CONNECTIONS_PER_ADDRESS)
        if limit is not None and self._open[network] + elsewhere >= limit:
            REFUSED_OF_ADDRESS.inc()
            raise TooManyCalls(calls=limit, retry_after_seconds=RETRY_WHEN_FULL_SECONDS)
        self._open[network] += 1
        self._count += 1
        self._tell_soon(network)
        return Admitted(network, user_id)

    def leave(self, network: str) -> None:
        self._open[network] -= 1
        self._count -= 1
        self._tell_soon(network)
        if self._open[network] <= 0:
            del self._open[network]

    @asynccontextmanager
    async def place(self, visit: Visit, *, is_join: bool) -> AsyncIterator[Admitted]:
        """A place for as long as the block runs. Raises as `enter`."""
        admitted = await self.enter(visit, is_join=is_join)
        try:
            yield admitted
        finally:
            self.leave(admitted.network)

    def stop(self) -> None:
        if self._telling is not None:
            self._telling.cancel()

    def _checked(self, visit: Visit, network: str, is_join: bool) -> tuple[int, int | None]:  # noqa: FBT001 - passed on by a reader
        """In a reader thread: counts the join, and reads what other processes have open; and who it is."""
        user_id = None
        if is_join:
            caller = claimed_caller(visit)
            user_id = caller.user_id
            count_against(JOINS_OF_VOTER, caller.key)
            count_against(JOINS_OF_ADDRESS, network)
        told = self._told(network).items()
        return sum(count for process, (count, _) in told if process != self._process), user_id

    def _told(self, network: str) -> Counts:
        told: Counts = cache.get(_key(network)) or {}
        since = self._clock() - BELIEVED_SECONDS
        return {process: (count, at) for process, (count, at) in told.items() if at > since}

    def _tell_soon(self, network: str) -> None:
        self._untold.add(network)
        self._changed.set()
        if self._telling is None or self._telling.done():
            self._telling = asyncio.create_task(self._keep_telling())

    async def _keep_telling(self) -> None:
        """While anything is open. Two processes that write at once may hide one count until the next time."""
        while self._open or self._untold:
            await asyncio.sleep(TELL_AFTER_SECONDS)  # many come and go together
            self._changed.clear()
            networks, self._untold = self._untold, set()
            await in_reader(self._tell, {network: self._open.get(network, 0) for network in networks})
            try:
                async with asyncio.timeout(TELL_EVERY_SECONDS):
                    await self._changed.wait()
            except TimeoutError:
                self._untold |= set(self._open)

    def _tell(self, counts: dict[str, int]) -> None:
        for network, count in counts.items():
            told = self._told(network)
            told[self._process] = (count, self._clock())
            cache.set(_key(network), told, timeout=BELIEVED_SECONDS)


def _key(network: str) -> str:
    return f"open:{network}"
