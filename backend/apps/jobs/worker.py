"""One worker process: runs due jobs, renews their leases, sends heartbeats."""

import os
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from socket import gethostname
from threading import Condition, Event, Lock, Thread

import structlog
from django.utils import timezone

from apps.jobs.leases import end_run, fail_run, release_runs, renew_leases, reschedule_run, take_run
from apps.jobs.models import JobRun, Role, WorkerProcess
from apps.jobs.registry import failure_of, job_named, known_kinds
from apps.jobs.selectors import HEARTBEAT_EVERY_SECONDS, HEARTBEAT_TTL
from core.database import live_deadline_seconds, released_connection, response_deadline
from core.process_tuning import with_large_stack_chunk
from core.request_context import within_request

logger: structlog.stdlib.BoundLogger = structlog.get_logger("tutti.jobs")


# Concurrent jobs of one process. Only one of them may be a long one, which takes minutes.
THREADS = 2


@dataclass(frozen=True, slots=True)
class ActiveRun:
    """A run in progress in this process."""

    lease: str
    is_long: bool
    # Monotonic time after which the run is considered hung and its lease expires.
    renewed_until: float


class Worker:
    """The runs in progress of this process, and whether it starts more. Thread-safe."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._active: dict[str, ActiveRun] = {}
        self._is_stopping = False
        # Serialises taking, so that no two threads start long jobs.
        self._taking = Lock()
        self._changed = Condition()

    @with_large_stack_chunk
    def work(self) -> int:
        """Runs all due jobs, one after the other; returns their number."""
        number = 0
        with released_connection():
            while run := self._take():
                try:
                    _perform(run)
                finally:
                    self._drop_active(run)
                number += 1
        return number

    def renew(self) -> None:
        """Renews the leases of active runs; call it more often than leases expire."""
        now = self._clock()
        leases = [run.lease for run in self._active_runs() if run.renewed_until > now]
        if leases:
            renew_leases(leases)

    def stop_taking(self) -> None:
        """Starts no more runs."""
        self._is_stopping = True

    def stop(self, *, within_seconds: float) -> None:
        """Starts no more runs; releases those that are unfinished after `within_seconds`."""
        self.stop_taking()
        with self._changed:
            self._changed.wait_for(lambda: not self._active, timeout=within_seconds)
        if leases := [run.lease for run in self._active_runs()]:
            released = release_runs(leases)
            logger.warning(f"{released} jobs were interrupted; the next worker restarts them.")

    def _take(self) -> JobRun | None:
        with self._taking:
            if self._is_stopping:
                return None
            has_long = any(run.is_long for run in self._active_runs())
            with released_connection(), response_deadline(live_deadline_seconds()):
                run = take_run(kinds=known_kinds(with_long=not has_long))
            if run is None:
                return None
            job = job_named(run.kind)
            renewed_until = self._clock() + job.max_time.total_seconds()
            with self._changed:
                self._active[run.lease] = ActiveRun(run.lease, job.is_long, renewed_until)
            return run

    def _drop_active(self, run: JobRun) -> None:
        with self._changed:
            self._active.pop(run.lease, None)
            self._changed.notify_all()

    def _active_runs(self) -> list[ActiveRun]:
        with self._changed:
            return list(self._active.values())


class WorkerThreads:
    """Threads that run jobs, each waiting for an event. They end with the process, even during a job."""

    def __init__(self, worker: Worker, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._worker = worker
        self._clock = clock
        self._lock = Lock()
        # Clock times at which runs will be due.
        self._moments: list[float] = []
        self._events = [Event() for _ in range(THREADS)]
        self._threads = [
            Thread(target=self._run, args=[event], name=f"job-{number}", daemon=True)
            for number, event in enumerate(self._events, 1)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    @property
    def are_alive(self) -> bool:
        return all(thread.is_alive() for thread in self._threads)

    def notify(self, after_seconds: float) -> None:
        """Wakes all threads to look for due runs after `after_seconds`. Thread-safe."""
        with self._lock:
            self._moments.append(self._clock() + after_seconds)
        for event in self._events:
            event.set()

    def _run(self, event: Event) -> None:
        while True:
            event.wait(self._seconds_to_wait())
            event.clear()
            self._drop_past_moments()  # before work(): runs that become due later end the next wait
            try:
                self._worker.work()
            except BaseException as error:  # the thread survives all errors of the database and of jobs
                logger.warning("Could not run jobs; the scheduler will look for them.", exc_info=error)

    def _seconds_to_wait(self) -> float | None:
        with self._lock:
            return max(0.0, min(self._moments) - self._clock()) if self._moments else None

    def _drop_past_moments(self) -> None:
        now = self._clock()
        with self._lock:
            self._moments = [moment for moment in self._moments if moment > now]


def _perform(run: JobRun) -> None:
    """Runs the job and records the result. Log lines have the run's ID as request ID."""
    with within_request(request_id=str(run.pk)):
        began = time.perf_counter()
        outcome = "failed"
        try:
            result = job_named(run.kind).run(run.arguments)
            outcome = "done" if end_run(run, result=result) else "lost"
        except Exception as error:  # here a job's errors become its status
            outcome = _note_failure(run, error)
        finally:
            took = round((time.perf_counter() - began) * 1000, 1)
            logger.info(run.kind, outcome=outcome, milliseconds=took)


def _note_failure(run: JobRun, error: Exception) -> str:
    failure = failure_of(error)
    if failure.is_unexpected:
        logger.error(f"A run of {run.kind} failed", exc_info=error)
    may_retry = failure.may_retry and run.attempts < job_named(run.kind).max_attempts
    has_lease = reschedule_run(run, failure) if may_retry else fail_run(run, failure)
    outcome = "rescheduled" if may_retry else "failed"
    return f"{outcome} {failure.code}" if has_lease else "lost"


MAX_HOST_CHARACTERS = 60
# Distinguishes this process from others with the same PID.
_PROCESS_TOKEN = secrets.token_hex(3)


def process_name(role: Role) -> str:
    """Such as worker@host:123:9f3c2a; constant within one process."""
    return f"{role}@{host_name()}:{os.getpid()}:{_PROCESS_TOKEN}"


def host_name() -> str:
    return gethostname()[:MAX_HOST_CHARACTERS]


def is_alive_on_this_host(role: str) -> bool:
    """Whether a process of this machine, or container, has the role."""
    own = WorkerProcess.objects.filter(name__startswith=f"{role}@{host_name()}:")
    return own.filter(seen_at__gt=timezone.now() - HEARTBEAT_TTL).exists()


class ProcessHeartbeat:
    """The heartbeat of one role of this process."""

    def __init__(self, role: Role) -> None:
        self.role = role
        self.name = process_name(role)
        # After the end, late heartbeats are ignored.
        self._has_ended = False

    def beat(self, *, now: datetime | None = None) -> None:
        if self._has_ended:
            return
        now = now or timezone.now()
        if not WorkerProcess.objects.filter(name=self.name).update(seen_at=now):
            WorkerProcess.objects.create(name=self.name, role=self.role, started_at=now, seen_at=now)

    def end(self) -> None:
        """Records an orderly end of the process: its runs are immediately available to other workers."""
        self._has_ended = True
        WorkerProcess.objects.filter(name=self.name).delete()


class HeartbeatThread:
    """Sends heartbeats while `is_alive()`, and calls `also` at the same interval, in a thread."""

    def __init__(
        self,
        heartbeat: ProcessHeartbeat,
        *,
        is_alive: Callable[[], bool],
        also: Callable[[], None] | None = None,
    ) -> None:
        self._heartbeat = heartbeat
        self._is_alive = is_alive
        self._also = also
        self._stopping = Event()

    def start(self) -> None:
        Thread(target=self._run, name=f"jobs-heartbeat-{self._heartbeat.role}", daemon=True).start()

    def stop(self) -> None:
        self._stopping.set()

    def _run(self) -> None:
        while True:
            try:
                with released_connection(), response_deadline(live_deadline_seconds()):
                    self._beat_once()
            except Exception as error:  # it survives all errors of the database
                logger.warning(f"Process heartbeat failed: {error!r}")
            if self._stopping.wait(HEARTBEAT_EVERY_SECONDS):
                return

    def _beat_once(self) -> None:
        if self._is_alive():
            self._heartbeat.beat()
        if self._also:
            self._also()
