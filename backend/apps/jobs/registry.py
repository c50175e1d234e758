"""Which jobs there are. An app declares each in one place, its `tasks.py`:

    @job("recommendations.refresh", max_attempts=5)
    def refresh(*, user_id: int) -> None:
        refresh_recommendations(user_id=user_id)

`refresh.request("user:5", user_id=5)` has a worker run it soon; `refresh(user_id=5)` runs it here and now.
What a job is given and what it returns is JSON. A job may be killed half-way and is then run again, so it
must be safe to repeat; it says `JobFailed` when trying again is of no use.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Generic, ParamSpec

from apps.jobs.services import Requested, request_run

P = ParamSpec("P")
Result = dict[str, Any] | None

MAX_ATTEMPTS = 5
# Who runs for longer is believed to hang: another worker may take the run.
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
        # A process runs one of these at a time, so that quick ones don't wait for minutes.
        self.is_long = is_long
        # Who asks for the same so soon after it succeeded gets that run.
        self.fresh_for = fresh_for
        self._function = function

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Result:
        return self._function(*args, **kwargs)

    def request(self, key: str = "", /, *args: P.args, **kwargs: P.kwargs) -> Requested:
        """The open run of this job about `key`, or one still fresh, or a new one, begun after the commit.

        What it gets has to be named: `refresh.request("user:5", user_id=5)`.
        """
        return self.request_after(None, key, *args, **kwargs)

    def request_after(
        self, changed_at: datetime | None, key: str = "", /, *args: P.args, **kwargs: P.kwargs
    ) -> Requested:
        """The same, but what began before this moment, when what it works on was changed, isn't fresh."""
        if args:
            raise TypeError(f"Name what {self.kind} is given, as in user_id=5.")
        return request_run(
            kind=self.kind, key=key, arguments=kwargs, fresh_for=self.fresh_for, changed_at=changed_at
        )

    def run(self, arguments: dict[str, Any]) -> Result:
        """With arguments as they are kept."""
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
            raise ValueError(f"There are two jobs called {kind}.")
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
