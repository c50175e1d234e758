"""Where editions come from: a place that says what it has, and gives one answer after the other."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from apps.charts.genres import RANKED, Genre, MusicService
from core.providers.answers import NO_VERSION, Version


class NotModified(Exception):
    """The service says that nothing has changed since it was asked last."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a run is about."""

    genres: Collection[Genre] = tuple(Genre)
    services: Collection[MusicService] = tuple(MusicService)

    def has(self, genre: str, service: str) -> bool:
        return genre in self.genres and service in self.services

    @property
    def is_all(self) -> bool:
        return set(self.genres) == set(Genre) and set(self.services) == set(MusicService)


EVERYTHING = Scope()


@dataclass(frozen=True, slots=True)
class Given:
    """An answer as it is, and what the service calls this state of it."""

    body: bytes
    version: Version = NO_VERSION


@dataclass(frozen=True, slots=True)
class Offer:
    """One edition that may be had. `take` gives the answer; it runs in a thread of its own.

    It raises ProviderError, SourceError, OSError or NotModified, and nothing else.
    """

    genre: Genre
    service: MusicService
    issued_on: date
    take: Callable[[], Given]

    def __str__(self) -> str:
        return f"{self.service} {self.genre} of {self.issued_on}"


class Supply(Protocol):
    """Files, the services themselves, or what ships with the program."""

    is_sample: bool

    def offers(self, scope: Scope, *, now: datetime) -> Sequence[Offer]:
        """The oldest first. Raises SupplyError."""


class SupplyError(Exception):
    """Nothing can be had there at all; the text says why."""


def ranked_in(scope: Scope) -> list[tuple[Genre, MusicService]]:
    return [(genre, service) for genre in Genre for service in RANKED if scope.has(genre, service)]
