"""Recommendations and activities of the tests, each with one call."""

from collections.abc import Sequence
from datetime import datetime

from apps.analytics.models import Kind
from apps.analytics.services import NewActivity, record_activities
from apps.recommendations.payloads import PersonRecommendationsPayload, RecommendationPayload
from apps.recommendations.selectors import recommendations_for
from apps.tracks.models import Track
from apps.users.models import User

NETWORK = "192.0.2.1"


def interact(user: User, kind: str, *tracks: Track, at: datetime | None = None, times: int = 1) -> None:
    """The person did this with each of them."""
    reported = [NewActivity(kind=Kind(kind), track_id=track.pk, occurred_at=at) for track in tracks]
    record_activities(user_id=user.pk, activities=reported * times)


def read(user: User, *, limit: int | None = 100, room: str | None = None) -> PersonRecommendationsPayload:
    return recommendations_for(user.pk, limit=limit, room=room, network=NETWORK)


def titles(shown: Sequence[RecommendationPayload]) -> list[str]:
    return [one.track.title for one in shown]
