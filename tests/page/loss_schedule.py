"""What a bad connection loses: the same for the same seed, at any speed.

Chance is asked once for each try of each request, and for each socket, by its name and its number: never by
who comes first. Writes are named by their order, since the page sends one after the other.
"""

import random
import re
from collections import Counter
from typing import NamedTuple

REQUEST = re.compile(rb"(GET|HEAD|POST|PUT|PATCH|DELETE) ([^\s?]+)\S* HTTP/1\.1\r\n")
KEY = re.compile(rb"^idempotency-key: *(\S+)\r$", re.IGNORECASE | re.MULTILINE)
# Of what is asked for, this much is lost, and what was lost so often comes through.
CHANCE = 0.5
MOST_TIMES = 2
# The head of a response alone is longer, and few events are as long as what a socket may carry.
LONGEST_PIECE = 300
LONGEST_OF_SOCKET = 3_000
SOCKET = "socket"


class RequestFate(NamedTuple):
    """Whether a request gets to the server, and after how many bytes its response breaks off, if it does."""

    arrives: bool = True
    breaks_off_after: int | None = None


SAFE = RequestFate()


class LossSchedule:
    """Draws the fates of one line; `is_on` says whether anything is lost by now."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._keys: list[bytes] = []
        self._times: Counter[str] = Counter()
        self.is_on = False

    def of_request(self, head: bytes) -> RequestFate:
        name = self.name_of(head)
        if not self.is_on or not name:
            return SAFE
        return self.of_socket() if name == SOCKET else self._draw(name, LONGEST_PIECE)

    def of_socket(self) -> RequestFate:
        """A socket's bytes are counted from here on. The first is always lost."""
        return self._draw(SOCKET, LONGEST_OF_SOCKET, chance=1.0)._replace(arrives=True)

    def _draw(self, name: str, longest: int, chance: float = CHANCE) -> RequestFate:
        self._times[name] += 1
        dice = random.Random(f"{self._seed}: {name}, {self._times[name]}")
        if self._times[name] > MOST_TIMES or dice.random() >= chance:
            return SAFE
        return RequestFate(arrives=dice.random() < 0.7, breaks_off_after=dice.randrange(longest))

    def name_of(self, head: bytes) -> str:
        """Of a request; empty for the files of the page, of which nothing is lost."""
        asked = REQUEST.match(head)
        if not asked:
            return ""
        if asked[2].startswith(b"/ws/"):
            return SOCKET
        if key := KEY.search(head):
            if key[1] not in self._keys:
                self._keys.append(key[1])
            return f"write {self._keys.index(key[1])}"
        return f"{asked[1].decode()} {asked[2].decode()}" if asked[2].startswith(b"/api/") else ""
