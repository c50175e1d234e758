"""Recommendations: a model of listening, trained on what is played and liked here, and lists made from it."""

from django.apps import AppConfig
from django.db.models.signals import post_delete, post_save


class RecommendationsConfig(AppConfig):
    name = "apps.recommendations"

    def ready(self) -> None:
        from apps.analytics.hooks import activities_recorded, register_recommendations
        from apps.recommendations.list_store import invalidate_list_of, note_track_change, withdraw_unwelcome
        from apps.recommendations.personal_data import RecommendationPersonalData
        from apps.recommendations.track_resolution import offered_recommendations, tracks_of_recommendations
        from apps.tracks.models import Track
        from apps.users.models import Profile
        from apps.users.personal_data import register_personal_data

        register_recommendations(find_tracks=tracks_of_recommendations, rows=offered_recommendations)
        register_personal_data(RecommendationPersonalData())
        activities_recorded.connect(withdraw_unwelcome)
        post_save.connect(invalidate_list_of, sender=Profile)
        post_save.connect(note_track_change, sender=Track)
        post_delete.connect(note_track_change, sender=Track)
