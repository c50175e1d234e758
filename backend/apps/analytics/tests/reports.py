"""Activities as the tests report of them: with a word."""

from datetime import datetime

from apps.analytics.models import Activity, Kind
from apps.analytics.services import NewActivity, record_activities
from apps.tracks.models import Track
from apps.users.models import User


def report(
    user: User, track: Track, kind: str = "play", *, at: datetime | None = None, times: int = 1
) -> list[Activity]:
    """The person did this so many times."""
    one = NewActivity(kind=Kind(kind), track_id=track.pk, occurred_at=at)
    return record_activities(user_id=user.pk, activities=[one] * times)
