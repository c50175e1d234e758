"""Writes down that streams are visited: on the event loop, beside the hub, and never on the way of a join."""

import asyncio
import logging
from collections.abc import Callable, Collection

from apps.realtime.reading import in_reader
from apps.realtime.services import note_visits

logger = logging.getLogger(__name__)

# Many come together.
SETTLE_SECONDS = 1.0
# Who stays is a visitor, too: looked at far more often than once a day, by which visits are written down.
LOOK_EVERY_SECONDS = 3600.0


class VisitKeeper:
    """One process's visits. Its task runs only while somebody listens, or has just come."""

    def __init__(self, listened_to: Callable[[], Collection[int]]) -> None:
        self._listened_to = listened_to
        self._due: set[int] = set()
        # Written down within this hour, or about to be.
        self._known: set[int] = set()
        self._changed = asyncio.Event()
        self._keeping: asyncio.Task[None] | None = None

    def note(self, stream_id: int) -> None:
        """Somebody comes."""
        if stream_id in self._known:
            return
        self._known.add(stream_id)
        self._due.add(stream_id)
        self._changed.set()
        if self._keeping is None or self._keeping.done():
            self._keeping = asyncio.create_task(self._keep())

    def stop(self) -> None:
        if self._keeping is not None:
            self._keeping.cancel()

    async def _keep(self) -> None:
        while self._due or self._listened_to():
            await asyncio.sleep(SETTLE_SECONDS)
            self._changed.clear()
            visited, self._due = {*self._due, *self._listened_to()}, set()
            try:
                await in_reader(note_visits, visited)
            except Exception as error:  # the next look is soon enough
                logger.warning("Could not store visits: %r", error)
            try:
                async with asyncio.timeout(LOOK_EVERY_SECONDS):
                    await self._changed.wait()
            except TimeoutError:
                self._known.clear()
        self._known.clear()
