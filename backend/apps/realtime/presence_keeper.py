"""Keeps the rows of who is here: on the event loop, beside the hub, and never on the way of an event."""

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from apps.realtime.presence import Person, PresenceBook
from apps.realtime.presence_rows import write_presence
from apps.realtime.reading import in_reader

logger = logging.getLogger(__name__)

# Many come together, and one who comes opens several sockets.
SETTLE_SECONDS = 0.1
RETRY_SECONDS = 5.0


class PresenceKeeper:
    """One process's part in who is in which stream. Its task runs only while somebody known is here."""

    def __init__(self, *, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._book = PresenceBook()
        self._changed = asyncio.Event()
        self._keeping: asyncio.Task[None] | None = None

    def enter(self, person: Person) -> None:
        """A socket of somebody known was opened."""
        self._book.enter(person)
        self._changed.set()
        if self._keeping is None or self._keeping.done():
            self._keeping = asyncio.create_task(self._keep())

    def leave(self, person: Person) -> None:
        """It was closed."""
        self._book.leave(person, self._clock())

    @contextmanager
    def stay(self, stream_id: int, user_id: int | None) -> Iterator[None]:
        """For as long as the block runs; for somebody who isn't known it does nothing."""
        if user_id is None:
            yield
            return
        person = Person(stream_id, user_id)
        self.enter(person)
        try:
            yield
        finally:
            self.leave(person)

    def stop(self) -> None:
        if self._keeping is not None:
            self._keeping.cancel()

    async def _keep(self) -> None:
        while self._book:
            await asyncio.sleep(SETTLE_SECONDS)
            self._changed.clear()
            try:
                await self._write_due()
            except Exception as error:  # the rows expire, which is what they are to do then
                logger.warning("Could not store presence: %r", error)
                await asyncio.sleep(RETRY_SECONDS)
                continue
            await self._wait_until_due()

    async def _write_due(self) -> None:
        now = self._clock()
        if wanted := self._book.due(now):
            rows = await in_reader(lambda: write_presence(wanted, now=now))
            for person, row in rows.items():
                self._book.note(person, row)

    async def _wait_until_due(self) -> None:
        """Or until somebody comes: they may be new."""
        due_at = self._book.next_due_at()
        if due_at is None:
            return
        try:
            async with asyncio.timeout(max(0.0, due_at - self._clock())):
                await self._changed.wait()
        except TimeoutError:
            pass
