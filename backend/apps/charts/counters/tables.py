"""Tables of figures as files give them: dated counts of Spotify, and audio features. Knows no network."""

import csv
import gzip
import io
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date

from apps.charts.audio_features import AudioFeatures
from apps.charts.sources.base import MAX_COUNT, SourceError, Trouble, name_of
from apps.tracks.facts import FactError, checked_isrc

MAX_BYTES = 64 * 1024 * 1024
# What makes a table one of dated counts: "Artist - Title" in one, the running total at the end of the day.
COUNT_COLUMNS = frozenset(["date", "artist_title", "streams_total"])
FEATURE_NAMES = tuple(field.name for field in fields(AudioFeatures))
FEATURE_COLUMNS = frozenset(["isrc", *FEATURE_NAMES])
# The market that counts where a table has several and none is chosen.
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
    """Of one market; `unreadable` rows were left out."""

    rows: tuple[CountRow, ...]
    unreadable: int = 0

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True, slots=True)
class FeatureTable:
    """By ISRC."""

    features: Mapping[str, AudioFeatures]
    unreadable: int = 0

    def __len__(self) -> int:
        return len(self.features)


def read_counts(body: bytes, *, market: str = "") -> CountTable | None:
    """None for a table of something else. Raises SourceError."""
    try:
        lines = _lines(body, COUNT_COLUMNS)
        return None if lines is None else _read_counts(list(lines), market)
    except csv.Error as error:
        raise SourceError(Trouble.GARBAGE, str(error)) from None


def read_features(body: bytes) -> FeatureTable | None:
    """None for a table of something else. Raises SourceError."""
    try:
        lines = _lines(body, FEATURE_COLUMNS)
        return None if lines is None else _read_features(lines)
    except csv.Error as error:
        raise SourceError(Trouble.GARBAGE, str(error)) from None


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
            raise SourceError(Trouble.GARBAGE, "the table is too large")
        return body.decode("utf-8-sig")
    except (gzip.BadGzipFile, EOFError, zlib.error, UnicodeDecodeError):
        raise SourceError(Trouble.GARBAGE, "no table") from None


def _cleaned(lines: "csv.DictReader[str]") -> Iterator[dict[str, str]]:
    for line in lines:
        yield {name.strip().lower(): (value or "").strip() for name, value in line.items() if name}


def _read_counts(lines: Sequence[Mapping[str, str]], market: str) -> CountTable:
    chosen = _chosen_market({line.get("market", "") for line in lines}, market)
    rows, unreadable = [], 0
    for line in lines:
        if line.get("market", "") != chosen:
            continue
        try:
            rows.append(_count_row(line))
        except ValueError:
            unreadable += 1
    if not rows:
        raise SourceError(Trouble.GARBAGE if unreadable else Trouble.EMPTY, "no row of counts")
    return CountTable(tuple(rows), unreadable)


def _chosen_market(there: set[str], market: str) -> str:
    """Totals of two markets can't be compared, nor added: not every track is in each every day."""
    if len(there) == 1 and not market:
        return next(iter(there))
    chosen = market or WHOLE_WORLD
    if chosen not in there:
        known = ", ".join(sorted(there)[:20])
        raise SourceError(Trouble.GARBAGE, f"it has the markets {known}: SPOTIFY_COUNTS_MARKET names one")
    return chosen


def _count_row(line: Mapping[str, str]) -> CountRow:
    artist, between, title = line["artist_title"].partition(BETWEEN)
    total = int(line["streams_total"].replace(",", ""))
    if not (between and 0 <= total <= MAX_COUNT):
        raise ValueError("no count of a track")
    return CountRow(date.fromisoformat(line["date"]), name_of(artist), name_of(title), total)


def _read_features(lines: Iterator[Mapping[str, str]]) -> FeatureTable:
    features: dict[str, AudioFeatures] = {}
    unreadable = 0
    for line in lines:
        try:
            values = AudioFeatures(**{name: float(line[name]) for name in FEATURE_NAMES})
            if not all(_is_plausible(name, getattr(values, name)) for name in FEATURE_NAMES):
                raise ValueError("out of its range")
            features[checked_isrc(line["isrc"])] = values
        except (ValueError, FactError):
            unreadable += 1
    if not features:
        raise SourceError(Trouble.GARBAGE if unreadable else Trouble.EMPTY, "no row of features")
    return FeatureTable(features, unreadable)


def _is_plausible(name: str, value: float) -> bool:
    """Also refuses what is no number."""
    if name == "tempo":
        return 0 <= value <= 1000
    if name == "loudness":
        return -100 <= value <= 20
    return 0 <= value <= 1
