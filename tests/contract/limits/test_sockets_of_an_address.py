"""Sockets take the places of an address as streams do, and give them back."""

import itertools
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.contract.limits.conftest import Doors, RoomOfScripts
from tests.contract.limits.scripts import Script
from tests.contract.sockets import Closed, Socket
from tests.processes import TuttiServer

# A twentieth of the contract's.
JOINS_OF_VOTER, JOINS_OF_ADDRESS, OPEN_TOGETHER = 6, 100, 25
# Between tries: a process tells half a second later what it has open, and again after 20 seconds. They
# are so few that nobody is refused for having joined too often instead.
PAUSES_SECONDS = [0.1] * 5 + [1.2] * ((JOINS_OF_ADDRESS - OPEN_TOGETHER) // 3 - 5)

pytestmark = pytest.mark.both_sizes

_addresses = (f"198.52.{number // 250}.{1 + number % 250}" for number in itertools.count())


def refused(end: Closed) -> None:
    assert (end.code, end.frames) == (4429, [])


class Visitors:
    """Of one address; each socket comes as somebody else unless told."""

    def __init__(self, room: str) -> None:
        self._room, self._address, self._numbers = room, next(_addresses), itertools.count()
        self.opened = ExitStack()

    def join(self, door: TuttiServer, *, agent: str = "") -> Socket | None:
        """None where it was refused."""
        headers = {"X-Forwarded-For": self._address, "User-Agent": agent or f"Agent/{next(self._numbers)}"}
        try:
            return self.opened.enter_context(Socket.of_room(door.base_url, self._room, headers=headers))
        except Closed as end:
            return refused(end)

    def comes_in(self, door: TuttiServer) -> bool:
        """Leaves at once."""
        if socket := self.join(door):
            socket.__exit__()
        return socket is not None

    def is_soon(self, door: TuttiServer, *, let_in: bool) -> bool:
        """Processes tell each other what they have open a little later."""
        for pause_seconds in PAUSES_SECONDS:
            if self.comes_in(door) is let_in:
                return True
            time.sleep(pause_seconds)
        return False


@pytest.fixture
def visitors(proxy: Script) -> Iterator[Visitors]:
    room = RoomOfScripts(proxy, X_Forwarded_For=next(_addresses))
    visitors = Visitors(room.path.split("/")[3])
    with visitors.opened:
        yield visitors


def test_a_voter_s_sockets_join_so_often_and_those_of_an_address_so_often(
    proxied_doors: Doors, visitors: Visitors
) -> None:
    doors = itertools.cycle(proxied_doors)
    joined = [
        bool(visitors.join(next(doors), agent="One")) and not visitors.opened.close()
        for _ in range(JOINS_OF_VOTER + 1)
    ]
    others = [visitors.comes_in(next(doors)) for _ in range(JOINS_OF_ADDRESS)]

    assert joined == [True] * JOINS_OF_VOTER + [False]
    assert others == [True] * (JOINS_OF_ADDRESS - JOINS_OF_VOTER) + [False] * JOINS_OF_VOTER


def test_so_many_sockets_of_an_address_are_open_together_in_all_processes(
    proxied_doors: Doors, visitors: Visitors
) -> None:
    first, last = proxied_doors[0], proxied_doors[-1]

    sockets = [visitors.join(first) for _ in range(OPEN_TOGETHER)]

    assert all(sockets)
    assert not visitors.comes_in(first)
    assert visitors.is_soon(last, let_in=False)
    visitors.opened.close()
    assert visitors.is_soon(last, let_in=True)
