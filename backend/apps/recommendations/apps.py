"""What to play next: a model of listening, trained from what is liked here, and what is made of it."""

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.apps import AppConfig
from django.db.models.signals import post_delete, post_save

if TYPE_CHECKING:
    from apps.analytics.models import Activity
    from apps.users.models import Profile


class RecommendationsConfig(AppConfig):
    name = "apps.recommendations"

    def ready(self) -> None:
        from apps.analytics.signals import activities_recorded
        from apps.analytics.upper_apps import register_recommendations
        from apps.recommendations.belongings import RecommendationBelongings
        from apps.recommendations.library_changes import note_change
        from apps.recommendations.selectors import offered_recommendations
        from apps.recommendations.settling import tracks_told_of
        from apps.tracks.models import Track
        from apps.users.belongings import register_belongings
        from apps.users.models import Profile

        register_recommendations(find_tracks=tracks_told_of, rows=offered_recommendations)
        register_belongings(RecommendationBelongings())
        activities_recorded.connect(withdraw_unwelcome)
        post_save.connect(forget_list_of, sender=Profile)
        post_save.connect(note_change, sender=Track)
        post_delete.connect(note_change, sender=Track)


def withdraw_unwelcome(*, activities: "Sequence[Activity]", **_: Any) -> None:
    """What somebody has just skipped or disliked is not offered to them any longer."""
    from apps.analytics.models import Kind
    from apps.recommendations.keeping import withdraw
    from apps.recommendations.wishes import avoided_by

    tracks: defaultdict[int, set[int]] = defaultdict(set)
    for activity in activities:
        if activity.kind in (Kind.SKIP, Kind.DISLIKE) and activity.track_id is not None:
            tracks[activity.user_id].add(activity.track_id)
    for user_id, avoided in avoided_by(tracks.keys()).items():
        withdraw(user_id=user_id, track_ids=avoided.track_ids, artists=avoided.artists)


def forget_list_of(*, instance: "Profile", **_: Any) -> None:
    """Somebody has said what they like: what is remembered is of before."""
    from django.db import transaction

    from apps.recommendations.remembering import forget_offered

    transaction.on_commit(lambda: forget_offered(instance.pk), robust=True)
