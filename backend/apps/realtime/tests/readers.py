"""A reader of a stream as a connection's other side: what it was sent, and how it was closed."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from apps.realtime.connection import Connection
from apps.realtime.hub import Hub
from apps.realtime.messages import Frame, Position
from apps.realtime.models import Stream
from apps.realtime.tests.boards import KIND
from apps.realtime.tests.listening import PATIENCE_SECONDS, in_database


class Reader:
    """A connection with what it was sent, and how it was closed."""

    def __init__(self, hub: Hub) -> None:
        self.frames: list[Frame] = []
        self.codes: list[int] = []
        self.connection = Connection(hub, send=self._send, close=self._close)
        self._told = asyncio.Condition()

    async def _send(self, frame: Frame) -> None:
        self.frames.append(frame)
        async with self._told:
            self._told.notify_all()

    def _close(self, code: int) -> None:
        self.codes.append(code)

    @property
    def sent(self) -> list[str | int]:
        """Numbers of events, and types of everything else."""
        return [frame.seq if frame.is_event else self._type(frame) for frame in self.frames]

    @staticmethod
    def _type(frame: Frame) -> str:
        return str(json.loads(frame.text)["type"])

    def payload(self, frame_type: str) -> Any:
        """Of the last frame of this type."""
        found = [frame for frame in self.frames if not frame.is_event and self._type(frame) == frame_type]
        return json.loads(found[-1].text)["payload"]

    async def until(self, is_reached: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS), self._told:
            await self._told.wait_for(is_reached)

    async def until_sent(self, *expected: str | int) -> None:
        await self.until(lambda: len(self.sent) >= len(expected))
        assert self.sent == list(expected)

    async def open(self, position: Position | None = None, name: str = "main") -> bool:
        is_open = await self.connection.open(kind=KIND, name=name, position=position)
        await self.connection.flushed()
        return is_open


async def at(board: Stream, since: int) -> Position:
    stream = await in_database(Stream.objects.get, ("pk", board.pk))
    return Position(stream.epoch, since)
