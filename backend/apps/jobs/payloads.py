"""A run's representation for clients."""

from typing import Literal, cast

import msgspec

from apps.jobs.models import JobRun, Status
from core.json_codec import Instant

StatusName = Literal["queued", "running", "succeeded", "failed"]


class JobErrorPayload(msgspec.Struct, frozen=True):
    """Why it failed: the code of an error of the API, or WORKER_AWAY, WORKER_LOST."""

    code: str


class JobPayload(msgspec.Struct, frozen=True):
    """A job's progress. `error` has the reason of a failure, and is null otherwise."""

    job_id: str
    status: StatusName
    attempts: int
    created_at: Instant
    started_at: Instant | None
    finished_at: Instant | None
    error: JobErrorPayload | None


class RequestedJobPayload(msgspec.Struct, frozen=True):
    """The immediate response to a request for a job, with 202."""

    job_id: str
    status: StatusName
    status_url: str


def job_payload(run: JobRun) -> JobPayload:
    has_failed = run.status == Status.FAILED
    return JobPayload(
        job_id=str(run.pk),
        status=cast(StatusName, str(run.status)),
        attempts=run.attempts,
        created_at=run.created_at,
        started_at=run.started_at,
        finished_at=run.finished_at,
        error=JobErrorPayload(code=run.error_code) if has_failed else None,
    )


def requested_job_payload(run: JobRun, *, status_url: str) -> RequestedJobPayload:
    return RequestedJobPayload(
        job_id=str(run.pk), status=cast(StatusName, str(run.status)), status_url=status_url
    )
