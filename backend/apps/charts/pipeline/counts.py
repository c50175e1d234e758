"""The stage counts: what services say of tracks' plays, written track by track.

Each track has a transaction of its own, and a failure of one stops no other: what it came from stays marked
as not counted, so that the next run takes it again.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Max

from apps.charts.counters import soundcloud, spotify, youtube
from apps.charts.counters.csv_tables import CountTable, Taken, about, new_tables, read_counts
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
from apps.charts.pipeline.outbox import Kind, announce
from apps.charts.pipeline.stage_run import Tally, unit
from apps.charts.selectors.tracks import known_isrcs
from apps.counts.services import DayFigure, record_figures

# Of which one event tells.
TRACKS_AN_EVENT = 500


def count(counting: Counting) -> Tally:
    """Rows in: tracks with news of any service; out: those whose history is different now."""
    tally = Tally()
    tracks = tracks_to_count(counting)
    lists = soundcloud.uncounted_lists(counting) if soundcloud.SERVICE in counting.scope.services else []
    tables: list[Taken[CountTable]] = []
    # Before anything is written, for it may wait for services.
    figures = [
        *(figure for one in lists for figure in soundcloud.figures_of(one, counting.now)),
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
    counting: Counting, tracks: CountedTracks, tables: list[Taken[CountTable]], tally: Tally
) -> Iterable[DayFigure]:
    if spotify.SERVICE not in counting.scope.services:
        return []
    known = ChartTrack.objects.aggregate(count=Count("pk"), last=Max("pk"))
    market = settings.SPOTIFY_PLAY_COUNTS_MARKET
    failures = tally.rows_failed
    read = partial(read_counts, market=market)
    tables += new_tables(
        counting.supply,
        read,
        about=about(f"{known['count']} {known['last']} {market}"),
        now=counting.now,
        tally=tally,
    )
    told = spotify.Told(has_failed=tally.rows_failed > failures)
    for taken in tables:
        table = taken.table
        # A table grows by a day every day: of all its rows those of one are few.
        of_newest = len(table.newest) + (lost := table.unreadable_of_newest)
        tally.report_many(lost, of_newest, f"{lost} of {of_newest} rows of the newest day could not be read")
        told.add(spotify.totals_in(table.rows))
    return spotify.figures_of(told, tracks.by_day, counting)


def _of_youtube(counting: Counting, tracks: CountedTracks, tally: Tally) -> Iterable[DayFigure]:
    """The API does not report how often a video had been watched on a day that is past."""
    if youtube.SERVICE not in counting.scope.services:
        return []
    if counting.supply.is_sample:
        return _sample_views(counting.now)
    today = tracks.by_day.get(counting.now.date(), [])
    return youtube.figures_of(counting, today, tally)


def _sample_views(now: datetime) -> list[DayFigure]:
    """Of tracks that are there: what is counted of others would stay when the samples go."""
    from apps.charts.connectors.samples import sample_views  # few runs have samples

    views = list(sample_views(now))
    known = known_isrcs({isrc for isrc, _, _ in views})
    return [
        DayFigure(isrc, youtube.SERVICE, day, counted_at(day, now), view_count=count)
        for isrc, day, count in views
        if isrc in known
    ]


def _write(counting: Counting, figures: Iterable[DayFigure], tally: Tally) -> set[str]:
    """The tracks that failed."""
    by_isrc = plausible(news(figures))
    tally.rows_in = len(by_isrc)
    failed, changed = set[str](), list[str]()
    for isrc in counting.progress.over(sorted(by_isrc), len(by_isrc), "counts"):
        failures = tally.rows_failed
        with unit(tally, f"plays of {isrc}"):
            recorded = record_figures(by_isrc[isrc])
            tally.figures += recorded.figures
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
        told = {"isrcs": changed[at : at + TRACKS_AN_EVENT], "date": counting.now.date().isoformat()}
        with transaction.atomic():
            announce(Kind.COUNTED, told)
    return failed


def _mark(counting: Counting, tracks: CountedTracks, lists: list[RawEdition], failed: set[str]) -> None:
    """What was counted; not what a track that failed is on."""
    done = [one for one, isrcs in tracks.editions.items() if failed.isdisjoint(isrcs)]
    Edition.objects.filter(pk__in=done).update(is_to_count=False)
    for edition in lists:
        of_list = edition.entries.filter(track__isrc__in=failed)
        if not failed or not of_list.exists():
            # Not of what has changed meanwhile.
            same = RawEdition.objects.filter(pk=edition.pk, transformed_at=edition.transformed_at)
            same.update(counted_at=counting.now)
