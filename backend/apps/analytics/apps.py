"""Statistics of what users do with tracks: summaries, trends, and the statistics of one user."""

from django.apps import AppConfig
from django.db.models.signals import post_save, pre_delete


class AnalyticsConfig(AppConfig):
    name = "apps.analytics"

    def ready(self) -> None:
        from apps.analytics.personal_data import AnalyticsPersonalData
        from apps.analytics.services import (
            count_play,
            delete_person_activities,
            delete_plays_of_room,
            detach_track,
        )
        from apps.playlist.models import Play
        from apps.playlist.rules import room_deletion_began
        from apps.tracks.models import register_dependents
        from apps.users.models import User
        from apps.users.personal_data import register_personal_data

        post_save.connect(count_play, sender=Play)
        room_deletion_began.connect(delete_plays_of_room)
        pre_delete.connect(delete_person_activities, sender=User)
        register_dependents(lock=lock_nothing, release=detach_track)
        register_personal_data(AnalyticsPersonalData())


def lock_nothing(_track_id: int) -> None:
    """Changes of a track do not affect the counts."""
