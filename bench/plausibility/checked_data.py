"""Stores recorded days in an empty database, and counts which checks they trigger."""

import csv
import gzip
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import chain, pairwise
from pathlib import Path
from statistics import median
from typing import TextIO

from django.utils import timezone

from apps.charts.connectors.base import RecordedResponses
from apps.charts.counters.daily_counts import counted_at, news, plausible
from apps.charts.models import Edition, RawEdition, RawEntry, Status
from apps.charts.pipeline.list_checks import COPY
from apps.charts.pipeline.plausibility import DOUBTFUL, TOP, Verdict
from apps.charts.pipeline.runner import Plan, run_pipeline
from apps.charts.pipeline.stage_run import StageStats
from apps.charts.pipeline.transform import check_lists
from apps.counts.models import HistoricalViewCount, ViewCount, shown_status
from apps.counts.models import Status as CountStatus
from apps.counts.services import CountReport, record_counts

RESPONSES, DAILY, WEEKLY = "recorded responses", "daily lists", "weekly lists"
REPEATED_PLAYS, REPEATED_LIST = "stale: repeated plays", "stale: an older list"
# The same columns in the known data sets.
COLUMNS = {
    "day": ("date", "week_end", "week"),
    "rank": ("rank", "Rank"),
    "title": ("title", "Track Name", "artist_title"),
    "artist": ("artist", "artists", "Artist Names"),
    "id": ("spotify_track_id", "YouTube URL", "artist_title"),
    "total": ("streams_total",),
    "series": ("market", "region"),
}
WEEK = timedelta(days=7)
# Of a quick run: each series' first days.
QUICK_DAYS = 10


@dataclass(frozen=True, slots=True)
class Line:
    rank: int
    key: str
    title: str
    artist: str
    total: int | None


@dataclass(slots=True)
class Series:
    """The lists of one playlist or market, by day."""

    days: dict[date, list[Line]] = field(default_factory=lambda: defaultdict(list))

    @property
    def group(self) -> str:
        gaps = [later - earlier for earlier, later in pairwise(sorted(self.days))]
        return WEEKLY if gaps and median(gaps) >= WEEK else DAILY

    @property
    def has_totals(self) -> bool:
        return any(line.total is not None for lines in self.days.values() for line in lines)


def print_result(folder: str, *, is_quick: bool) -> None:
    """As JSON, in the last line."""
    checks: defaultdict[str, Counter[str]] = defaultdict(Counter)
    extremes: defaultdict[str, Extremes] = defaultdict(Extremes)
    _delete_all()
    for place in sorted(raw.parent for raw in Path(folder).rglob("raw")):
        _run_responses(place, checks[RESPONSES])
        _delete_all()
    for name, series in _series_below(Path(folder), most=QUICK_DAYS if is_quick else None):
        sys.stderr.write(f"{name}: {len(series.days)} days\n")
        _check_lists(series, checks[series.group])
        extremes[series.group].add(series)
        if series.has_totals and series.group == DAILY:
            _check_counts(series, checks[series.group])
        _delete_all()
    found = {
        "checks": {group: _rows(of_group) for group, of_group in checks.items() if of_group},
        "extremes": {group: one.rows() for group, one in extremes.items()},
    }
    sys.stdout.write(json.dumps(found) + "\n")


# --- Recorded responses ------------------------------------------------------------------------------


def _run_responses(folder: Path, found: Counter[str]) -> None:
    run_pipeline(Plan(connector=RecordedResponses(folder)))
    for status, failure in RawEdition.objects.values_list("status", "failure"):
        _note_list(found, status, failure)
    _note_counts(found)


def _note_list(found: Counter[str], status: str, failure: str) -> None:
    found["responses or lists"] += 1
    if status == Status.FAILED:
        found["failed"] += 1
        return
    found["lists"] += 1
    if status == Status.STALE:
        found[REPEATED_PLAYS if failure == COPY else REPEATED_LIST] += 1
    elif failure:
        found[Verdict(failure).name] += 1


def _note_counts(found: Counter[str]) -> None:
    rows = HistoricalViewCount.objects.exclude(status__in=[CountStatus.MISSING, CountStatus.FAILED])
    for status, flag in rows.values_list("status", "flag"):
        found["counts"] += 1
        shown = shown_status(status, flag)
        found[flag if shown == "anomaly" and flag else f"counts {shown}"] += 1


# --- Tables ------------------------------------------------------------------------------------------


def _series_below(folder: Path, *, most: int | None) -> Iterator[tuple[str, Series]]:
    """Without tables beside recorded responses, which have the same lists."""
    for place in sorted(chain(folder.rglob("*.csv*"), folder.rglob("*.jsonl*"))):
        if (place.parent / "raw").is_dir():
            continue
        of_table = _snapshots_in(place) if ".jsonl" in place.name else _lists_in(place)
        for name, series in sorted(of_table.items()):
            for day in sorted(series.days)[most:] if most else []:
                del series.days[day]
            if len(series.days) > 1:
                yield f"{place.name} {name}", series


def _lists_in(place: Path) -> dict[str, Series]:
    """Empty for a table without days, ranks and titles."""
    with _opened(place) as lines:
        rows = csv.DictReader(lines)
        there = {
            ours: next((one for one in names if one in (rows.fieldnames or ())), "")
            for ours, names in COLUMNS.items()
        }
        found: defaultdict[str, Series] = defaultdict(Series)
        if not (there["day"] and there["rank"] and there["title"]):
            return {}
        for row in rows:
            values = {ours: row[theirs] if theirs else "" for ours, theirs in there.items()}
            artist, _, title = (
                values["title"].partition(" - ")
                if not values["artist"]
                else (values["artist"], "", values["title"])
            )
            day = _day(values["day"])
            total = int(values["total"]) if values["total"] else None
            key = values["id"] or f"{artist} - {title}"
            found[values["series"]].days[day].append(
                Line(int(float(values["rank"])), key, title, artist, total)
            )
    return found


def _snapshots_in(place: Path) -> dict[str, Series]:
    """Lines with `playlist`, `date` and `tracks`, the IDs of a table with titles in the same folder."""
    names = {
        row["spotify_track_id"]: (row["title"], row["artists"])
        for table in place.parent.glob("*.csv*")
        for row in csv.DictReader(_opened(table))
        if row.get("spotify_track_id")
    }
    found: defaultdict[str, Series] = defaultdict(Series)
    with _opened(place) as lines:
        for snapshot in map(json.loads, lines):
            found[snapshot["playlist"]].days[_day(snapshot["date"])] = [
                Line(rank, key, *names.get(key, (key, "unknown")), None)
                for rank, key in enumerate(snapshot["tracks"], start=1)
            ]
    return found


def _opened(place: Path) -> TextIO:
    return (gzip.open if place.suffix == ".gz" else open)(place, "rt", encoding="utf-8", newline="")  # type: ignore[return-value]


def _day(text: str) -> date:
    """Of a week its first day."""
    return date.fromisoformat(text if "W" not in text else f"{text}-1")


def _check_lists(series: Series, found: Counter[str]) -> None:
    service = "soundcloud" if series.has_totals else "spotify"
    now = timezone.now()
    for day, lines in sorted(series.days.items()):
        edition = RawEdition.objects.create(
            **{"genre": "pop", "service": service, "issued_on": day, "status": Status.OK},
            **{"tried_at": now, "fetched_at": now, "transformed_at": now},
        )
        RawEntry.objects.bulk_create(
            RawEntry(
                **{"edition": edition, "rank": rank, "name": line.title[:300], "artist": line.artist[:300]},
                **{"service_track_id": line.key[-100:], "play_count": line.total},
            )
            for rank, line in enumerate(sorted(lines, key=lambda one: one.rank), start=1)
        )
        check_lists([edition], StageStats())
        _note_list(found, edition.status, edition.failure)


def _check_counts(series: Series, found: Counter[str]) -> None:
    """One day after the other, as they came."""
    keys = sorted({line.key for lines in series.days.values() for line in lines})
    isrcs = {key: f"ZZBEN26{number:05}" for number, key in enumerate(keys)}
    now = timezone.now()
    for day, lines in sorted(series.days.items()):
        reports = [
            CountReport(isrcs[line.key], "spotify", day, counted_at(day, now), view_count=line.total)
            for line in lines
            if line.total is not None
        ]
        record_counts(chain.from_iterable(plausible(news(reports)).values()))
        of_day = HistoricalViewCount.objects.filter(recorded_date=day)
        found["days of counts"] += 1
        found["growth"] += of_day.filter(status=CountStatus.ANOMALY).count() > len(lines) / 2
    _note_counts(found)


def _delete_all() -> None:
    for model in (RawEdition, Edition, HistoricalViewCount, ViewCount):
        model.objects.all().delete()


# --- The result --------------------------------------------------------------------------------------


def _rows(found: Mapping[str, int]) -> list[tuple[str, int, int]]:
    """The check, what was checked, what triggered it."""
    lists, rejected = found["lists"], [one for one in Verdict if one.is_rejected]
    rows = [
        ("cannot be read", found["responses or lists"], found["failed"]),
        ("quarantined", lists, sum(found[one.name] for one in rejected)),
        *((one.value, lists, found[one.name]) for one in rejected if found[one.name]),
        *((f"doubtful: {one.value}", lists, found[one.name]) for one in DOUBTFUL),
        *((name, lists, found[name]) for name in (REPEATED_PLAYS, REPEATED_LIST)),
    ]
    if counts := found["counts"]:
        names = {
            "counts stale": "counts that are stale",
            "fell": "counts that fell",
            "jumped": "counts that jumped",
        }
        names["counts anomaly"] = "counts of days with implausible growth"
        rows += [(text, counts, found[name]) for name, text in names.items()]
    if days := found["days of counts"]:
        rows.append(("days with implausible growth", days, found["growth"]))
    return rows


@dataclass(slots=True)
class Extremes:
    """What two lists of a series that follow each other within two weeks have in common; shares."""

    stayed: list[float] = field(default_factory=list)
    lengths: list[float] = field(default_factory=list)
    new_on_top: list[float] = field(default_factory=list)
    different: list[float] = field(default_factory=list)

    def add(self, series: Series) -> None:
        lists = {day: [line.key for line in lines] for day, lines in sorted(series.days.items())}
        self.different += [len(set(keys)) / len(keys) for keys in lists.values()]
        for (earlier, before), (day, keys) in pairwise(lists.items()):
            if day - earlier <= 2 * WEEK:
                top, known = keys[: len(keys) // TOP], set(before)
                self.stayed.append(len(known & set(keys)) / len(keys))
                self.lengths.append(len(keys) / len(before))
                self.new_on_top.append(sum(key not in known for key in top) / max(1, len(top)))

    def rows(self) -> list[tuple[str, str]]:
        return [
            (f"lines that stayed, in {len(self.stayed):,} changes", f"{min(self.stayed):.0%} or more"),
            ("length, of that before", f"{min(self.lengths):.0%} to {max(self.lengths):.0%}"),
            ("new lines in the first third", f"{max(self.new_on_top):.0%} or less"),
            ("lines of different tracks", f"{min(self.different):.0%} or more"),
        ]
