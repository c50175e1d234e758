"""One computation for all threads that want the same at the same time. Knows no cache."""

from collections.abc import Hashable, Iterable
from threading import Event, Lock
from typing import Generic, TypeVar

V = TypeVar("V")


class Flight(Generic[V]):
    """Somebody's computation under way."""

    def __init__(self) -> None:
        self._ended = Event()
        # The one that it came to, which may be None.
        self._values: tuple[V, ...] = ()

    def end(self, value: V) -> None:
        self._values = (value,)
        self._ended.set()

    def fail(self) -> None:
        self._ended.set()

    def wait(self, seconds: float) -> tuple[V, ...]:
        """The value, or none where it came to none in time."""
        self._ended.wait(seconds)
        return self._values


class Flights(Generic[V]):
    """Of a process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._under_way: dict[Hashable, Flight[V]] = {}

    def join(self, names: Iterable[Hashable]) -> tuple[dict[Hashable, Flight[V]], dict[Hashable, Flight[V]]]:
        """Those that the caller must compute and `leave`, and those that another is computing."""
        own, others = {}, {}
        with self._lock:
            for name in names:
                if name in self._under_way:
                    others[name] = self._under_way[name]
                else:
                    own[name] = self._under_way[name] = Flight()
        return own, others

    def leave(self, own: dict[Hashable, Flight[V]]) -> None:
        """Whatever has no value yet never will have."""
        with self._lock:
            for name in own:
                self._under_way.pop(name, None)
        for flight in own.values():
            flight.fail()
