"""Recorded responses of services in files: `raw/<service>/<genre>/<day>.json`, and tables.

Any of them may be gzipped.
"""

import gzip
import zlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

from apps.charts.connectors.base import Given, Offer, Scope, SupplyError, TableOffer
from apps.charts.genres import RANKED, Genre, MusicService
from apps.charts.parsers.base import SourceError, Trouble

# A folder has the name of the service, or of a program whose files come from that service.
FOLDERS: Mapping[str, MusicService] = {**{str(one): one for one in RANKED}, "spotdl": MusicService.SPOTIFY}
ENDINGS = (".json.gz", ".json")
TABLE_ENDINGS = (".csv", ".csv.gz")
TABLE_FOLDERS = ("counts", "features")
ERRORS = "errors"
# The largest responses have about 100 KB compressed and 1 MB uncompressed.
MAX_BYTES = 32 * 1024 * 1024


class Recordings:
    """A folder of recorded responses. Its folder `errors` has failed days: `<service>_<genre>_<day>.json`."""

    is_sample = False
    # Only the files are read; no service is asked.
    videos = None
    catalogue = None

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def tables(self, *, now: datetime) -> Sequence[TableOffer]:
        """Every table in the folder itself, and in its folders `counts` and `features`."""
        del now
        folders = [self._folder, *(self._folder / name for name in TABLE_FOLDERS)]
        paths = [path for folder in folders for path in sorted(folder.glob("*.csv*"))]
        return [
            TableOffer(
                str(path.relative_to(self._folder)),
                lambda _known, path=path: Given(read_file(path)),  # type: ignore[misc]
                is_of_figures=path.parent != self._folder or path.name.startswith(TABLE_FOLDERS),
            )
            for path in paths
            if path.name.endswith(TABLE_ENDINGS) and path.is_file()
        ]

    def offers(self, scope: Scope, *, now: datetime) -> Sequence[Offer]:
        """The recorded editions, by day. Files with other names are ignored. Raises SupplyError."""
        if not self._folder.is_dir():
            raise SupplyError(f"There is no folder {self._folder}.")
        found = {
            (offer.issued_on, offer.genre, offer.service): offer
            for offer in [*self._errors(), *self._answers()]  # a good response replaces an error of the day
            if scope.has(offer.genre, offer.service)
        }
        if not found and not self.tables(now=now):
            raise SupplyError(f"{self._folder} has no raw/<service>/<genre>/<day>.json for this request.")
        return [found[key] for key in sorted(found, key=_order)]

    def _answers(self) -> Iterator[Offer]:
        root = self._folder / "raw" if (self._folder / "raw").is_dir() else self._folder
        for name, service in FOLDERS.items():
            for genre in Genre:
                for path in sorted((root / name / genre).glob("*.json*")):
                    if offer := _offer(path, service, genre, _stem(path)):
                        yield offer

    def _errors(self) -> Iterator[Offer]:
        for path in sorted((self._folder / ERRORS).glob("*.json*")):
            for service in RANKED:
                for genre in Genre:
                    if _stem(path).startswith(f"{service}_{genre}_") and (
                        offer := _offer(path, service, genre, _stem(path).rsplit("_", 1)[1])
                    ):
                        yield offer


def _order(key: tuple[date, Genre, MusicService]) -> tuple[date, int, int]:
    day, genre, service = key
    return day, list(Genre).index(genre), RANKED.index(service)


def _stem(path: Path) -> str:
    for ending in ENDINGS:
        if path.name.endswith(ending):
            return path.name.removesuffix(ending)
    return ""


def _offer(path: Path, service: MusicService, genre: Genre, day: str) -> Offer | None:
    try:
        issued_on = date.fromisoformat(day)
    except ValueError:
        return None
    return Offer(genre, service, issued_on, lambda: Given(read_file(path)))


def read_file(path: Path) -> bytes:
    """The content, decompressed if it is gzipped. Raises OSError, SourceError."""
    with path.open("rb") as file:
        is_packed = file.read(2) == b"\x1f\x8b"
    try:
        with gzip.open(path) if is_packed else path.open("rb") as file:
            body = file.read(MAX_BYTES + 1)
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise SourceError(Trouble.GARBAGE, "the file is damaged") from None
    if len(body) > MAX_BYTES:
        raise SourceError(Trouble.GARBAGE, "the file is too large")
    return body
