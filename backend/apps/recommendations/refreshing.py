"""Asking for a new list: one job a person, however many ask, and not without end."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from apps.analytics.opinions import last_told_at
from apps.jobs.models import JobRun
from apps.jobs.services import run_as_it_stands
from apps.realtime.decorators import log_action
from apps.recommendations.tasks import refresh
from apps.users.models import key_of_user
from apps.users.selectors import taste_changed_at
from core.errors import NotFound
from core.identity import user_id_of
from core.limits import REFRESHES
from core.rate_limits import count_against


@log_action("request_refresh")
def request_refresh(*, user_id: int, **wanted: Any) -> JobRun:
    """The person's open job, or one for the same of a minute ago if they did nothing since, else a new one.

    Raises TooManyCalls for too many new ones. Who gets one that is there is not counted. The count stands
    within the transaction that makes the job, or of many who ask at once some would be refused who could be
    given the one job; it waits for the cache no longer than its deadline.
    """
    key = key_of_user(user_id)
    with transaction.atomic():
        requested = refresh.request_after(_changed_at(user_id), key, user_id=user_id, **wanted)
        if requested.is_new:
            count_against(REFRESHES, key)
    return requested.run


def _changed_at(user_id: int) -> datetime | None:
    """When something came in last that the list is made from."""
    told = last_told_at(user_id), taste_changed_at(user_id)
    return max((moment for moment in told if moment), default=None)


def refresh_run(job_id: UUID, *, user_id: int | None) -> JobRun:
    """How far a refresh of this person's (None: of anybody's) is. Raises NotFound."""
    run = run_as_it_stands(job_id)
    if run is None or run.kind != refresh.kind or user_id not in (None, user_id_of(run.key)):
        raise NotFound("There is no such job.")
    return run
