"""Reads of recommendations for apps below."""

from collections.abc import Mapping, Sequence

from django.db.models import Q, QuerySet

from apps.recommendations.models import Recommendation


def tracks_recommended_to(user_id: int, numbers: Sequence[int]) -> Mapping[int, int]:
    """Track ids by number, of what was recommended to this person or to a room, also if no longer."""
    whose = Q(kept_in__user_id=user_id) | Q(kept_in__room__isnull=False)
    rows = Recommendation.objects.filter(whose, pk__in=numbers)
    found = rows.values_list("pk", "track_id")
    return {number: track_id for number, track_id in found if track_id is not None}


def offered_recommendations() -> QuerySet[Recommendation]:
    """All that stand in a list now."""
    return Recommendation.objects.filter(rank__isnull=False)
