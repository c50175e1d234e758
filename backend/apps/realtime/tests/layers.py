"""A channel layer that keeps what is sent, or fails, or never answers; and hints to send through it."""

import asyncio
from collections import defaultdict
from typing import Any

from apps.realtime.publishing import Hint, hints_from
from apps.realtime.tests.recording_listener import until


class FakeLayer:
    """The part of a layer's interface that is used: channels, groups, sending, receiving."""

    def __init__(self) -> None:
        self.groups: dict[str, set[str]] = defaultdict(set)
        self.joins = 0
        self.sent: list[tuple[str, dict[str, Any]]] = []
        self.tried = 0
        self.most_at_once = self._at_once = 0
        self.failure: Exception | None = None
        # Cleared: callers wait.
        self.answers = asyncio.Event()
        self.answers.set()
        self._queues: dict[str, asyncio.Queue[Any]] = defaultdict(asyncio.Queue)

    async def new_channel(self, prefix: str = "specific") -> str:
        await self.answers.wait()
        return prefix

    async def group_add(self, group: str, channel: str) -> None:
        await self.answers.wait()
        self.joins += 1
        self.groups[group].add(channel)

    async def group_discard(self, group: str, channel: str) -> None:
        await self.answers.wait()
        self.groups[group].discard(channel)

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        self.tried += 1
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            await self.answers.wait()
        finally:
            self._at_once -= 1
        if self.failure is not None:
            raise self.failure
        self.sent.append((group, message))
        for channel in self.groups[group]:
            self._queues[channel].put_nowait(message)

    async def receive(self, channel: str) -> dict[str, Any]:
        await self.answers.wait()
        return dict(await self._queues[channel].get())

    # --- What was sent ---

    @property
    def hints(self) -> list[Hint]:
        return [hint for _, message in self.sent for hint in hints_from(message)]

    @property
    def seqs(self) -> list[int]:
        return [hint.seq for hint in self.hints]

    async def until_sent(self, count: int) -> None:
        await until(lambda: len(self.sent) >= count)


def hint(seq: int, message: str | None = "{}", stream_id: int = 7) -> Hint:
    return Hint(stream_id, "e", seq, message)
