"""The state of the pipeline: its last runs, the age of lists and counts, and their gauges.

Everything is read from tables, so all processes report the same values.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Max, QuerySet

from apps.charts.counters.youtube import Quota
from apps.charts.genres import RANKED, Genre, MusicService
from apps.charts.models import RawEdition, Stage, StageRun, Status
from apps.counts.models import ViewCount
from core.metrics import (
    CHART_COUNTS_AGE,
    CHART_LAST_ROWS,
    CHART_QUOTA_LEFT,
    CHART_SOURCE_AGE,
    CHART_SOURCES,
    CHART_STAGE_AGE,
    CHART_SUCCESS,
)

# Lists and counts are fetched once a day; older ones indicate a missed run.
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


UNKNOWN = "missing"


@dataclass(frozen=True, slots=True)
class SourceState:
    """The status of a source's last list, and when its last good one was fetched."""

    service: str
    genre: str
    status: str
    fetched_at: datetime | None


@dataclass(frozen=True, slots=True)
class State:
    """The last ended run and the last success of each stage, and the state of sources and counts."""

    runs: Sequence[StageRun]
    went_well_at: Mapping[str, datetime]
    # Sources that were requested at least once, without samples.
    sources: Sequence[SourceState]
    counted_at: Mapping[str, datetime]


def state_of_charts() -> State:
    ended = [StageRun.objects.filter(stage=stage, ended_at__isnull=False).first() for stage in Stage]
    good = StageRun.objects.filter(status__in=GOOD).order_by()
    return State(
        runs=[run for run in ended if run],
        went_well_at=dict(good.values_list("stage").annotate(Max("ended_at"))),
        sources=[one for one in _states(RawEdition.objects.filter(is_sample=False)) if one.status != UNKNOWN],
        counted_at=newest_counts(),
    )


def show(now: datetime) -> None:
    """Sets the gauges that Prometheus reads."""
    state = state_of_charts()
    clear_gauges()
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


def clear_gauges() -> None:
    for gauge in GAUGES:
        gauge.clear()


def success_ratio(run: StageRun) -> float:
    """The share of rows without a failure, from 0 to 1; 0 for a run that failed as a whole."""
    if run.status in {StageRun.Status.FAILED, StageRun.Status.INTERRUPTED}:
        return 0.0
    # There may be more failures than input rows: a request without a response gives no row.
    asked = max(run.rows_in, run.rows_failed)
    return 1 - run.rows_failed / asked if asked else 1.0


def _show_run(run: StageRun) -> None:
    CHART_SUCCESS.labels(run.stage).set(success_ratio(run))
    for what in ("in", "out", "for_review", "failed"):
        CHART_LAST_ROWS.labels(run.stage, what).set(getattr(run, f"rows_{what}"))


def newest_counts() -> dict[str, datetime]:
    """When each service's plays or views were counted last; services without counts are left out."""
    rows = ViewCount.objects.order_by().values_list("service").annotate(Max("last_updated"))
    return dict(rows)


def latest_stage_runs() -> list[StageRun]:
    """The last run of each stage, in the order of the stages."""
    latest = [StageRun.objects.filter(stage=stage).first() for stage in Stage]
    return [record for record in latest if record]


def source_states() -> list[SourceState]:
    """The state of every source, including samples."""
    return _states(RawEdition.objects.all())


def _states(lists: "QuerySet[RawEdition]") -> list[SourceState]:
    """The state of each ranked service and genre; UNKNOWN without a list."""
    good = lists.filter(status=Status.OK).order_by().values_list("genre", "service")
    fetched = {(genre, service): at for genre, service, at in good.annotate(Max("fetched_at"))}
    last = lists.order_by("issued_on").values_list("genre", "service", "status")
    status = {(genre, service): word for genre, service, word in last}
    return [
        SourceState(service, genre, status.get((genre, service), UNKNOWN), fetched.get((genre, service)))
        for service in RANKED
        for genre in Genre
    ]
