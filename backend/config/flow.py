"""Whether the other side of a connection takes what is written to it."""

import asyncio


class Flow:
    """What Twisted tells of a connection: too much waits to be sent, or there is room again.

    Daphne writes on in any case, and what nobody reads would fill the memory. Who sends many things to one
    connection waits here between them.
    """

    def __init__(self) -> None:
        self._has_room = asyncio.Event()
        self._has_room.set()

    async def room(self) -> None:
        """Returns when there is room, or when the connection has ended."""
        await self._has_room.wait()

    def pauseProducing(self) -> None:  # noqa: N802 - Twisted's names
        self._has_room.clear()

    def resumeProducing(self) -> None:  # noqa: N802
        self._has_room.set()

    def stopProducing(self) -> None:  # noqa: N802
        self._has_room.set()
