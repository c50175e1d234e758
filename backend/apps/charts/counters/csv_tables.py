"""CSV tables of counts and audio features. A table is read again only if it, or its tracks, have changed."""

import csv
import gzip
import hashlib
import io
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Generic, Protocol, TypeVar

from apps.charts.connectors.base import AvailableTable, Connector, NotModified
from apps.charts.models import AudioFeatures
from apps.charts.parsers.base import FIRST_DAY, MAX_COUNT, SourceError, SourceFailure, name_of
from apps.charts.pipeline.stage_run import StageStats
from apps.charts.pipeline_models import ReadTable
from apps.tracks.metadata import MetadataError, checked_isrc
from core.providers.responses import NO_VERSION, ProviderError, Version

MAX_BYTES = 64 * 1024 * 1024
# The columns of a table of counts: "Artist - Title" in one, the running total at the end of the day.
COUNT_COLUMNS = frozenset(["date", "artist_title", "streams_total"])
FEATURE_NAMES = tuple(field.name for field in fields(AudioFeatures))
FEATURE_COLUMNS = frozenset(["isrc", *FEATURE_NAMES])
# The market that is used if a table has several and the settings name none.
WHOLE_WORLD = "global"
BETWEEN = " - "


@dataclass(frozen=True, slots=True)
class CountRow:
    """One track's running total at the end of a day."""

    day: date
    artist: str
    title: str
    total: int


@dataclass(frozen=True, slots=True)
class CountTable:
    """The counts of one market, and the numbers of unreadable rows, in all and of the newest day."""

    rows: tuple[CountRow, ...]
    unreadable: int = 0
    unreadable_of_newest: int = 0

    @property
    def newest(self) -> list[CountRow]:
        day = max(row.day for row in self.rows)
        return [row for row in self.rows if row.day == day]

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True, slots=True)
class FeatureTable:
    """Audio features by ISRC, and the number of unreadable rows."""

    features: Mapping[str, AudioFeatures]
    unreadable: int = 0

    def __len__(self) -> int:
        return len(self.features)


def read_counts(body: bytes, *, market: str = "") -> CountTable | None:
    """None for a table with other columns. Raises SourceError."""
    try:
        lines = _lines(body, COUNT_COLUMNS)
        return None if lines is None else _read_counts(list(lines), market)
    except csv.Error as error:
        raise SourceError(SourceFailure.GARBAGE, str(error)) from None


def read_features(body: bytes) -> FeatureTable | None:
    """None for a table with other columns. Raises SourceError."""
    try:
        lines = _lines(body, FEATURE_COLUMNS)
        return None if lines is None else _read_features(lines)
    except csv.Error as error:
        raise SourceError(SourceFailure.GARBAGE, str(error)) from None


def is_known(body: bytes) -> bool:
    """Whether it is a table of counts or audio features. Raises SourceError."""
    try:
        return any(_lines(body, columns) is not None for columns in (COUNT_COLUMNS, FEATURE_COLUMNS))
    except csv.Error as error:
        raise SourceError(SourceFailure.GARBAGE, str(error)) from None


def _lines(body: bytes, columns: Collection[str]) -> Iterator[dict[str, str]] | None:
    """None without these columns."""
    lines = csv.DictReader(io.StringIO(_text(body)))
    there = {name.strip().lower() for name in lines.fieldnames or ()}
    return _cleaned(lines) if there >= set(columns) else None


def _text(body: bytes) -> str:
    try:
        if body.startswith(b"\x1f\x8b"):
            with gzip.open(io.BytesIO(body)) as packed:
                body = packed.read(MAX_BYTES + 1)
        if len(body) > MAX_BYTES:
            raise SourceError(SourceFailure.GARBAGE, "the table is too large")
        return body.decode("utf-8-sig")
    except (gzip.BadGzipFile, EOFError, zlib.error, UnicodeDecodeError):
        raise SourceError(SourceFailure.GARBAGE, "no table") from None


def _cleaned(lines: "csv.DictReader[str]") -> Iterator[dict[str, str]]:
    for line in lines:
        yield {name.strip().lower(): (value or "").strip() for name, value in line.items() if name}


def _read_counts(lines: Sequence[Mapping[str, str]], market: str) -> CountTable:
    chosen = _chosen_market({line.get("market", "") for line in lines}, market)
    rows, unreadable = [], list[str]()
    for line in lines:
        if line.get("market", "") != chosen:
            continue
        try:
            rows.append(_count_row(line))
        except ValueError:
            unreadable.append(line["date"])
    if not rows:
        raise SourceError(SourceFailure.GARBAGE if unreadable else SourceFailure.EMPTY, "no row of counts")
    newest = max(row.day for row in rows).isoformat()
    return CountTable(tuple(rows), len(unreadable), unreadable.count(newest))


def _chosen_market(there: set[str], market: str) -> str:
    """Only one market is read: totals of several cannot be added, because each lacks some tracks."""
    if len(there) == 1 and not market:
        return next(iter(there))
    chosen = market or WHOLE_WORLD
    if chosen not in there:
        known = ", ".join(sorted(there)[:20])
        raise SourceError(
            SourceFailure.GARBAGE, f"its markets are {known}: SPOTIFY_PLAY_COUNTS_MARKET names one"
        )
    return chosen


def _count_row(line: Mapping[str, str]) -> CountRow:
    artist, between, title = line["artist_title"].partition(BETWEEN)
    day, total = date.fromisoformat(line["date"]), int(line["streams_total"].replace(",", ""))
    if not (between and 0 <= total <= MAX_COUNT and day >= FIRST_DAY):
        raise ValueError("no count of a track")
    return CountRow(day, name_of(artist), name_of(title), total)


def _read_features(lines: Iterator[Mapping[str, str]]) -> FeatureTable:
    features: dict[str, AudioFeatures] = {}
    unreadable = 0
    for line in lines:
        try:
            values = AudioFeatures(**{name: float(line[name]) for name in FEATURE_NAMES})
            if not all(_is_plausible(name, getattr(values, name)) for name in FEATURE_NAMES):
                raise ValueError("out of its range")
            features[checked_isrc(line["isrc"])] = values
        except (ValueError, MetadataError):
            unreadable += 1
    if not features:
        raise SourceError(SourceFailure.GARBAGE if unreadable else SourceFailure.EMPTY, "no row of features")
    return FeatureTable(features, unreadable)


def _is_plausible(name: str, value: float) -> bool:
    """Whether the value is in its range; False also for NaN."""
    if name == "tempo":
        return 0 <= value <= 1000
    if name == "loudness":
        return -100 <= value <= 20
    return 0 <= value <= 1


class Table(Protocol):
    """A parsed table. Its length is the number of readable rows; `unreadable` is the number of others."""

    @property
    def unreadable(self) -> int: ...

    def __len__(self) -> int: ...


T = TypeVar("T", bound=Table)
# Parses a body; returns None for a table with other columns. Raises SourceError.
Read = Callable[[bytes], T | None]


@dataclass(frozen=True, slots=True)
class NewTable(Generic[T]):
    """A parsed table that is new, and a function that marks it as processed."""

    table: T
    mark: Callable[[], None]


def new_tables(
    connector: Connector, read: Read[T], *, about: str, now: datetime, tally: StageStats
) -> Iterator[NewTable[T]]:
    """Tables that `read` accepts, if they are new or were read for another `about`. Failures are recorded."""
    for available in connector.tables(now=now):
        known = ReadTable.objects.filter(name=_name(available)).first()
        try:
            new = _fetch(available, read, known, about, now)
        except (ProviderError, SourceError, OSError) as error:
            tally.fail(f"{available.name}: {error}"[:200])
            _note(available, known.digest if known else "", now, failure=str(error)[:200])
            continue
        if new is not None:
            unreadable = new.table.unreadable
            tally.leave_out(unreadable, of=len(new.table) + unreadable, name=available.name)
            yield new


def _fetch(
    available: AvailableTable, read: Read[T], known: ReadTable | None, about: str, now: datetime
) -> NewTable[T] | None:
    is_for_the_same = known is not None and known.digest.endswith(about) and not known.failure
    version = Version(known.etag, known.last_modified) if known and is_for_the_same else NO_VERSION
    try:
        response = available.fetch(version)
    except NotModified:
        return None
    digest = f"{hashlib.sha256(response.body).hexdigest()[:32]}{about}"
    if known and known.digest == digest and not known.failure:
        return None
    table = read(response.body)
    if table is None:
        if (known or available.must_be_known) and not is_known(response.body):
            raise SourceError(SourceFailure.GARBAGE, "its columns are not those of a known table")
        return None
    return NewTable(table, lambda: _note(available, digest, now, version=response.version))


def about(text: str) -> str:
    """A digest of everything besides the table that its result depends on, such as the known tracks."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _name(available: AvailableTable) -> str:
    return available.name[-300:]


def _note(
    available: AvailableTable, digest: str, now: datetime, *, failure: str = "", version: Version = NO_VERSION
) -> None:
    ReadTable.objects.update_or_create(
        name=_name(available),
        defaults={
            **{"digest": digest, "failure": failure, "read_at": now},
            **{"etag": version.etag, "last_modified": version.last_modified},
        },
    )
