"""A channel layer that fails and comes back when it is told to."""

import asyncio
from collections import defaultdict
from typing import Any


class FakeLayer:
    """The part of a layer's interface that is used: channels, groups, sending, receiving."""

    def __init__(self) -> None:
        self.groups: dict[str, set[str]] = defaultdict(set)
        self.joins = 0
        self.failure: Exception | None = None
        # Cleared: whoever asks waits.
        self.answers = asyncio.Event()
        self.answers.set()
        self._queues: dict[str, asyncio.Queue[Any]] = {}
        self._names = 0

    async def new_channel(self, prefix: str = "specific") -> str:
        await self._reach()
        self._names += 1
        return f"{prefix}.{self._names}"

    async def group_add(self, group: str, channel: str) -> None:
        await self._reach()
        self.joins += 1
        self.groups[group].add(channel)

    async def group_discard(self, group: str, channel: str) -> None:
        await self._reach()
        self.groups[group].discard(channel)

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        await self._reach()
        for channel in self.groups[group]:
            self._queue(channel).put_nowait(message)

    async def receive(self, channel: str) -> dict[str, Any]:
        await self._reach()
        message = await self._queue(channel).get()
        if isinstance(message, Exception):
            raise message
        return dict(message)

    # --- What happens to it ---

    def go_away(self) -> None:
        """Nothing works any more, and who is receiving loses the line."""
        self.failure = ConnectionError("away")
        for queue in self._queues.values():
            queue.put_nowait(self.failure)

    def come_back(self) -> None:
        """As a restarted server: it knows nobody any more."""
        self.failure = None
        self.groups.clear()

    async def _reach(self) -> None:
        await self.answers.wait()
        if self.failure is not None:
            raise self.failure

    def _queue(self, channel: str) -> asyncio.Queue[Any]:
        return self._queues.setdefault(channel, asyncio.Queue())
