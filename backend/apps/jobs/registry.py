"""The registry of jobs. An app declares its jobs in `tasks.py`:

    @job("recommendations.refresh", max_attempts=5)
    def refresh(*, user_id: int) -> None:
        refresh_recommendations(user_id=user_id)

`refresh.request("user:5", user_id=5)` requests a run by a worker; `refresh(user_id=5)` runs it immediately.
Arguments and result of a job are JSON. A killed job is run again, so it
must be idempotent; it raises `JobFailed` to prevent retries.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Generic, NamedTuple, ParamSpec

from apps.jobs.services import Requested, request_run
from core.errors import ApiError, InternalError

P = ParamSpec("P")
Result = dict[str, Any] | None

MAX_ATTEMPTS = 5
# A longer run is considered hung: another worker may take it.
MAX_TIME = timedelta(hours=1)


class Job(Generic[P]):
    """A function that workers run."""

    def __init__(
        self,
        kind: str,
        function: Callable[P, Result],
        *,
        max_attempts: int,
        max_time: timedelta,
        is_long: bool,
        fresh_for: timedelta,
    ) -> None:
        self.kind = kind
        self.max_attempts = max_attempts
        self.max_time = max_time
        # A process runs only one long job at a time, so that quick ones don't wait for minutes.
        self.is_long = is_long
        # A request within this time after a success returns the same run.
        self.fresh_for = fresh_for
        self._function = function

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Result:
        return self._function(*args, **kwargs)

    def request(self, key: str = "", /, *args: P.args, **kwargs: P.kwargs) -> Requested:
        """The open run of this job for `key`, or a fresh one, or a new one, which starts after the commit.

        Arguments must be keywords: `refresh.request("user:5", user_id=5)`.
        """
        return self.request_after(None, key, *args, **kwargs)

    def request_after(
        self, changed_at: datetime | None, key: str = "", /, *args: P.args, **kwargs: P.kwargs
    ) -> Requested:
        """The same, but a run that started before `changed_at`, when its input changed, is not fresh."""
        if args:
            raise TypeError(f"Pass keyword arguments to {self.kind}, such as user_id=5.")
        return request_run(
            kind=self.kind, key=key, arguments=kwargs, fresh_for=self.fresh_for, changed_at=changed_at
        )

    def run(self, arguments: dict[str, Any]) -> Result:
        """Runs the job with its stored arguments."""
        function: Callable[..., Result] = self._function
        return function(**arguments)


_jobs: dict[str, Job[Any]] = {}


def job(
    kind: str,
    *,
    max_attempts: int = MAX_ATTEMPTS,
    max_time: timedelta = MAX_TIME,
    is_long: bool = False,
    fresh_for: timedelta = timedelta(0),
) -> Callable[[Callable[P, Result]], Job[P]]:
    """Declares a job; `kind` is its app's name and a verb, `tracks.tidy`."""

    def declare(function: Callable[P, Result]) -> Job[P]:
        if kind in _jobs:
            raise ValueError(f"Duplicate job: {kind}.")
        declared = Job(
            kind,
            function,
            max_attempts=max_attempts,
            max_time=max_time,
            is_long=is_long,
            fresh_for=fresh_for,
        )
        _jobs[kind] = declared
        return declared

    return declare


def job_named(kind: str) -> Job[Any]:
    return _jobs[kind]


def known_kinds(*, with_long: bool = True) -> list[str]:
    return [kind for kind, one in _jobs.items() if with_long or not one.is_long]


# --- Failures: why a run fails, whether to try again, and after how long -----------------------------


class JobFailed(Exception):
    """Raised by a job that must not be retried."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Failure(NamedTuple):
    code: str
    may_retry: bool
    # Logged with its traceback.
    is_unexpected: bool = False


def failure_of(error: Exception) -> Failure:
    """Classifies a job's exception. Client errors are final; all others are retried."""
    if isinstance(error, JobFailed):
        return Failure(error.code, may_retry=False)
    if isinstance(error, ApiError):
        is_temporary = error.status >= 500 or error.retry_after_seconds is not None
        return Failure(error.code, may_retry=is_temporary)
    return Failure(InternalError.code, may_retry=True, is_unexpected=True)


FIRST_SECONDS = 2.0
LAST_SECONDS = 600.0


def retry_delay_seconds(attempts: int, chance: float) -> float:
    """Doubles after each attempt up to LAST_SECONDS, with random jitter between a half and the whole.

    `chance` is from 0 to 1. The jitter spreads retries of runs that failed at the same time.
    """
    # The exponent is limited because floats are.
    longest = min(FIRST_SECONDS * 2.0 ** min(attempts - 1, 60), LAST_SECONDS)
    return longest * (0.5 + 0.5 * chance)
