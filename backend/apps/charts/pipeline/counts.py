"""The stage counts: stores services' play counts of tracks.

Each track has its own transaction, so a failure affects only that track: its sources stay marked as not
counted, and the next run repeats them.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Max

from apps.charts.counters import youtube
from apps.charts.counters.csv_tables import CountRow, CountTable, NewTable, about, new_tables, read_counts
from apps.charts.counters.daily_counts import (
    CountedTracks,
    Counting,
    counted_at,
    news,
    plausible,
    report_lost,
    tracks_to_count,
)
from apps.charts.genres import MusicService
from apps.charts.matching import Recording, only_probable, ranked
from apps.charts.matching.candidate_index import Name, candidates
from apps.charts.matching.interpretations import readings
from apps.charts.matching.text_similarity import unmatched
from apps.charts.models import ChartTrack, Edition, RawEdition, RawEntry, Status
from apps.charts.pipeline.outbox import Kind, emit_event
from apps.charts.pipeline.stage_run import StageStats, unit
from apps.charts.pipeline.transform import GOOD_FOR
from apps.charts.selectors.tracks import known_isrcs
from apps.counts.models import Status as CountStatus
from apps.counts.services import CountReport, record_counts

SOUNDCLOUD, SPOTIFY = MusicService.SOUNDCLOUD, MusicService.SPOTIFY
# The maximum number of tracks in one event.
TRACKS_AN_EVENT = 500


def count(counting: Counting) -> StageStats:
    """Rows in: tracks with new reports of any service; rows out: tracks whose history changed."""
    tally = StageStats()
    tracks = tracks_to_count(counting)
    lists = uncounted_lists(counting) if SOUNDCLOUD in counting.scope.services else []
    tables: list[NewTable[CountTable]] = []
    # Before the first write, because it may wait for services.
    figures = [
        *(figure for one in lists for figure in soundcloud_reports(one, counting.now)),
        *_of_spotify(counting, tracks, tables, tally),
        *_of_youtube(counting, tracks, tally),
    ]
    report_lost(figures, tally)
    failed = _write(counting, figures, tally)
    _mark(counting, tracks, lists, failed)
    if not failed:
        for table in tables:
            table.mark()
    return tally


def _of_spotify(
    counting: Counting, tracks: CountedTracks, tables: list[NewTable[CountTable]], tally: StageStats
) -> Iterable[CountReport]:
    if SPOTIFY not in counting.scope.services:
        return []
    known = ChartTrack.objects.aggregate(count=Count("pk"), last=Max("pk"))
    market = settings.SPOTIFY_PLAY_COUNTS_MARKET
    failures = tally.rows_failed
    read = partial(read_counts, market=market)
    tables += new_tables(
        counting.connector,
        read,
        about=about(f"{known['count']} {known['last']} {market}"),
        now=counting.now,
        tally=tally,
    )
    totals = TableTotals(has_failed=tally.rows_failed > failures)
    for taken in tables:
        table = taken.table
        # Only rows of the newest day: a table also contains the rows of all days before.
        of_newest = len(table.newest) + (lost := table.unreadable_of_newest)
        tally.report_many(lost, of_newest, f"{lost} of {of_newest} rows of the newest day could not be read")
        totals.add(totals_in(table.rows))
    return spotify_reports(totals, tracks.by_day, counting)


def _of_youtube(counting: Counting, tracks: CountedTracks, tally: StageStats) -> Iterable[CountReport]:
    """Today's views: the API does not report views of past days."""
    if youtube.SERVICE not in counting.scope.services:
        return []
    if counting.connector.is_sample:
        return _sample_views(counting.now)
    today = tracks.by_day.get(counting.now.date(), [])
    return youtube.count_reports(counting, today, tally)


def _sample_views(now: datetime) -> list[CountReport]:
    """Counts of stored sample tracks only: those of others would remain when the samples are deleted."""
    from apps.charts.connectors.samples import sample_views  # few runs have samples

    views = list(sample_views(now))
    known = known_isrcs({isrc for isrc, _, _ in views})
    return [
        CountReport(isrc, youtube.SERVICE, day, counted_at(day, now), view_count=count)
        for isrc, day, count in views
        if isrc in known
    ]


def _write(counting: Counting, figures: Iterable[CountReport], tally: StageStats) -> set[str]:
    """The tracks that failed."""
    by_isrc = plausible(news(figures))
    tally.rows_in = len(by_isrc)
    failed, changed = set[str](), list[str]()
    for isrc in counting.progress.over(sorted(by_isrc), len(by_isrc), "counts"):
        failures = tally.rows_failed
        with unit(tally, f"plays of {isrc}"):
            recorded = record_counts(by_isrc[isrc])
            tally.figures += recorded.counts
            tally.anomalies += recorded.anomalies
            tally.stale += recorded.stale
            if recorded.added or recorded.changed:
                changed.append(isrc)
        if tally.rows_failed > failures:
            failed.add(isrc)
    tally.report_figures()
    changed = [isrc for isrc in changed if isrc not in failed]
    tally.rows_out = len(changed)
    for at in range(0, len(changed), TRACKS_AN_EVENT):
        payload = {"isrcs": changed[at : at + TRACKS_AN_EVENT], "date": counting.now.date().isoformat()}
        with transaction.atomic():
            emit_event(Kind.COUNTED, payload)
    return failed


def _mark(counting: Counting, tracks: CountedTracks, lists: list[RawEdition], failed: set[str]) -> None:
    """Marks charts and lists as counted, except those with a track that failed."""
    done = [one for one, isrcs in tracks.editions.items() if failed.isdisjoint(isrcs)]
    Edition.objects.filter(pk__in=done).update(is_to_count=False)
    for edition in lists:
        of_list = edition.entries.filter(track__isrc__in=failed)
        if not failed or not of_list.exists():
            # Unless the list was transformed again since.
            same = RawEdition.objects.filter(pk=edition.pk, transformed_at=edition.transformed_at)
            same.update(counted_at=counting.now)


# --- SoundCloud: its lists contain play counts -------------------------------------------------------


def uncounted_lists(counting: Counting) -> list[RawEdition]:
    """Lists whose current counts have not been stored."""
    lists = RawEdition.objects.filter(
        service=SOUNDCLOUD,
        genre__in=counting.scope.genres,
        counted_at__isnull=True,
        transformed_at__isnull=False,
    )
    return list(lists.order_by("issued_on", "genre"))


def soundcloud_reports(edition: RawEdition, now: datetime) -> Iterator[CountReport]:
    """The list's counts; unless its status is OK, failed or stale counts of the last good list's tracks."""
    if edition.status == Status.OK:
        yield from _reports_of_list(edition, now)
        return
    last = (
        RawEdition.objects.filter(
            service=SOUNDCLOUD,
            genre=edition.genre,
            status=Status.OK,
            issued_on__lt=edition.issued_on,
            issued_on__gte=edition.issued_on - GOOD_FOR,
        )
        .order_by("-issued_on")
        .first()
    )
    if last is not None:
        at = counted_at(edition.issued_on, now)
        status = CountStatus.STALE if edition.status == Status.STALE else CountStatus.FAILED
        for isrc, _ in _plays_in(last):
            yield CountReport(isrc, SOUNDCLOUD, edition.issued_on, at, status)


def _reports_of_list(edition: RawEdition, now: datetime) -> Iterator[CountReport]:
    at = counted_at(edition.issued_on, edition.fetched_at or now)
    for isrc, plays in _plays_in(edition):
        status = CountStatus.MISSING if plays is None else CountStatus.OK
        yield CountReport(isrc, SOUNDCLOUD, edition.issued_on, at, status, plays)


def _plays_in(edition: RawEdition) -> list[tuple[str, int | None]]:
    """By ISRC; for a track that is in the list twice, the count of its highest line that has one."""
    lines = RawEntry.objects.filter(edition=edition, track__isnull=False)
    found: dict[str, int | None] = {}
    for isrc, plays in lines.order_by("-rank").values_list("track__isrc", "play_count"):
        found[isrc] = found.get(isrc) if plays is None else plays
    return list(found.items())


# --- Spotify: tables by date, because its API has no counts ------------------------------------------


@dataclass(slots=True)
class TableTotals:
    """Totals of tables by ISRC and day; None if tables contradict each other.

    `has_failed`: a table could not be fetched.
    """

    totals: dict[tuple[str, date], int | None] = field(default_factory=dict)
    has_failed: bool = False

    def add(self, totals: Mapping[tuple[str, date], int | None]) -> None:
        for key, total in totals.items():
            self.totals[key] = total if self.totals.get(key, total) == total else None


def totals_in(rows: Sequence[CountRow]) -> dict[tuple[str, date], int | None]:
    """Totals of rows whose track is certain; of two rows for a track and day, the one that matches better."""
    matched = _matched({(row.title, row.artist) for row in rows})
    found: dict[tuple[str, date], tuple[float, set[int]]] = {}
    for row in rows:
        isrc, score = matched.get((row.title, row.artist), ("", 0.0))
        if not isrc:
            continue
        best, totals = found.setdefault((isrc, row.day), (score, set()))
        if score > best:
            found[isrc, row.day] = (score, {row.total})
        elif score == best:
            totals.add(row.total)
    return {key: next(iter(totals)) if len(totals) == 1 else None for key, (_, totals) in found.items()}


def _matched(names: Collection[Name]) -> Mapping[Name, tuple[str, float]]:
    """The tracks of names. Probable matches are used only if the table has no other name for the track."""
    among = {
        name: [one for one in some if _has_all_artists(one, name)] for name, some in candidates(names).items()
    }
    alike = {name: ranked(*name, among[name]) for name in names}
    sure = {name: some[0] for name, some in alike.items() if some and some[0].is_sure}
    probable = {name: one for name in alike.keys() - sure.keys() if (one := only_probable(alike[name]))}
    named = Counter(one.recording.key for one in (*sure.values(), *probable.values()))
    probable = {name: one for name, one in probable.items() if named[one.recording.key] == 1}
    return {name: (one.recording.key, one.score) for name, one in (sure | probable).items()}


def _has_all_artists(track: Recording, name: Name) -> bool:
    """False if the row names a guest whom the track lacks: its count is of another recording."""
    row, known = readings(*name)[0], readings(track.title, track.artist)[0]
    missing = unmatched(row.artists | row.guests, known.artists | known.guests)
    return not track.lists_all_artists or not any(one not in "".join(known.version_names) for one in missing)


def spotify_reports(
    tables: TableTotals, wanted: Mapping[date, Iterable[str]], counting: Counting
) -> Iterator[CountReport]:
    """All totals of the tables; wanted tracks without one are missing, or failed if a table failed."""
    for (isrc, day), total in tables.totals.items():
        if day <= counting.now.date():
            given = CountStatus.ANOMALY if total is None else CountStatus.OK
            yield CountReport(isrc, SPOTIFY, day, counted_at(day, counting.now), given, total)
    status = CountStatus.FAILED if tables.has_failed else CountStatus.MISSING
    for day, isrcs in wanted.items():
        for isrc in isrcs:
            if (isrc, day) not in tables.totals:
                yield CountReport(isrc, SPOTIFY, day, counted_at(day, counting.now), status)
