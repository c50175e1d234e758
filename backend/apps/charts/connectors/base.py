"""The interface of a connector, which lists and fetches editions and tables; and the connector of files."""

import gzip
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from apps.charts.genres import RANKED, Genre, MusicService
from apps.charts.parsers.base import SourceError, SourceFailure
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
class RawResponse:
    """A response body as received, and the service's version of it."""

    body: bytes
    version: Version = NO_VERSION


@dataclass(frozen=True, slots=True)
class AvailableEdition:
    """One available edition. `fetch` fetches the response, in a thread of its own.

    `fetch` raises only ProviderError, SourceError, OSError or NotModified.
    """

    genre: Genre
    service: MusicService
    issued_on: date
    fetch: Callable[[], RawResponse]

    def __str__(self) -> str:
        return f"{self.service} {self.genre} of {self.issued_on}"


@dataclass(frozen=True, slots=True)
class AvailableTable:
    """One available table of counts or audio features; its columns show which.

    `fetch` raises the errors of `AvailableEdition.fetch`; NotModified if the given version is still current.
    """

    name: str
    fetch: Callable[[Version], RawResponse]
    # False if the file may be a table of something else.
    must_be_known: bool = True


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


class Connector(Protocol):
    """A connector: files, the services themselves, or the included samples."""

    is_sample: bool

    @property
    def videos(self) -> Videos | None:
        """None: no service is configured."""

    @property
    def catalogue(self) -> Catalogue | None:
        """None: no service is configured."""

    def editions(self, scope: Scope, *, now: datetime) -> Sequence[AvailableEdition]:
        """The available editions, the oldest first. Raises ConnectorError."""

    def tables(self, *, now: datetime) -> Sequence[AvailableTable]:
        """The available tables of counts and of audio features."""


class ConnectorError(Exception):
    """The connector cannot list anything; the message gives the reason."""


def ranked_in(scope: Scope) -> list[tuple[Genre, MusicService]]:
    return [(genre, service) for genre in Genre for service in RANKED if scope.has(genre, service)]


# A folder has the name of the service, or of a program whose files come from that service.
FOLDERS: Mapping[str, MusicService] = {**{str(one): one for one in RANKED}, "spotdl": MusicService.SPOTIFY}
# --- Files -------------------------------------------------------------------------------------------


ENDINGS = (".json.gz", ".json")
TABLE_ENDINGS = (".csv", ".csv.gz")
TABLE_FOLDERS = ("counts", "features")
ERRORS = "errors"
# The largest responses have about 100 KB compressed and 1 MB uncompressed.
MAX_BYTES = 32 * 1024 * 1024


class RecordedResponses:
    """The connector of a folder of recorded responses. Days that failed are in `errors`:
    `<service>_<genre>_<day>.json`.
    """

    is_sample = False
    # No requests are sent.
    videos = None
    catalogue = None

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def tables(self, *, now: datetime) -> Sequence[AvailableTable]:
        """Every table in the folder itself, and in its folders `counts` and `features`."""
        del now
        folders = [self._folder, *(self._folder / name for name in TABLE_FOLDERS)]
        paths = [path for folder in folders for path in sorted(folder.glob("*.csv*"))]
        return [
            AvailableTable(
                str(path.relative_to(self._folder)),
                lambda _known, path=path: RawResponse(read_file(path)),  # type: ignore[misc]
                must_be_known=path.parent != self._folder or path.name.startswith(TABLE_FOLDERS),
            )
            for path in paths
            if path.name.endswith(TABLE_ENDINGS) and path.is_file()
        ]

    def editions(self, scope: Scope, *, now: datetime) -> Sequence[AvailableEdition]:
        """The recorded editions, by day. Files with other names are ignored. Raises ConnectorError."""
        if not self._folder.is_dir():
            raise ConnectorError(f"Folder not found: {self._folder}.")
        found = {
            (edition.issued_on, edition.genre, edition.service): edition
            for edition in [
                *self._errors(),
                *self._responses(),
            ]  # a response replaces an error
            if scope.has(edition.genre, edition.service)
        }
        if not found and not self.tables(now=now):
            raise ConnectorError(f"{self._folder} has no raw/<service>/<genre>/<day>.json for this request.")
        return [found[key] for key in sorted(found, key=_order)]

    def _responses(self) -> Iterator[AvailableEdition]:
        root = self._folder / "raw" if (self._folder / "raw").is_dir() else self._folder
        for name, service in FOLDERS.items():
            for genre in Genre:
                for path in sorted((root / name / genre).glob("*.json*")):
                    if edition := _available(path, service, genre, _stem(path)):
                        yield edition

    def _errors(self) -> Iterator[AvailableEdition]:
        for path in sorted((self._folder / ERRORS).glob("*.json*")):
            for service in RANKED:
                for genre in Genre:
                    if _stem(path).startswith(f"{service}_{genre}_") and (
                        edition := _available(path, service, genre, _stem(path).rsplit("_", 1)[1])
                    ):
                        yield edition


def _order(key: tuple[date, Genre, MusicService]) -> tuple[date, int, int]:
    day, genre, service = key
    return day, list(Genre).index(genre), RANKED.index(service)


def _stem(path: Path) -> str:
    for ending in ENDINGS:
        if path.name.endswith(ending):
            return path.name.removesuffix(ending)
    return ""


def _available(path: Path, service: MusicService, genre: Genre, day: str) -> AvailableEdition | None:
    try:
        issued_on = date.fromisoformat(day)
    except ValueError:
        return None
    return AvailableEdition(genre, service, issued_on, lambda: RawResponse(read_file(path)))


def read_file(path: Path) -> bytes:
    """The content, decompressed if it is gzipped. Raises OSError, SourceError."""
    with path.open("rb") as file:
        is_packed = file.read(2) == b"\x1f\x8b"
    try:
        with gzip.open(path) if is_packed else path.open("rb") as file:
            body = file.read(MAX_BYTES + 1)
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise SourceError(SourceFailure.GARBAGE, "the file is damaged") from None
    if len(body) > MAX_BYTES:
        raise SourceError(SourceFailure.GARBAGE, "the file is too large")
    return body
