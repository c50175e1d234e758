"""A reader of a stream as a connection's other side: what it was sent, and how it was closed."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from apps.realtime.connection import Connection
from apps.realtime.hub import Hub
from apps.realtime.messages import EncodedMessage, Position
from apps.realtime.models import Stream
from apps.realtime.tests.boards import KIND
from apps.realtime.tests.recording_listener import PATIENCE_SECONDS, in_database


class Reader:
    """A connection with what it was sent, and how it was closed."""

    def __init__(self, hub: Hub) -> None:
        self.messages: list[EncodedMessage] = []
        self.codes: list[int] = []
        self.connection = Connection(hub, send=self._send, close=self._close)
        self._told = asyncio.Condition()

    async def _send(self, message: EncodedMessage) -> None:
        self.messages.append(message)
        async with self._told:
            self._told.notify_all()

    def _close(self, code: int) -> None:
        self.codes.append(code)

    @property
    def sent(self) -> list[str | int]:
        """Numbers of events, and types of everything else."""
        return [message.seq if message.is_event else self._type(message) for message in self.messages]

    @staticmethod
    def _type(message: EncodedMessage) -> str:
        return str(json.loads(message.text)["type"])

    def payload(self, message_type: str) -> Any:
        """Of the last message of this type."""
        found = [
            message
            for message in self.messages
            if not message.is_event and self._type(message) == message_type
        ]
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
