"""How far long work is: told by whoever runs it, to people or to a log."""

from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar

T = TypeVar("T")


class Progress(Protocol):
    def over(self, work: Iterable[T], total: int, name: str) -> Iterator[T]:
        """The same things, one after the other."""


class Silence:
    """Tells nobody."""

    def over(self, work: Iterable[T], total: int, name: str) -> Iterator[T]:
        del total, name
        yield from work
