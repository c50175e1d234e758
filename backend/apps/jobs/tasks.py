"""The upkeep of what lies below every app: of jobs themselves, and of the core."""

from apps.jobs.registry import job
from apps.jobs.services import forget_old_runs


@job("jobs.forget_runs")
def forget_runs() -> dict[str, int]:
    """Ended runs go after a week."""
    return {"forgotten": forget_old_runs()}


@job("core.forget_answers")
def forget_answers() -> dict[str, int]:
    """Kept answers to named writes go after a day, also where nobody writes any more."""
    from core.idempotency import forget_old_answers  # brings the REST framework: only where it runs

    return {"forgotten": forget_old_answers()}
