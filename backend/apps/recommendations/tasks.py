"""Jobs of recommendations."""

from collections.abc import Sequence
from datetime import timedelta

from django.utils import timezone

from apps.analytics.opinions import people_active_since
from apps.jobs.failures import JobFailed
from apps.jobs.registry import job
from apps.recommendations.keeping import forget_withdrawn
from apps.recommendations.models import USUAL_COUNT, RecommendationList
from apps.recommendations.serving import refreshed
from apps.recommendations.wishes import Seeds
from core.errors import NotAuthenticated, NotFound

# Who did anything within this time has a fresh list waiting.
ACTIVE_FOR = timedelta(days=7)
# What is younger was made by the run before this one was killed, or asked for by the person.
FRESH_FOR = timedelta(hours=3)
# Of many who ask for one person's list at once, those who come when it is done have it already.
REFRESHED_FOR = timedelta(minutes=1)


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
        offered = refreshed(user_id, with_outside=True, usual_count=limit, seeds=seeds)
    except (NotFound, NotAuthenticated):
        raise JobFailed(NotFound.code) from None  # the person has gone
    return {"recommendations": len(offered.recommendations)}


@job("recommendations.refresh_active", is_long=True)
def refresh_active() -> dict[str, int]:
    """The same for everybody who was active lately; a run that takes over goes on where the last one was."""
    now = timezone.now()
    fresh = RecommendationList.objects.filter(generated_at__gt=now - FRESH_FOR, user__isnull=False)
    done = set(fresh.values_list("user_id", flat=True))
    waiting = [user_id for user_id in people_active_since(now - ACTIVE_FOR) if user_id not in done]
    number = 0
    for user_id in waiting:
        try:
            refreshed(user_id, with_outside=True)
            number += 1
        except (NotFound, NotAuthenticated):
            continue  # gone since
    return {"refreshed": number}


@job("recommendations.train", is_long=True)
def train() -> dict[str, int]:
    """Learns anew from what was played and liked; without any listen the model stays as it is."""
    from apps.recommendations.engine.model import NothingToLearnError  # loads NumPy
    from apps.recommendations.services import train_recommendations

    try:
        trained = train_recommendations()
    except NothingToLearnError:
        return {"listens": 0}
    return {"listens": trained.listens, "items": trained.items}


@job("recommendations.forget")
def forget_recommendations() -> dict[str, int]:
    """What was not offered for a month goes."""
    return {"forgotten": forget_withdrawn()}
