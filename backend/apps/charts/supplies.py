"""Where editions come from: a place that says what it has, and gives one answer after the other."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from apps.charts.genres import RANKED, Genre, MusicService
from core.providers.answers import NO_VERSION, Version

# Ways to ask a catalogue for one recording.
SHAPES = 3


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


@dataclass(frozen=True, slots=True)
class TableOffer:
    """A table of figures that may be had: what it is of, its columns say.

    `take` raises what an offer's does; with what is known of it, it raises NotModified for that.
    """

    name: str
    take: Callable[[Version], Given]


@dataclass(frozen=True, slots=True)
class FoundVideo:
    """What a search for videos found."""

    video_id: str
    title: str
    channel: str
    url: str


class Videos(Protocol):
    """A service of videos. Both raise ProviderError or SourceError."""

    def views(self, video_ids: Sequence[str]) -> Mapping[str, int | None]:
        """Of up to 50; None for one whose views are hidden, nothing of one that has gone."""

    def search(self, title: str, artist: str) -> Sequence[FoundVideo]:
        """The best first."""


@dataclass(frozen=True, slots=True)
class FoundRecording:
    """What a search for recordings found."""

    isrc: str
    title: str
    artist: str


class Catalogue(Protocol):
    """A service that knows the codes of recordings."""

    def search(self, title: str, artist: str, shape: int) -> Sequence[FoundRecording]:
        """Asked in one of SHAPES ways, from 0, the strictest first. Raises ProviderError or SourceError."""


class Supply(Protocol):
    """Files, the services themselves, or what ships with the program."""

    is_sample: bool

    @property
    def videos(self) -> Videos | None:
        """None: nobody can be asked."""

    @property
    def catalogue(self) -> Catalogue | None:
        """None: nobody can be asked."""

    def offers(self, scope: Scope, *, now: datetime) -> Sequence[Offer]:
        """The oldest first. Raises SupplyError."""

    def tables(self, *, now: datetime) -> Sequence[TableOffer]:
        """Of counts and of audio features."""


class SupplyError(Exception):
    """Nothing can be had there at all; the text says why."""


def ranked_in(scope: Scope) -> list[tuple[Genre, MusicService]]:
    return [(genre, service) for genre in Genre for service in RANKED if scope.has(genre, service)]
