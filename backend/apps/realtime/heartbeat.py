"""The heartbeat timer of a quiet stream: listeners learn that they are still in sync."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from django.conf import settings

logger = logging.getLogger(__name__)


class HeartbeatTimer:
    """Beats after HEARTBEAT_SECONDS without an event, and again after as many."""

    def __init__(self, beat: Callable[[], Awaitable[None]]) -> None:
        self._beat = beat
        self._quiet_since = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._beating: asyncio.Task[None] | None = None

    def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._quiet_since = loop.time()
        self._timer = loop.call_later(settings.HEARTBEAT_SECONDS, self._beat_if_quiet)

    def put_off(self) -> None:
        """An event was sent: the next heartbeat is due later."""
        self._quiet_since = asyncio.get_running_loop().time()

    def stop(self) -> None:
        """From inside of a beat, too."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._beating is not None and not self._beating.done():
            beating, self._beating = self._beating, None
            if beating is not current_task():
                beating.cancel()

    def _beat_if_quiet(self) -> None:
        loop = asyncio.get_running_loop()
        remaining = self._quiet_since + settings.HEARTBEAT_SECONDS - loop.time()
        if remaining > 0:
            self._timer = loop.call_later(remaining, self._beat_if_quiet)
        else:
            self._beating = asyncio.create_task(self._beat_once())

    async def _beat_once(self) -> None:
        try:
            await self._beat()
        except Exception as error:  # the next beat may succeed
            logger.warning("Heartbeat failed: %r", error)
        if self._timer is not None:  # else it was stopped meanwhile
            self.start()


def current_task() -> asyncio.Task[object] | None:
    """The task that runs this, if it is one: a hint comes outside of any."""
    try:
        return asyncio.current_task()
    except RuntimeError:
        return None
