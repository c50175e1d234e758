"""The daily report about the runs of the pipeline and implausible counts: by mail and by webhook."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

import httpx
from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import F, Q

from apps.charts.models import RawEdition, Stage, StageRun
from apps.charts.models import Status as ListStatus
from apps.charts.monitoring import TOO_OLD, State, state_of_charts, success_ratio
from apps.counts.models import Flag, HistoricalViewCount, Status

WEBHOOK_SECONDS = 10.0
# More than anyone reads; the report has their number as well.
ODD_SHOWN = 20
ODD = (Flag.FELL, Flag.JUMPED)


class Verdict(StrEnum):
    SUCCESS = "success"
    PARTLY = "partly"
    FAILURE = "failure"


class NoticeError(Exception):
    """It did not arrive; the text says why, without the address."""


@dataclass(frozen=True, slots=True)
class Odd:
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
class Notice:
    on: date
    verdict: Verdict
    troubles: Sequence[str]
    stages: Sequence[str]
    odd_count: int
    # The first of them.
    odd: Sequence[Odd]
    stale_count: int
    unreadable_count: int
    # Lists that are used, and that nothing confirms.
    unconfirmed: Sequence[str]

    @property
    def subject(self) -> str:
        return f"Charts of {self.on}: {self.verdict}"

    @property
    def text(self) -> str:
        parts = [self.subject, *self.troubles, "", *self.stages]
        if self.odd_count:
            parts += ["", f"{self.odd_count} odd counts:", *map(str, self.odd)]
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
            "troubles": list(self.troubles),
            "stages": list(self.stages),
            "odd_count": self.odd_count,
            "stale_count": self.stale_count,
            "unreadable_count": self.unreadable_count,
            "unconfirmed": list(self.unconfirmed),
            "odd": [
                {
                    "isrc": one.isrc,
                    "service": one.service,
                    "date": one.on.isoformat(),
                    "count": one.count,
                    "delta": one.delta,
                    "flag": one.flag,
                }
                for one in self.odd
            ],
        }


def notice_of_today(*, now: datetime) -> Notice:
    """What there is to be said of the 24 hours before."""
    state = state_of_charts()
    failures = [*_stages_that_failed(state, now), *_old_sources(state, now)]
    parts = [f"{run.stage}: {one}" for run in state.runs for one in run.failures[:ODD_SHOWN]]
    of_day = HistoricalViewCount.objects.filter(counted_at__gt=now - TOO_OLD)
    odd = of_day.filter(Q(flag__in=ODD) | Q(status=Status.ANOMALY))
    greatest_first = odd.order_by(F("view_count").desc(nulls_last=True), "isrc", "service")
    return Notice(
        on=now.date(),
        verdict=Verdict.FAILURE if failures else Verdict.PARTLY if parts else Verdict.SUCCESS,
        troubles=[*failures, *parts],
        stages=[_told(run) for run in state.runs],
        odd_count=odd.count(),
        odd=[_odd(row) for row in greatest_first[:ODD_SHOWN]],
        stale_count=of_day.filter(Q(flag=Flag.STALE) | Q(status=Status.STALE)).count(),
        unreadable_count=sum(run.unreadable for run in state.runs),
        unconfirmed=_unconfirmed(now),
    )


def _stages_that_failed(state: State, now: datetime) -> list[str]:
    by_stage = {run.stage: run for run in state.runs}
    troubles = []
    for stage in Stage:
        run = by_stage.get(stage)
        if run is None or now - run.started_at > TOO_OLD:
            troubles.append(f"The stage {stage} has not run for {_hours(TOO_OLD)}.")
        elif run.status in {StageRun.Status.FAILED, StageRun.Status.INTERRUPTED}:
            troubles.append(f"The last run of the stage {stage}: {run.status}.")
    return troubles


def _old_sources(state: State, now: datetime) -> list[str]:
    return [
        f"{one.service} has given no good list of {one.genre} for over {_hours(TOO_OLD)}: {one.status}."
        for one in state.sources
        if one.fetched_at is None or now - one.fetched_at > TOO_OLD
    ]


def _unconfirmed(now: datetime) -> list[str]:
    lists = RawEdition.objects.filter(status=ListStatus.OK, fetched_at__gt=now - TOO_OLD, is_sample=False)
    return [f"{one}: {one.failure}." for one in lists.exclude(failure="")]


def _told(run: StageRun) -> str:
    return f"{run.stage}: {run.status}, {run.row_counts} ({success_ratio(run):.1%})"


def _odd(row: HistoricalViewCount) -> Odd:
    flag = row.flag or row.status
    return Odd(row.isrc, row.service, row.recorded_date, row.view_count, row.delta_count, flag)


def _hours(time: timedelta) -> str:
    return f"{time / timedelta(hours=1):.0f} hours"


# --- Sending -----------------------------------------------------------------------------------------


def mail(notice: Notice) -> int:
    """To how many. Raises NoticeError."""
    addresses: list[str] = settings.CHART_REPORT_EMAILS
    if not addresses:
        return 0
    try:
        EmailMessage(notice.subject, notice.text, to=addresses).send()
    except Exception as error:  # a mail server may fail in any way
        raise NoticeError(f"The mail could not be sent: {type(error).__name__}.") from error
    return len(addresses)


def call_webhook(notice: Notice) -> int:
    """Whether there is one, as a number. Raises NoticeError."""
    if not settings.CHART_REPORT_WEBHOOK_URL:
        return 0
    try:
        answer = httpx.post(settings.CHART_REPORT_WEBHOOK_URL, json=notice.payload(), timeout=WEBHOOK_SECONDS)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise NoticeError(f"The webhook did not answer: {type(error).__name__}.") from error
    if not answer.is_success:
        raise NoticeError(f"The webhook answered {answer.status_code}.")
    return 1
