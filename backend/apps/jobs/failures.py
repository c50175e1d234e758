"""Why a run fails, in words that clients may rely on, and whether to try again."""

from enum import StrEnum
from typing import NamedTuple

from core.errors import ApiError, InternalError


class FailureCode(StrEnum):
    """Codes that no answer of the API has by itself. Others are those of its errors."""

    # Nobody was there to run it, for a minute and more.
    WORKER_AWAY = "WORKER_AWAY"
    # Each worker that began it died, or gave no sign of life any more.
    WORKER_LOST = "WORKER_LOST"


class JobFailed(Exception):
    """Raised by a job for which trying again is of no use."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Failure(NamedTuple):
    code: str
    may_try_again: bool
    # Nobody foresaw it: the log gets all of it.
    is_unforeseen: bool = False


def failure_of(error: Exception) -> Failure:
    """What an exception of a job means. A refusal stays one; anything else may be over the next time."""
    if isinstance(error, JobFailed):
        return Failure(error.code, may_try_again=False)
    if isinstance(error, ApiError):
        is_temporary = error.status >= 500 or error.retry_after_seconds is not None
        return Failure(error.code, may_try_again=is_temporary)
    return Failure(InternalError.code, may_try_again=True, is_unforeseen=True)
