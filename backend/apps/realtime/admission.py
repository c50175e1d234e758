"""Limits of joins and connections: joins of a voter and an IP address, open connections of an IP address."""

import asyncio
import logging
import secrets
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, NamedTuple, TypeVar

from django.conf import settings
from django.core.cache import cache

from apps.realtime.database_reads import READER_THREADS, run_in_reader
from core.asgi import FairSemaphore
from core.errors import RETRY_WHEN_FULL_SECONDS, TooManyConnections
from core.identity import Visit, claimed_caller
from core.metrics import REJECTED_FULL, REJECTED_PER_IP
from core.network import network_of
from core.process_tuning import max_live_connections
from core.rate_limits import (
    JOINS_OF_ADDRESS,
    JOINS_OF_VOTER,
    READS_OF_ADDRESS,
    RateLimitExceeded,
    check_rate_limit,
    scaled,
)
from core.resilience import SlidingWindowLimiter

logger = logging.getLogger(__name__)

# Each process publishes its number of open connections, this often and soon after a change …
PUBLISH_EVERY_SECONDS = 20.0
PUBLISH_AFTER_SECONDS = 0.5
# … and the published counts are valid for so long: those of a killed process expire.
COUNTS_TTL_SECONDS = 60.0

Counts = dict[str, tuple[int, float]]
R = TypeVar("R")
# Reads for clients that are made at once; one thread is left to those of the hub.
MAX_CONCURRENT_READS = READER_THREADS - 1


class Admitted(NamedTuple):
    """Who was let in, to be given to `leave`: the network, and the key of the caller, if one joins."""

    network: str
    key: str
    files: int


class Admission:
    """One process's count of what each address has open. Lives on the event loop, beside the hub."""

    def __init__(self, *, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._process = secrets.token_hex(6)
        self._open: Counter[str] = Counter()
        self._count = 0
        self._reads = SlidingWindowLimiter()
        self._turns = FairSemaphore(MAX_CONCURRENT_READS)
        self._unpublished: set[str] = set()
        self._changed = asyncio.Event()
        self._publishing: asyncio.Task[None] | None = None

    async def enter(self, visit: Visit, *, is_join: bool, files: int = 1) -> Admitted:
        """Lets the visit in, which counts for as many as it has open `files`: its connection is one.

        Raises TooManyConnections when the process is full, RateLimitExceeded for the visit's own address.

        A waiting poll takes a slot like a socket, but is no join: its requests are counted as requests.
        """
        network = network_of(visit.address)
        elsewhere, key = await self.read(visit, self._checked, visit, network, is_join)
        if self._count + files > max_live_connections():
            REJECTED_FULL.inc()
            raise TooManyConnections
        limit = scaled(settings.MAX_CONNECTIONS_PER_ADDRESS)
        if limit is not None and self._open[network] + elsewhere + files > max(limit, files):
            REJECTED_PER_IP.inc()
            raise RateLimitExceeded(calls=limit, retry_after_seconds=RETRY_WHEN_FULL_SECONDS)
        self._open[network] += files
        self._count += files
        self._publish_soon(network)
        return Admitted(network, key, files)

    async def read(self, visit: Visit, read: Callable[..., R], *args: Any) -> R:
        """Runs a read in a reader thread. Addresses take turns, so that none delays others."""
        return await self.read_for(network_of(visit.address), read, *args)

    async def read_for(self, network: str, read: Callable[..., R], *args: Any) -> R:
        """The same for a network."""
        await self._turns.take(network)
        try:
            return await run_in_reader(read, *args)
        finally:
            self._turns.release()

    def leave(self, admitted: Admitted) -> None:
        network = admitted.network
        self._open[network] -= admitted.files
        self._count -= admitted.files
        self._publish_soon(network)
        if self._open[network] <= 0:
            del self._open[network]

    def count_read(self, network: str) -> None:
        """Counts what a socket of this network asks of the database, in this process alone.

        Raises RateLimitExceeded with no calls of the socket's own: it may have sent no other.
        """
        limit = scaled(READS_OF_ADDRESS.max_calls)
        if limit is None:
            return
        period = READS_OF_ADDRESS.period_seconds
        wait_seconds = self._reads.take(network, limit=limit, period_seconds=period, now=self._clock())
        if wait_seconds is not None:
            raise RateLimitExceeded(calls=0, retry_after_seconds=wait_seconds)

    @asynccontextmanager
    async def slot(self, visit: Visit, *, is_join: bool, files: int = 1) -> AsyncIterator[Admitted]:
        """Holds a slot while the block runs. Raises as `enter`."""
        admitted = await self.enter(visit, is_join=is_join, files=files)
        try:
            yield admitted
        finally:
            self.leave(admitted)

    def stop(self) -> None:
        if self._publishing is not None:
            self._publishing.cancel()

    def _checked(self, visit: Visit, network: str, is_join: bool) -> tuple[int, str]:  # noqa: FBT001 - passed on by a reader
        """In a reader thread: counts the join, and reads what other processes have open; and who it is."""
        key = ""
        if is_join:
            key = claimed_caller(visit).key
            check_rate_limit(JOINS_OF_VOTER, key)
            check_rate_limit(JOINS_OF_ADDRESS, network)
        counts_by_process = self._published(network).items()
        return sum(count for process, (count, _) in counts_by_process if process != self._process), key

    def _published(self, network: str) -> Counts:
        counts_by_process: Counts = cache.get(_key(network)) or {}
        since = self._clock() - COUNTS_TTL_SECONDS
        return {process: (count, at) for process, (count, at) in counts_by_process.items() if at > since}

    def _publish_soon(self, network: str) -> None:
        self._unpublished.add(network)
        self._changed.set()
        if self._publishing is None or self._publishing.done():
            self._publishing = asyncio.create_task(self._publish_changes())

    async def _publish_changes(self) -> None:
        """While anything is open. A concurrent write of another process may hide a count for a while."""
        while self._open or self._unpublished:
            await asyncio.sleep(PUBLISH_AFTER_SECONDS)  # many come and go together
            self._changed.clear()
            networks, self._unpublished = self._unpublished, set()
            await run_in_reader(self._publish, {network: self._open.get(network, 0) for network in networks})
            try:
                async with asyncio.timeout(PUBLISH_EVERY_SECONDS):
                    await self._changed.wait()
            except TimeoutError:
                self._unpublished |= set(self._open)

    def _publish(self, counts: dict[str, int]) -> None:
        for network, count in counts.items():
            counts_by_process = self._published(network)
            counts_by_process[self._process] = (count, self._clock())
            cache.set(_key(network), counts_by_process, timeout=COUNTS_TTL_SECONDS)


def _key(network: str) -> str:
    return f"open:{network}"
