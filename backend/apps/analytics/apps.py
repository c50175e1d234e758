"""What people do with tracks, counted: summaries, trends, one's own figures."""

from django.apps import AppConfig
from django.db.models.signals import post_save, pre_delete


class AnalyticsConfig(AppConfig):
    name = "apps.analytics"

    def ready(self) -> None:
        from apps.analytics.belongings import AnalyticsBelongings
        from apps.analytics.room_plays import count_play, forget_plays_of_room
        from apps.analytics.services import forget_person, let_go_of_track
        from apps.playlist.models import Play, Room
        from apps.tracks.dependants import register_dependants
        from apps.users.belongings import register_belongings
        from apps.users.models import User

        post_save.connect(count_play, sender=Play)
        pre_delete.connect(forget_plays_of_room, sender=Room)
        pre_delete.connect(forget_person, sender=User)
        register_dependants(lock=lock_nothing, release=let_go_of_track)
        register_belongings(AnalyticsBelongings())


def lock_nothing(_track_id: int) -> None:
    """A track that changes leaves all counts as they are."""
