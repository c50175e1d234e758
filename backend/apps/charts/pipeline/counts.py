"""The stage counts: stores services' play counts of tracks.

Each track has its own transaction, so a failure affects only that track: its sources stay marked as not
counted, and the next run repeats them.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Max

from apps.charts.counters import soundcloud, spotify, youtube
from apps.charts.counters.csv_tables import CountTable, NewTable, about, new_tables, read_counts
from apps.charts.counters.daily_counts import (
    CountedTracks,
    Counting,
    counted_at,
    news,
    plausible,
    report_lost,
    tracks_to_count,
)
from apps.charts.models import ChartTrack, Edition, RawEdition
from apps.charts.pipeline.outbox import Kind, emit_event
from apps.charts.pipeline.stage_run import Tally, unit
from apps.charts.selectors.tracks import known_isrcs
from apps.counts.services import CountReport, record_counts

# The maximum number of tracks in one event.
TRACKS_AN_EVENT = 500


def count(counting: Counting) -> Tally:
    """Rows in: tracks with new reports of any service; rows out: tracks whose history changed."""
    tally = Tally()
    tracks = tracks_to_count(counting)
    lists = soundcloud.uncounted_lists(counting) if soundcloud.SERVICE in counting.scope.services else []
    tables: list[NewTable[CountTable]] = []
    # Before the first write, because it may wait for services.
    figures = [
        *(figure for one in lists for figure in soundcloud.count_reports(one, counting.now)),
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
    counting: Counting, tracks: CountedTracks, tables: list[NewTable[CountTable]], tally: Tally
) -> Iterable[CountReport]:
    if spotify.SERVICE not in counting.scope.services:
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
    totals = spotify.TableTotals(has_failed=tally.rows_failed > failures)
    for taken in tables:
        table = taken.table
        # Only rows of the newest day: a table also contains the rows of all days before.
        of_newest = len(table.newest) + (lost := table.unreadable_of_newest)
        tally.report_many(lost, of_newest, f"{lost} of {of_newest} rows of the newest day could not be read")
        totals.add(spotify.totals_in(table.rows))
    return spotify.count_reports(totals, tracks.by_day, counting)


def _of_youtube(counting: Counting, tracks: CountedTracks, tally: Tally) -> Iterable[CountReport]:
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


def _write(counting: Counting, figures: Iterable[CountReport], tally: Tally) -> set[str]:
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
            # Unless the list was transformed again meanwhile.
            same = RawEdition.objects.filter(pk=edition.pk, transformed_at=edition.transformed_at)
            same.update(counted_at=counting.now)
