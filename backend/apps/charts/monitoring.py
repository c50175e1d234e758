"""The pipeline's state: metrics, the health of charts, and the daily report by mail and webhook.

Everything is read from tables, so all processes report the same values.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.db.models import F, Max, Q, QuerySet

from apps.charts.counters.youtube import Quota
from apps.charts.genres import RANKED, Genre, MusicService
from apps.charts.models import RawEdition, Status
from apps.charts.pipeline_models import Stage, StageRun
from apps.counts.models import Flag, HistoricalViewCount, ViewCount
from apps.counts.models import Status as CountStatus
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
MAX_AGE = timedelta(hours=24)
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


# --- The daily report --------------------------------------------------------------------------------


WEBHOOK_SECONDS = 10.0
# More than anyone reads; the report has their number as well.
MAX_ANOMALIES = 20
ANOMALY_FLAGS = (Flag.FELL, Flag.JUMPED)


class Verdict(StrEnum):
    SUCCESS = "success"
    PARTLY = "partly"
    FAILURE = "failure"


class ReportError(Exception):
    """It did not arrive; the text says why, without the address."""


@dataclass(frozen=True, slots=True)
class Anomaly:
    """A count that fell, or jumped far beyond the track's usual; or that its list contradicts: not stored."""

    isrc: str
    service: str
    on: date
    count: int | None
    delta: int | None
    flag: str

    def __str__(self) -> str:
        if self.count is None:
            return f"{self.isrc} {self.service} {self.on}: {self.flag}"
        delta = "" if self.delta is None else f" ({self.delta:+,})"
        return f"{self.isrc} {self.service} {self.on}: {self.flag} to {self.count:,}{delta}"


@dataclass(frozen=True, slots=True)
class DailyReport:
    on: date
    verdict: Verdict
    problems: Sequence[str]
    stages: Sequence[str]
    anomaly_count: int
    # The first of them.
    anomalies: Sequence[Anomaly]
    stale_count: int
    unreadable_count: int
    # Lists that are used, and that nothing confirms.
    unconfirmed: Sequence[str]

    @property
    def subject(self) -> str:
        return f"Chart report for {self.on}: {self.verdict}"

    @property
    def text(self) -> str:
        parts = [self.subject, *self.problems, "", *self.stages]
        if self.anomaly_count:
            parts += ["", f"Anomalies: {self.anomaly_count}", *map(str, self.anomalies)]
        if self.stale_count or self.unreadable_count:
            parts += [
                "",
                f"{self.stale_count} stale counts, {self.unreadable_count} unreadable lines and rows.",
            ]
        if self.unconfirmed:
            parts += ["", *self.unconfirmed]
        return "\n".join(parts)

    def payload(self) -> dict[str, Any]:
        """`text` is what chat services show."""
        return {
            "text": self.text,
            "date": self.on.isoformat(),
            "status": self.verdict,
            "problems": list(self.problems),
            "stages": list(self.stages),
            "anomaly_count": self.anomaly_count,
            "stale_count": self.stale_count,
            "unreadable_count": self.unreadable_count,
            "unconfirmed": list(self.unconfirmed),
            "anomalies": [
                {
                    "isrc": one.isrc,
                    "service": one.service,
                    "date": one.on.isoformat(),
                    "count": one.count,
                    "delta": one.delta,
                    "flag": one.flag,
                }
                for one in self.anomalies
            ],
        }


def report_of_today(*, now: datetime) -> DailyReport:
    """What there is to be said of the 24 hours before."""
    state = state_of_charts()
    failures = [*_stages_that_failed(state, now), *_old_sources(state, now)]
    parts = [f"{run.stage}: {one}" for run in state.runs for one in run.failures[:MAX_ANOMALIES]]
    of_day = HistoricalViewCount.objects.filter(counted_at__gt=now - MAX_AGE)
    anomalies = of_day.filter(Q(flag__in=ANOMALY_FLAGS) | Q(status=CountStatus.ANOMALY))
    greatest_first = anomalies.order_by(F("view_count").desc(nulls_last=True), "isrc", "service")
    return DailyReport(
        on=now.date(),
        verdict=Verdict.FAILURE if failures else Verdict.PARTLY if parts else Verdict.SUCCESS,
        problems=[*failures, *parts],
        stages=[_stage_payload(run) for run in state.runs],
        anomaly_count=anomalies.count(),
        anomalies=[_anomalies_of(row) for row in greatest_first[:MAX_ANOMALIES]],
        stale_count=of_day.filter(Q(flag=Flag.STALE) | Q(status=CountStatus.STALE)).count(),
        unreadable_count=sum(run.unreadable for run in state.runs),
        unconfirmed=_unconfirmed(now),
    )


def _stages_that_failed(state: State, now: datetime) -> list[str]:
    by_stage = {run.stage: run for run in state.runs}
    problems = []
    for stage in Stage:
        run = by_stage.get(stage)
        if run is None or now - run.started_at > MAX_AGE:
            problems.append(f"The stage {stage} has not run for {_hours(MAX_AGE)}.")
        elif run.status in {StageRun.Status.FAILED, StageRun.Status.INTERRUPTED}:
            problems.append(f"The last run of the stage {stage}: {run.status}.")
    return problems


def _old_sources(state: State, now: datetime) -> list[str]:
    return [
        f"{one.service} has returned no valid list of {one.genre} for over {_hours(MAX_AGE)}: {one.status}."
        for one in state.sources
        if one.fetched_at is None or now - one.fetched_at > MAX_AGE
    ]


def _unconfirmed(now: datetime) -> list[str]:
    lists = RawEdition.objects.filter(status=Status.OK, fetched_at__gt=now - MAX_AGE, is_sample=False)
    return [f"{one}: {one.failure}." for one in lists.exclude(failure="")]


def _stage_payload(run: StageRun) -> str:
    return f"{run.stage}: {run.status}, {run.row_counts} ({success_ratio(run):.1%})"


def _anomalies_of(row: HistoricalViewCount) -> Anomaly:
    flag = row.flag or row.status
    return Anomaly(row.isrc, row.service, row.recorded_date, row.view_count, row.delta_count, flag)


def _hours(time: timedelta) -> str:
    return f"{time / timedelta(hours=1):.0f} hours"


# --- Sending -----------------------------------------------------------------------------------------


def mail(notice: DailyReport) -> int:
    """Sends the report by mail; returns the number of recipients. Raises ReportError."""
    addresses: list[str] = settings.CHART_REPORT_EMAILS
    if not addresses:
        return 0
    from django.core.mail import EmailMessage

    try:
        EmailMessage(notice.subject, notice.text, to=addresses).send()
    except Exception as error:  # a mail server may fail with various errors
        raise ReportError(f"The mail could not be sent: {type(error).__name__}.") from error
    return len(addresses)


def call_report_webhook(notice: DailyReport) -> int:
    """Sends the report to the webhook; returns the number of webhooks, 0 or 1. Raises ReportError."""
    if not settings.CHART_REPORT_WEBHOOK_URL:
        return 0
    import httpx  # few commands send requests

    try:
        response = httpx.post(
            settings.CHART_REPORT_WEBHOOK_URL, json=notice.payload(), timeout=WEBHOOK_SECONDS
        )
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise ReportError(f"The webhook did not respond: {type(error).__name__}.") from error
    if not response.is_success:
        raise ReportError(f"The webhook responded with {response.status_code}.")
    return 1
