"""What a person is answered: from the cache, else from the database, else found at once."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
from django.core.cache import cache
from django.utils import timezone

from apps.playlist.models import MAX_SLUG, Room
from apps.playlist.selectors import room_for
from apps.playlist.tastes import queued_track_ids
from apps.recommendations.keeping import Owner, keep_list
from apps.recommendations.models import Recommendation, RecommendationList
from apps.recommendations.payloads import (
    OfferedPayload,
    PersonRecommendationsPayload,
    RecommendationPayload,
    SourceWord,
    offered_payload,
)
from apps.recommendations.remembering import remember_read, remembered_offered
from apps.recommendations.wishes import Seeds, wishes_of
from apps.users.models import Profile
from apps.users.selectors import account
from core.errors import NotFound

# All that is kept; an answer shows a part of it.
MOST_KEPT = 100
# Two refreshes of the schedule have been missed by then.
STALE_AFTER = timedelta(hours=12)
# How often one person's list is asked for anew because it is stale.
ASK_EVERY_SECONDS = 600
SLUG = re.compile(rf"[a-z0-9-]{{1,{MAX_SLUG}}}")


@dataclass(frozen=True, slots=True)
class Served:
    offered: OfferedPayload
    source: SourceWord


def recommendations_for(
    user_id: int, *, limit: int | None, room: str | None, now: datetime | None = None
) -> PersonRecommendationsPayload:
    """Raises NotFound for an unknown person or room."""
    without = queued_track_ids(_room_called(room)) if room is not None else set()
    served = _served(user_id)
    is_stale = (now or timezone.now()) - served.offered.generated_at > STALE_AFTER
    if is_stale:
        _ask_for_refresh(user_id)
    shown = shown_part(served.offered, limit=limit, without=without)
    return PersonRecommendationsPayload(
        user_id=user_id,
        source=served.source,
        generated_at=served.offered.generated_at,
        stale=is_stale,
        missing_sources=served.offered.missing_sources,
        count=len(shown),
        recommendations=shown,
    )


def refreshed(
    user_id: int, *, with_outside: bool, usual_count: int | None = None, seeds: Seeds | None = None
) -> OfferedPayload:
    """A list that is found just now, and kept. Raises NotFound or NotAuthenticated when nobody is there."""
    # NumPy takes a tenth of a second to load, and memory: only who finds something needs it.
    from apps.recommendations.finding import found_for
    from apps.recommendations.settling import settled

    found_at = timezone.now()
    wishes = wishes_of(account(user_id), seeds=seeds)
    found = found_for(wishes, most=MOST_KEPT, with_outside=with_outside, settle=settled)
    return keep_list(
        owner=Owner(user_id=user_id),
        candidates=found.candidates,
        missing_sources=found.missing_sources,
        usual_count=usual_count,
        found_at=found_at,
    )


def shown_part(
    offered: OfferedPayload, *, limit: int | None, without: Collection[int]
) -> list[RecommendationPayload]:
    """The first of the list that are not among these tracks, ranked anew."""
    shown = [one for one in offered.recommendations if one.track.id not in without]
    shown = shown[: limit if limit is not None else offered.usual_count]
    return [msgspec.structs.replace(one, rank=rank) for rank, one in enumerate(shown, start=1)]


def _served(user_id: int) -> Served:
    remembered = remembered_offered(user_id)
    if remembered is not None:
        return Served(remembered, "cache")
    kept = kept_offered(user_id)
    if kept is not None:
        remember_read(user_id, kept)
        return Served(kept, "database")
    return Served(refreshed(user_id, with_outside=False), "computed")


def kept_offered(user_id: int) -> OfferedPayload | None:
    """In two queries. None without a list, or when the person has changed their taste since."""
    kept = RecommendationList.objects.select_related("user__profile").filter(user_id=user_id).first()
    if kept is None or _has_changed_since(kept):
        return None
    rows = Recommendation.objects.filter(kept_in=kept, rank__isnull=False).select_related("track")
    return offered_payload(kept, rows.order_by("rank"))


def _has_changed_since(kept: RecommendationList) -> bool:
    try:
        changed_at: datetime = kept.user.profile.changed_at  # type: ignore[union-attr]  # it is a person's
    except Profile.DoesNotExist:
        return False
    return changed_at > kept.generated_at


def _room_called(slug: str) -> Room:
    """Raises NotFound, also for what no room can be called, and no database be asked for."""
    if not SLUG.fullmatch(slug):
        raise NotFound("There is no such room.")
    return room_for(slug)


def _ask_for_refresh(user_id: int) -> None:
    """A job finds a new list; until then the old one is given."""
    from apps.recommendations.tasks import refresh  # which uses this module

    if cache.add(f"recommendations:asked:user:{user_id}", 1, timeout=ASK_EVERY_SECONDS):
        refresh.request(f"user:{user_id}", user_id=user_id)
