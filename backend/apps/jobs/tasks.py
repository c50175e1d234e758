"""Maintenance of jobs and of the core."""

from apps.jobs.registry import job
from apps.jobs.services import purge_old_runs


@job("jobs.purge_runs")
def purge_runs() -> dict[str, int]:
    """Deletes ended runs after 7 days."""
    return {"purged": purge_old_runs()}


@job("core.purge_idempotency_records")
def purge_idempotency_records() -> dict[str, int]:
    """Deletes idempotency records after 24 hours."""
    from core.idempotency import purge_expired_records  # imports the REST framework only where it is used

    return {"purged": purge_expired_records()}
