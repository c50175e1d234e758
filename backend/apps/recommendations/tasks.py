"""Jobs of recommendations, and requests for a new list."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from apps.analytics.selectors import last_activity_at, people_active_since
from apps.jobs.models import JobRun
from apps.jobs.registry import JobFailed, job
from apps.jobs.services import get_run
from apps.realtime.decorators import log_action
from apps.recommendations.list_store import MAX_STORED, Owner, purge_withdrawn, save_list
from apps.recommendations.models import USUAL_COUNT, RecommendationList
from apps.recommendations.payloads import StoredListPayload
from apps.recommendations.preferences import Seeds, preferences_of
from apps.users.models import key_of_user
from apps.users.selectors import account, taste_changed_at
from core.errors import ErrorSpec, NotAuthenticated, NotFound, RateLimited, raises
from core.identity import user_id_of
from core.rate_limits import REFRESHES, check_rate_limit

# People with an activity within this time have a fresh list.
ACTIVE_FOR = timedelta(days=7)
# A younger list was made by a killed run before this one, or on request.
FRESH_FOR = timedelta(hours=3)
# Concurrent requests for one person's list use the list of the first one.
REFRESHED_FOR = timedelta(minutes=1)


def refresh_list(
    user_id: int, *, with_outside: bool, usual_count: int | None = None, seeds: Seeds | None = None
) -> StoredListPayload:
    """A list that is computed now, and stored. Raises NotFound or NotAuthenticated if the person was
    deleted.
    """
    # NumPy takes a tenth of a second to load, and memory: only this job needs it.
    from apps.recommendations.recommender import recommend
    from apps.recommendations.track_resolution import resolve_candidates

    found_at = timezone.now()
    preferences = preferences_of(account(user_id), seeds=seeds)
    found = recommend(preferences, most=MAX_STORED, with_outside=with_outside, resolve=resolve_candidates)
    return save_list(
        owner=Owner(user_id=user_id),
        candidates=found.candidates,
        missing_sources=found.missing_sources,
        usual_count=usual_count,
        found_at=found_at,
    )


@job("recommendations.refresh", max_attempts=3, fresh_for=REFRESHED_FOR)
def refresh(
    *,
    user_id: int,
    limit: int = USUAL_COUNT,
    seed_genres: Sequence[str] = (),
    seed_artists: Sequence[str] = (),
) -> dict[str, int]:
    """Finds a new list for one person, asking outside sources, too."""
    seeds = Seeds(tuple(seed_genres), tuple(seed_artists))
    try:
        offered = refresh_list(user_id, with_outside=True, usual_count=limit, seeds=seeds)
    except (NotFound, NotAuthenticated):
        raise JobFailed(NotFound.code) from None  # the person was deleted
    return {"recommendations": len(offered.recommendations)}


@job("recommendations.refresh_active", is_long=True)
def refresh_active() -> dict[str, int]:
    """The same for all recently active people; a run that takes over continues where the last one was."""
    now = timezone.now()
    fresh = RecommendationList.objects.filter(generated_at__gt=now - FRESH_FOR, user__isnull=False)
    done = set(fresh.values_list("user_id", flat=True))
    waiting = [user_id for user_id in people_active_since(now - ACTIVE_FOR) if user_id not in done]
    number = 0
    for user_id in waiting:
        try:
            refresh_list(user_id, with_outside=True)
            number += 1
        except (NotFound, NotAuthenticated):
            continue  # deleted since
    return {"refreshed": number}


@job("recommendations.train", is_long=True)
def train() -> dict[str, int]:
    """Trains the model again on plays and likes; without any listen, the model stays."""
    from apps.recommendations.engine.model import NothingToLearnError  # loads NumPy
    from apps.recommendations.training import train_recommendations

    try:
        trained = train_recommendations()
    except NothingToLearnError:
        return {"listens": 0}
    return {"listens": trained.listens, "items": trained.items}


@job("recommendations.forget")
def purge_recommendations() -> dict[str, int]:
    """Deletes items that were not recommended for a month."""
    return {"forgotten": purge_withdrawn()}


# --- Requests: one job for each person, and a limited number within an hour --------------------------


@raises(ErrorSpec(RateLimited, "Too many requests, or too many refreshes of this person within an hour."))
@log_action("request_refresh")
def request_refresh(*, user_id: int, **wanted: Any) -> JobRun:
    """The person's open job, or one for the same of a minute ago if they did nothing since, else a new one.

    Only new jobs are counted, within the transaction that creates the job. Otherwise some of many concurrent
    requests would be rejected that could get the one job. The count waits for the cache no longer than its
    deadline.
    """
    key = key_of_user(user_id)
    with transaction.atomic():
        requested = refresh.request_after(_changed_at(user_id), key, user_id=user_id, **wanted)
        if requested.is_new:
            check_rate_limit(REFRESHES, key)
    return requested.run


def _changed_at(user_id: int) -> datetime | None:
    """When something came in last that the list is made from."""
    changes = last_activity_at(user_id), taste_changed_at(user_id)
    return max((moment for moment in changes if moment), default=None)


@raises(ErrorSpec(NotFound, "There is no such job, or it belongs to another user."))
def refresh_run(job_id: UUID, *, user_id: int | None) -> JobRun:
    """How far a refresh of this person's (None: of anybody's) is."""
    run = get_run(job_id)
    if run is None or run.kind != refresh.kind or user_id not in (None, user_id_of(run.key)):
        raise NotFound("There is no such job.")
    return run
