"""The interface of a connector: it lists the editions and tables that it has, and fetches each of them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from apps.charts.genres import RANKED, Genre, MusicService
from core.providers.responses import NO_VERSION, Version

# The number of ways to search a catalogue for one recording.
SHAPES = 3


class NotModified(Exception):
    """The service reports no change since the last request."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The genres and services of a run."""

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
    """A response body as received, and the service's version of it."""

    body: bytes
    version: Version = NO_VERSION


@dataclass(frozen=True, slots=True)
class Offer:
    """One available edition. `take` fetches the response, in a thread of its own.

    `take` raises only ProviderError, SourceError, OSError or NotModified.
    """

    genre: Genre
    service: MusicService
    issued_on: date
    take: Callable[[], Given]

    def __str__(self) -> str:
        return f"{self.service} {self.genre} of {self.issued_on}"


@dataclass(frozen=True, slots=True)
class TableOffer:
    """One available table of counts or audio features; its columns show which.

    `take` raises the errors of `Offer.take`, and NotModified if the given version is still current.
    """

    name: str
    take: Callable[[Version], Given]
    # False if the file may be a table of something else.
    is_of_figures: bool = True


@dataclass(frozen=True, slots=True)
class FoundVideo:
    """A video found by a search."""

    video_id: str
    title: str
    channel: str
    url: str


class Videos(Protocol):
    """A video service. Both methods raise ProviderError or SourceError."""

    def views(self, video_ids: Sequence[str]) -> Mapping[str, int | None]:
        """The views of up to 50 videos: None if they are hidden; deleted videos are left out."""

    def search(self, title: str, artist: str) -> Sequence[FoundVideo]:
        """Matching videos, the best match first."""


@dataclass(frozen=True, slots=True)
class FoundRecording:
    """A recording found by a search."""

    isrc: str
    title: str
    artist: str


class Catalogue(Protocol):
    """A service that looks up the ISRCs of recordings."""

    def search(self, title: str, artist: str, shape: int) -> Sequence[FoundRecording]:
        """Searches in one of SHAPES ways, from 0, the strictest. Raises ProviderError or SourceError."""


class Supply(Protocol):
    """A connector: files, the services themselves, or the included samples."""

    is_sample: bool

    @property
    def videos(self) -> Videos | None:
        """None: no service is configured."""

    @property
    def catalogue(self) -> Catalogue | None:
        """None: no service is configured."""

    def offers(self, scope: Scope, *, now: datetime) -> Sequence[Offer]:
        """The available editions, the oldest first. Raises SupplyError."""

    def tables(self, *, now: datetime) -> Sequence[TableOffer]:
        """The available tables of counts and of audio features."""


class SupplyError(Exception):
    """The connector cannot list anything; the message gives the reason."""


def ranked_in(scope: Scope) -> list[tuple[Genre, MusicService]]:
    return [(genre, service) for genre in Genre for service in RANKED if scope.has(genre, service)]
