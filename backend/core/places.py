"""So many places, and a line for them in which nobody is held up by one who asks for many."""

import asyncio
from typing import Self

# Those of one network that wait, in the order in which they came.
Line = dict[asyncio.Future[None], None]


class Places:
    """Given to networks by turns, and within a network in the order in which its requests came."""

    def __init__(self, count: int, *, within: Self | None = None) -> None:
        """Whoever takes one takes one of those `within` which they are, too."""
        self._free = count
        self._within = within
        # By network; the one whose turn is next comes first. While a place is free, nobody waits.
        self._lines: dict[str, Line] = {}

    def take_at_once(self) -> bool:
        """Takes one if nobody has to be waited for."""
        if not self._free or (self._within is not None and not self._within.take_at_once()):
            return False
        self._free -= 1
        return True

    async def take(self, network: str) -> None:
        """Takes one as soon as it is this network's turn. Who is cancelled has none."""
        await self._take_own(network)
        if self._within is None:
            return
        try:
            await self._within.take(network)
        except asyncio.CancelledError:
            self._give_own_back()
            raise

    def give_back(self) -> None:
        self._give_own_back()
        if self._within is not None:
            self._within.give_back()

    async def _take_own(self, network: str) -> None:
        if self._free:
            self._free -= 1
            return
        turn = asyncio.get_running_loop().create_future()
        self._lines.setdefault(network, {})[turn] = None
        try:
            await turn
        except asyncio.CancelledError:
            if turn.cancelled():
                self._leave_line(network, turn)
            else:  # it was given one in the same moment
                self._give_own_back()
            raise

    def _leave_line(self, network: str, turn: asyncio.Future[None]) -> None:
        line = self._lines.get(network, {})
        line.pop(turn, None)
        if not line:
            self._lines.pop(network, None)

    def _give_own_back(self) -> None:
        """To whom it belongs next, who needn't have noticed yet that it was cancelled."""
        while self._lines:
            network = next(iter(self._lines))
            line = self._lines.pop(network)
            turn = next(iter(line))
            del line[turn]
            if line:
                self._lines[network] = line  # behind all others
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1
