"""What one worker process does: it runs what is due, and holds on to it for as long as it lives."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Condition, Lock

import structlog

from apps.jobs.failures import failure_of
from apps.jobs.leases import end_run, fail_run, give_back_runs, put_off_run, renew_leases, take_run
from apps.jobs.models import JobRun
from apps.jobs.registry import job_named, known_kinds
from core.connections import live_deadline_seconds, released_connection, response_deadline
from core.frames import roomy
from core.request_context import within_request

logger: structlog.stdlib.BoundLogger = structlog.get_logger("tutti.jobs")


@dataclass(frozen=True, slots=True)
class Held:
    """A run that is under way here."""

    lease: str
    is_long: bool
    # On the monotonic clock: after this it is believed to hang, and its lease is left to run out.
    renewed_until: float


class Workbench:
    """The runs that this process has begun, and whether it begins more. For any thread."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._held: dict[str, Held] = {}
        self._is_stopping = False
        # One takes at a time, so that no two begin long ones together.
        self._taking = Lock()
        self._changed = Condition()

    @roomy
    def work(self) -> int:
        """Runs all that is due, one after the other; returns how many."""
        number = 0
        with released_connection():
            while run := self._take():
                try:
                    _perform(run)
                finally:
                    self._let_go(run)
                number += 1
        return number

    def renew(self) -> None:
        """Keeps what is held; to be called more often than leases run out."""
        now = self._clock()
        leases = [held.lease for held in self._all_held() if held.renewed_until > now]
        if leases:
            renew_leases(leases)

    def stop_taking(self) -> None:
        """Begins nothing more."""
        self._is_stopping = True

    def stop(self, *, within_seconds: float) -> None:
        """Begins nothing more; what has not ended by then is given back."""
        self.stop_taking()
        with self._changed:
            self._changed.wait_for(lambda: not self._held, timeout=within_seconds)
        if leases := [held.lease for held in self._all_held()]:
            given_back = give_back_runs(leases)
            logger.warning(f"{given_back} jobs were interrupted; the next worker restarts them.")

    def _take(self) -> JobRun | None:
        with self._taking:
            if self._is_stopping:
                return None
            has_long = any(held.is_long for held in self._all_held())
            with released_connection(), response_deadline(live_deadline_seconds()):
                run = take_run(kinds=known_kinds(with_long=not has_long))
            if run is None:
                return None
            job = job_named(run.kind)
            renewed_until = self._clock() + job.max_time.total_seconds()
            with self._changed:
                self._held[run.lease] = Held(run.lease, job.is_long, renewed_until)
            return run

    def _let_go(self, run: JobRun) -> None:
        with self._changed:
            self._held.pop(run.lease, None)
            self._changed.notify_all()

    def _all_held(self) -> list[Held]:
        with self._changed:
            return list(self._held.values())


def _perform(run: JobRun) -> None:
    """Runs it and writes down what became of it. The run's id stands in the log as the request's."""
    with within_request(request_id=str(run.pk)):
        began = time.perf_counter()
        outcome = "failed"
        try:
            result = job_named(run.kind).run(run.arguments)
            outcome = "done" if end_run(run, result=result) else "lost"
        except Exception as error:  # the one place where a job's errors become its status
            outcome = _note_failure(run, error)
        finally:
            took = round((time.perf_counter() - began) * 1000, 1)
            logger.info(run.kind, outcome=outcome, milliseconds=took)


def _note_failure(run: JobRun, error: Exception) -> str:
    failure = failure_of(error)
    if failure.is_unforeseen:
        logger.error(f"A run of {run.kind} failed", exc_info=error)
    may_try_again = failure.may_try_again and run.attempts < job_named(run.kind).max_attempts
    is_mine = put_off_run(run, failure) if may_try_again else fail_run(run, failure)
    word = "put off" if may_try_again else "failed"
    return f"{word} {failure.code}" if is_mine else "lost"
