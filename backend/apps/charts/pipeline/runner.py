"""A run of the pipeline: its stages in order, and the lock that prevents concurrent runs.

A run may be killed at any time: each stage marks its completed work, and the next run continues from there.
"""

import contextlib
import fcntl
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from uuid import UUID, uuid4

from django.db import Error, OperationalError, connection
from django.utils import timezone

from apps.charts.connectors.base import EVERYTHING, Connector, ConnectorError, Scope
from apps.charts.counters.daily_counts import Counting
from apps.charts.pipeline.aggregate import aggregate, publish
from apps.charts.pipeline.counts import count
from apps.charts.pipeline.extract import extract
from apps.charts.pipeline.outbox import deliver
from apps.charts.pipeline.stage_run import (
    NullProgress,
    Progress,
    StageStats,
    StageStopped,
    leave_broken_connection,
)
from apps.charts.pipeline.transform import transform
from apps.charts.pipeline_models import Stage, StageRun
from core.metrics import CHART_ROWS, CHART_STAGE_SECONDS
from core.process_tuning import private

if TYPE_CHECKING:
    import psycopg


# --- The lock ----------------------------------------------------------------------------------------


# An arbitrary number; another program with the same number on the same database would block runs.
ADVISORY_LOCK = 0x7475747469_45544C  # "tuttiETL"
CONNECT_SECONDS = 5
ALREADY_RUNNING = "Another run of the pipeline is active."


class AlreadyRunning(Exception):
    """Another run of the pipeline is active."""


class RunLock(Protocol):
    """The lock of a run."""

    def check(self) -> None:
        """Called between two stages. Raises AlreadyRunning if another run has taken the lock."""


@contextlib.contextmanager
def run_lock() -> Iterator[RunLock]:
    """Raises AlreadyRunning, and OperationalError if the database is unavailable."""
    with _file_lock() if connection.vendor == "sqlite" else _advisory_lock() as lock:
        yield lock


class _FileLock:
    """A lock of the kernel, which a running process cannot lose."""

    def check(self) -> None:
        pass


@contextlib.contextmanager
def _file_lock() -> Iterator[RunLock]:
    """Locks a file beside the SQLite database."""
    name = f"{connection.settings_dict['NAME']}.etl.lock"
    with open(name, "w", opener=private) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(ALREADY_RUNNING) from None
        yield _FileLock()


@contextlib.contextmanager
def _advisory_lock() -> Iterator[RunLock]:
    lock = _AdvisoryLock()
    try:
        lock.take()
        yield lock
    finally:
        lock.release()


class _AdvisoryLock:
    """A lock of PostgreSQL on a connection outside of the pool. It ends with the connection."""

    def __init__(self) -> None:
        self._own: psycopg.Connection | None = None

    def take(self) -> None:
        import psycopg

        parameters = {"connect_timeout": CONNECT_SECONDS, **connection.get_connection_params()}
        try:
            self._own = psycopg.connect(**parameters, autocommit=True)
            row = self._own.execute("SELECT pg_try_advisory_lock(%s)", [ADVISORY_LOCK]).fetchone()
        except psycopg.Error as error:
            raise OperationalError(str(error)) from error
        if not row or not row[0]:
            raise AlreadyRunning(ALREADY_RUNNING)

    def check(self) -> None:
        import psycopg

        try:
            if self._own:
                self._own.execute("SELECT 1")
        except psycopg.Error:
            self.release()
            self.take()

    def release(self) -> None:
        """Releases it explicitly, because PostgreSQL notices a closed connection with a delay."""
        import psycopg

        if self._own:
            with contextlib.suppress(psycopg.Error):
                self._own.execute("SELECT pg_advisory_unlock_all()")
            self._own.close()
            self._own = None


# --- The run -----------------------------------------------------------------------------------------


logger = logging.getLogger(__name__)
# The number of attempts to save a record; each may wait for a lock, on SQLite up to 20 seconds.
SAVE_ATTEMPTS = 3
FULL = tuple(Stage)
SILENCE = NullProgress()


@dataclass(frozen=True, slots=True)
class Plan:
    """The connector, stages and scope of a run."""

    connector: Connector
    stages: Sequence[Stage] = FULL
    scope: Scope = EVERYTHING
    progress: Progress = SILENCE


def run_pipeline(plan: Plan) -> list[StageRun]:
    """Runs the stages, and returns their records. Raises AlreadyRunning, and Error if the database fails."""
    with run_lock() as lock:
        StageRun.objects.filter(status=StageRun.Status.RUNNING).update(
            status=StageRun.Status.INTERRUPTED, ended_at=timezone.now()
        )
        deliver()  # deliveries that a killed run has left
        run = uuid4()
        records = []
        for stage in (stage for stage in FULL if stage in plan.stages):
            lock.check()
            records.append(_run_stage(stage, plan, run))
        return records


def try_out(plan: Plan) -> StageStats:
    """Runs the stage extract without writing. Raises ConnectorError."""
    return extract(
        connector=plan.connector, scope=plan.scope, now=timezone.now(), progress=plan.progress, is_dry=True
    )


def _run_stage(stage: Stage, plan: Plan, run: UUID) -> StageRun:
    now = timezone.now()
    record = StageRun.objects.create(run=run, stage=stage, started_at=now)
    tally = StageStats()
    try:
        tally = _work_of(stage, plan, now)()
        record.status = _status_of(tally)
    except (ConnectorError, Error) as error:
        logger.error("The stage %s failed: %s", stage, error)
        if isinstance(error, StageStopped):
            tally = error.tally
        tally.fail(str(error)[:200])
        record.status = StageRun.Status.PARTLY if tally.rows_out else StageRun.Status.FAILED
        leave_broken_connection(error)
    except KeyboardInterrupt:
        record.status = StageRun.Status.INTERRUPTED
        with suppress(Error):  # a statement may have been interrupted
            _finish(record, tally)
        raise
    _finish(record, tally)
    deliver()
    return record


def _work_of(stage: Stage, plan: Plan, now: datetime) -> Callable[[], StageStats]:
    scope, progress = plan.scope, plan.progress
    works: dict[Stage, Callable[[], StageStats]] = {
        Stage.EXTRACT: lambda: extract(connector=plan.connector, scope=scope, now=now, progress=progress),
        Stage.TRANSFORM: lambda: transform(
            scope=scope, now=now, progress=progress, catalogue=plan.connector.catalogue
        ),
        Stage.AGGREGATE: lambda: aggregate(scope=scope, now=now, progress=progress),
        Stage.COUNTS: lambda: count(Counting(scope, now, progress, plan.connector)),
        Stage.PUBLISH: lambda: publish(scope=scope, now=now, progress=progress),
    }
    return works[stage]


def _status_of(tally: StageStats) -> StageRun.Status:
    """PARTLY if some sources failed; FAILED if all did, or most counts or lists are anomalies or copies."""
    if not tally.failures:
        return StageRun.Status.SUCCEEDED
    is_all = tally.rows_failed >= tally.rows_in > 0 and not tally.rows_out
    return StageRun.Status.FAILED if is_all or tally.is_mostly_doubtful else StageRun.Status.PARTLY


def _finish(record: StageRun, tally: StageStats) -> None:
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
    """Retries, because the error that ended the stage, such as a lock, may persist for a while."""
    for attempt in range(1, SAVE_ATTEMPTS + 1):
        try:
            record.save()
            return
        except OperationalError as error:
            leave_broken_connection(error)
            if attempt == SAVE_ATTEMPTS:
                raise


@contextmanager
def connector_for(folder: Path | None) -> Iterator[Connector]:
    """The connector of a folder; without one, of the configured services; without these, of the samples."""
    if folder is not None:
        from apps.charts.connectors.base import RecordedResponses

        yield RecordedResponses(folder)
        return
    from apps.charts.connectors.samples import SampleConnector
    from apps.charts.connectors.services import (
        configured_services,  # loads an HTTP client
    )

    with configured_services() as services:
        yield services if services else SampleConnector()
