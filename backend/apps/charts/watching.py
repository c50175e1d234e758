"""How charts are doing, for who watches them: by tables alone, whoever ran the pipeline and wherever."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Max

from apps.charts.counters.quota import Quota
from apps.charts.genres import RANKED, Genre, MusicService
from apps.charts.models import RawEdition, StageRun, Status, ViewCount
from apps.charts.run_models import Stage
from apps.charts.selectors import SourceState
from core.metrics import (
    CHART_COUNTS_AGE,
    CHART_LAST_ROWS,
    CHART_QUOTA_LEFT,
    CHART_SOURCE_AGE,
    CHART_SOURCES,
    CHART_STAGE_AGE,
    CHART_SUCCESS,
)

# Everything is gathered once a day; what is older was missed.
TOO_OLD = timedelta(hours=24)
GOOD = (StageRun.Status.SUCCEEDED, StageRun.Status.PARTLY)
GAUGES = (
    CHART_SOURCE_AGE,
    CHART_COUNTS_AGE,
    CHART_SOURCES,
    CHART_STAGE_AGE,
    CHART_LAST_ROWS,
    CHART_SUCCESS,
    CHART_QUOTA_LEFT,
)


@dataclass(frozen=True, slots=True)
class State:
    """Each stage's last run that has ended, when each last went well, and what is known of sources."""

    runs: Sequence[StageRun]
    went_well_at: Mapping[str, datetime]
    # Those that were ever asked; samples are no source.
    sources: Sequence[SourceState]
    counted_at: Mapping[str, datetime]


def state_of_charts() -> State:
    ended = [StageRun.objects.filter(stage=stage, ended_at__isnull=False).first() for stage in Stage]
    good = StageRun.objects.filter(status__in=GOOD).order_by()
    counts = ViewCount.objects.order_by().values_list("service")
    return State(
        runs=[run for run in ended if run],
        went_well_at=dict(good.values_list("stage").annotate(Max("ended_at"))),
        sources=_real_sources(),
        counted_at=dict(counts.annotate(Max("last_updated"))),
    )


def show(now: datetime) -> None:
    """Sets the figures that Prometheus reads."""
    state = state_of_charts()
    forget_shown()
    for source in state.sources:
        if source.fetched_at:
            age = (now - source.fetched_at).total_seconds()
            CHART_SOURCE_AGE.labels(source.service, source.genre).set(age)
    for (service, status), number in Counter((one.service, one.status) for one in state.sources).items():
        CHART_SOURCES.labels(service, status).set(number)
    for service, at in state.counted_at.items():
        CHART_COUNTS_AGE.labels(service).set((now - at).total_seconds())
    for stage, at in state.went_well_at.items():
        CHART_STAGE_AGE.labels(stage).set((now - at).total_seconds())
    for run in state.runs:
        _show_run(run)
    if settings.YOUTUBE_API_KEY:
        quota = Quota(MusicService.YOUTUBE, settings.YOUTUBE_DAILY_QUOTA, now=now)
        CHART_QUOTA_LEFT.labels(MusicService.YOUTUBE).set(quota.left())


def forget_shown() -> None:
    for gauge in GAUGES:
        gauge.clear()


def success_ratio(run: StageRun) -> float:
    """Of what it had to do. One that failed as a whole did nothing."""
    if run.status in {StageRun.Status.FAILED, StageRun.Status.INTERRUPTED}:
        return 0.0
    # More may have failed than came in: what was asked for in vain brings no row.
    asked = max(run.rows_in, run.rows_failed)
    return 1 - run.rows_failed / asked if asked else 1.0


def _show_run(run: StageRun) -> None:
    CHART_SUCCESS.labels(run.stage).set(success_ratio(run))
    for what in ("in", "out", "for_review", "failed"):
        CHART_LAST_ROWS.labels(run.stage, what).set(getattr(run, f"rows_{what}"))


def _real_sources() -> list[SourceState]:
    real = RawEdition.objects.filter(is_sample=False)
    good = real.filter(status=Status.OK).order_by().values_list("genre", "service")
    fetched = {(genre, service): at for genre, service, at in good.annotate(Max("fetched_at"))}
    last = real.order_by("issued_on").values_list("genre", "service", "status")
    status = {(genre, service): word for genre, service, word in last}
    return [
        SourceState(service, genre, status[genre, service], fetched.get((genre, service)))
        for service in RANKED
        for genre in Genre
        if (genre, service) in status
    ]
