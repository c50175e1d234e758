"""Whether the other side of a connection takes what is written to it."""

import asyncio


class Flow:
    """What Twisted tells of a connection: too much waits to be sent, or there is room again.

    Daphne writes on in any case, and what nobody reads would fill the memory. Who sends many things to one
    connection waits here between them.
    """

    __slots__ = ("_freed", "has_room")

    def __init__(self) -> None:
        self.has_room = True
        # Made when somebody waits: most connections never let anybody wait.
        self._freed: asyncio.Event | None = None

    async def room(self) -> None:
        """Returns when there is room, or when the connection has ended."""
        while not self.has_room:
            self._freed = self._freed or asyncio.Event()
            await self._freed.wait()

    def pauseProducing(self) -> None:  # noqa: N802 - Twisted's names
        self.has_room = False

    def resumeProducing(self) -> None:  # noqa: N802
        self.has_room = True
        if self._freed is not None:
            self._freed.set()
            self._freed = None

    def stopProducing(self) -> None:  # noqa: N802
        self.resumeProducing()
