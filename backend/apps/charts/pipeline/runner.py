"""Runs of the pipeline: stage after stage, each with a record, none stopped by what failed before it.

Killed at any moment, it has lost nothing that it had done: every stage marks what it finished, and the next
run does the rest.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid4

from django.db import Error, OperationalError
from django.utils import timezone

from apps.charts.connectors.base import EVERYTHING, Scope, Supply, SupplyError
from apps.charts.counters.daily_counts import Counting
from apps.charts.models import Stage, StageRun
from apps.charts.pipeline.aggregate import aggregate, publish
from apps.charts.pipeline.counts import count
from apps.charts.pipeline.extract import extract
from apps.charts.pipeline.outbox import deliver
from apps.charts.pipeline.run_lock import only_run
from apps.charts.pipeline.stage_run import Progress, Silence, StageStopped, Tally, leave_broken_connection
from apps.charts.pipeline.transform import transform
from core.metrics import CHART_ROWS, CHART_STAGE_SECONDS

logger = logging.getLogger(__name__)
# Each waits as long as any write does, on SQLite 20 seconds for its lock.
SAVE_ATTEMPTS = 3
FULL = tuple(Stage)
SILENCE = Silence()


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run is to do, with what."""

    supply: Supply
    stages: Sequence[Stage] = FULL
    scope: Scope = EVERYTHING
    progress: Progress = SILENCE


def run_pipeline(plan: Plan) -> list[StageRun]:
    """The records of its stages. Raises AlreadyRunning, and Error where the database stays away."""
    with only_run() as hold:
        StageRun.objects.filter(status=StageRun.Status.RUNNING).update(
            status=StageRun.Status.INTERRUPTED, ended_at=timezone.now()
        )
        deliver()  # what a run that was killed has not told
        run = uuid4()
        records = []
        for stage in (stage for stage in FULL if stage in plan.stages):
            hold.check()
            records.append(_run_stage(stage, plan, run))
        return records


def try_out(plan: Plan) -> Tally:
    """What the stage extract would find; writes nothing. Raises SupplyError."""
    return extract(
        supply=plan.supply, scope=plan.scope, now=timezone.now(), progress=plan.progress, is_dry=True
    )


def _run_stage(stage: Stage, plan: Plan, run: UUID) -> StageRun:
    now = timezone.now()
    record = StageRun.objects.create(run=run, stage=stage, started_at=now)
    tally = Tally()
    try:
        tally = _work_of(stage, plan, now)()
        record.status = _status_of(tally)
    except (SupplyError, Error) as error:
        logger.error("The stage %s failed: %s", stage, error)
        if isinstance(error, StageStopped):
            tally = error.tally
        tally.fail(str(error)[:200])
        record.status = StageRun.Status.PARTLY if tally.rows_out else StageRun.Status.FAILED
        leave_broken_connection(error)
    except KeyboardInterrupt:
        record.status = StageRun.Status.INTERRUPTED
        with suppress(Error):  # it may be a statement that was broken off
            _finish(record, tally)
        raise
    _finish(record, tally)
    deliver()
    return record


def _work_of(stage: Stage, plan: Plan, now: datetime) -> Callable[[], Tally]:
    scope, progress = plan.scope, plan.progress
    works: dict[Stage, Callable[[], Tally]] = {
        Stage.EXTRACT: lambda: extract(supply=plan.supply, scope=scope, now=now, progress=progress),
        Stage.TRANSFORM: lambda: transform(
            scope=scope, now=now, progress=progress, catalogue=plan.supply.catalogue
        ),
        Stage.AGGREGATE: lambda: aggregate(scope=scope, now=now, progress=progress),
        Stage.COUNTS: lambda: count(Counting(scope, now, progress, plan.supply)),
        Stage.PUBLISH: lambda: publish(scope=scope, now=now, progress=progress),
    }
    return works[stage]


def _status_of(tally: Tally) -> StageRun.Status:
    """A source that failed is a failure of a part; all of them, where nothing came of the rest.

    Counts of which most are anomalies or copies are no counts.
    """
    if not tally.failures:
        return StageRun.Status.SUCCEEDED
    is_all = tally.rows_failed >= tally.rows_in > 0 and not tally.rows_out
    return StageRun.Status.FAILED if is_all or tally.is_mostly_doubtful else StageRun.Status.PARTLY


def _finish(record: StageRun, tally: Tally) -> None:
    record.ended_at = timezone.now()
    record.rows_in, record.rows_out = tally.rows_in, tally.rows_out
    record.rows_for_review = tally.rows_for_review
    record.rows_failed, record.failures = tally.rows_failed, tally.failures
    record.unreadable, record.anomalies, record.stale = tally.unreadable, tally.anomalies, tally.stale
    _save(record)
    CHART_STAGE_SECONDS.labels(record.stage, record.status).observe(
        (record.ended_at - record.started_at).total_seconds()
    )
    for kind in ("in", "out", "for_review", "failed"):
        CHART_ROWS.labels(record.stage, kind).inc(getattr(record, f"rows_{kind}"))


def _save(record: StageRun) -> None:
    """What took the lock from the stage may have it still: the record is to say how the stage ended."""
    for attempt in range(1, SAVE_ATTEMPTS + 1):
        try:
            record.save()
            return
        except OperationalError as error:
            leave_broken_connection(error)
            if attempt == SAVE_ATTEMPTS:
                raise


@contextmanager
def supply_from(folder: Path | None) -> Iterator[Supply]:
    """For as long as it is asked."""
    if folder is not None:
        from apps.charts.connectors.files import Recordings

        yield Recordings(folder)
        return
    from apps.charts.connectors.samples import Samples
    from apps.charts.connectors.services import own_services  # brings a client of HTTP into the process

    with own_services() as services:
        yield services if services else Samples()
