"""How far long work is, for whoever looks: a bar on a terminal, a line now and then in a log."""

import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

from tqdm import tqdm

T = TypeVar("T")
# In a log.
LINES = 4


class Bars:
    """On the standard error, where they are in nobody's way."""

    def over(self, work: Iterable[T], total: int, name: str) -> Iterator[T]:
        return self._bar(work, total, name) if sys.stderr.isatty() else self._lines(work, total, name)

    def _bar(self, work: Iterable[T], total: int, name: str) -> Iterator[T]:
        yield from tqdm(work, desc=name, total=total, file=sys.stderr, leave=False)

    def _lines(self, work: Iterable[T], total: int, name: str) -> Iterator[T]:
        for done, one in enumerate(work, start=1):
            yield one
            if done == total or done * LINES // max(total, 1) > (done - 1) * LINES // max(total, 1):
                sys.stderr.write(f"{name}: {done} of {total}\n")
                sys.stderr.flush()
