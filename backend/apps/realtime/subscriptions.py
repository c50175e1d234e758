"""This process's memberships in the channel layer's groups: held while needed, renewed before they expire."""

import asyncio
import logging
from collections.abc import Callable

from channels.layers import get_channel_layer

from apps.realtime.publishing import Hint, group_of, hints_from

logger = logging.getLogger(__name__)

# Layers drop a member a day after it joined (group_expiry), so it joins again every hour.
RENEW_SECONDS = 3600.0
# A client that joins a stream waits at most so long for the layer; without it the log is polled.
JOIN_DEADLINE_SECONDS = 0.5
FIRST_RETRY_SECONDS = 0.2
CANCEL_AGAIN_SECONDS = 0.1
LAST_RETRY_SECONDS = 2.0


class Subscriptions:
    """One channel of the layer, a member of a group for each stream that has listeners."""

    def __init__(self, receive: Callable[[Hint], None], *, renew_seconds: float = RENEW_SECONDS) -> None:
        self._receive = receive
        self._renew_seconds = renew_seconds
        self._wanted: set[int] = set()
        self._joined: set[int] = set()
        self._channel: str | None = None
        self._changed = asyncio.Event()
        self._settled = asyncio.Condition()
        # While the layer is known to be unavailable, no join waits for it.
        self._is_unavailable = False
        self._tasks: list[asyncio.Task[None]] = []

    async def add(self, stream_id: int) -> None:
        """Subscribes; when the layer does not answer in time, goes on and subscribes when it does."""
        self._wanted.add(stream_id)
        if stream_id in self._joined:
            return
        self._run()
        self._changed.set()
        if self._is_unavailable:
            return
        try:
            async with asyncio.timeout(JOIN_DEADLINE_SECONDS), self._settled:
                await self._settled.wait_for(lambda: stream_id in self._joined | ({stream_id} - self._wanted))
        except TimeoutError:
            self._is_unavailable = True
            logger.warning("Channel layer not responding; polling the log instead.")

    def discard(self, stream_id: int) -> None:
        self._wanted.discard(stream_id)
        self._changed.set()

    async def stop(self) -> None:
        # More than once, because asyncio.wait_for, which the layer uses, may swallow a cancellation.
        while running := [task for task in self._tasks if not task.done()]:
            for task in running:
                task.cancel()
            await asyncio.wait(running, timeout=CANCEL_AGAIN_SECONDS)
        self._tasks.clear()

    def _run(self) -> None:
        if not self._tasks:
            self._tasks = [
                asyncio.create_task(self._maintain_memberships()),
                asyncio.create_task(self._receive_hints()),
                asyncio.create_task(self._renew()),
            ]

    async def _maintain_memberships(self) -> None:
        """Joins and leaves groups, one after the other, until the layer's side is as wanted."""
        retry_seconds = FIRST_RETRY_SECONDS
        while True:
            await self._changed.wait()
            self._changed.clear()
            try:
                await self._reconcile()
                self._is_unavailable = False
                retry_seconds = FIRST_RETRY_SECONDS
            except Exception as error:  # whatever a layer raises, it is tried again
                self._is_unavailable = True
                logger.warning("Channel layer unavailable: %r", error)
                await asyncio.sleep(retry_seconds)
                retry_seconds = min(2 * retry_seconds, LAST_RETRY_SECONDS)
                self._changed.set()

    async def _reconcile(self) -> None:
        layer = get_channel_layer()
        if self._channel is None:
            self._channel = await layer.new_channel()
        while self._wanted != self._joined:
            for stream_id in self._wanted - self._joined:
                await layer.group_add(group_of(stream_id), self._channel)
                self._joined.add(stream_id)
            async with self._settled:
                self._settled.notify_all()
            for stream_id in self._joined - self._wanted:
                self._joined.discard(
                    stream_id
                )  # first: a listener that comes meanwhile waits until it is joined again
                await layer.group_discard(group_of(stream_id), self._channel)

    async def _receive_hints(self) -> None:
        """Takes hints for as long as the process lives; after a failure every group is joined again."""
        retry_seconds = FIRST_RETRY_SECONDS
        while True:
            try:
                if self._channel is None:
                    async with self._settled:
                        await self._settled.wait_for(lambda: self._channel is not None)
                message = await get_channel_layer().receive(self._channel)
                retry_seconds = FIRST_RETRY_SECONDS
                for hint in hints_from(message):
                    self._receive(hint)
            except Exception as error:  # whatever a layer raises, it is tried again
                logger.warning("Channel layer unavailable: %r", error)
                await asyncio.sleep(retry_seconds)
                retry_seconds = min(2 * retry_seconds, LAST_RETRY_SECONDS)
                self._rejoin_groups()

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(self._renew_seconds)
            self._rejoin_groups()

    def _rejoin_groups(self) -> None:
        """A restarted layer has forgotten its groups, and so has one that let them expire."""
        self._joined.clear()
        self._changed.set()
