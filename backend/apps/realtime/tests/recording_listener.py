"""Listeners that record what they receive, and work done in the database from the event loop."""

import asyncio
import json
from collections.abc import Callable
from typing import Any, TypeVar

from django.db import connection

from apps.realtime.messages import Batch, EncodedMessage
from apps.realtime.selectors import State

R = TypeVar("R")
# Longer than anything here takes, so that what never comes fails instead of hanging.
PATIENCE_SECONDS = 10


async def in_database(work: Callable[..., R], *args: Any) -> R:
    """Does it as a request does: in another thread, on a connection of its own, committed at the end."""

    def run() -> R:
        try:
            return work(*args)
        finally:
            connection.close()

    return await asyncio.to_thread(run)


async def until(is_reached: Callable[[], object]) -> None:
    """Lets everything else go on until it is so."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not is_reached():  # noqa: ASYNC110 - what is waited for sets no event
            await asyncio.sleep(0.001)


class RecordingListener:
    """A listener."""

    def __init__(self) -> None:
        self.messages: list[EncodedMessage] = []
        # How many messages came together.
        self.batches: list[int] = []
        self.states: list[State] = []
        self.has_ended = False
        self.has_given_up = False
        self._told = asyncio.Condition()
        self._tasks: set[asyncio.Task[None]] = set()

    # --- What the feed calls ---

    def deliver(self, batch: Batch) -> None:
        self.messages.extend(batch.messages)
        self.batches.append(len(batch.messages))
        self._notify()

    def restart(self, state: State) -> None:
        self.states.append(state)
        self._notify()

    def stream_ended(self) -> None:
        self.has_ended = True
        self._notify()

    def abort(self) -> None:
        self.has_given_up = True

    def close_for_restart(self) -> None:
        self.stream_ended()

    # --- What the test asks ---

    @property
    def seqs(self) -> list[int]:
        """The numbers of the events, in the order in which they came."""
        return [message.seq for message in self.messages if message.is_event]

    @property
    def texts(self) -> list[str]:
        return [message.text for message in self.messages if message.is_event]

    @property
    def beats(self) -> list[dict[str, Any]]:
        """The heartbeats."""
        return [json.loads(message.text)["payload"] for message in self.messages if not message.is_event]

    async def until(self, is_reached: Callable[[], bool]) -> None:
        """Waits for it."""
        async with asyncio.timeout(PATIENCE_SECONDS), self._told:
            await self._told.wait_for(is_reached)

    def _notify(self) -> None:
        task = asyncio.get_running_loop().create_task(self._notify_soon())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _notify_soon(self) -> None:
        async with self._told:
            self._told.notify_all()
