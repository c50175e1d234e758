"""The last recommendations to people and rooms: they need not be computed again, and have stable ids."""

from enum import StrEnum

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.recommendations.sources.base import LIBRARY
from apps.rooms.models import Room
from apps.tracks.models import Track

MAX_PROVIDER = 20
MAX_PROVIDER_ID = 200
# How many a reading without ?limit= shows, unless a refresh said otherwise.
USUAL_COUNT = 20


class ModelState(StrEnum):
    """How the trained model fares."""

    OK = "ok"
    # As on every new installation; content and popularity are used instead.
    MISSING = "missing"
    # Of a format that this version doesn't read.
    OLD = "old"
    BROKEN = "broken"


class RecommendationList(models.Model):
    """The latest recommendations for one person, or for the people in one room."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+"
    )
    room = models.OneToOneField(Room, on_delete=models.CASCADE, null=True, related_name="+")
    generated_at = models.DateTimeField()
    # The number of recommendations in a response to a request without a limit.
    usual_count = models.PositiveSmallIntegerField(default=USUAL_COUNT)
    # Sources that were unavailable when it was made.
    missing_sources = models.JSONField(default=list)

    class Meta:
        ordering = ["-generated_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(user__isnull=False, room__isnull=True) | Q(user__isnull=True, room__isnull=False),
                name="recommendations_of_one",
            )
        ]

    def __str__(self) -> str:
        return f"for {self.user or self.room}"


class Recommendation(models.Model):
    """A track that was recommended. Its number is the same for as long as it is, list after list."""

    stored_list = models.ForeignKey(
        RecommendationList, on_delete=models.CASCADE, related_name="recommendations"
    )
    # Null: no longer recommended. For a while, the id still means the track, for clients that show it.
    rank = models.PositiveSmallIntegerField(null=True)
    score = models.FloatField()
    # Null as long as the library does not have it.
    track = models.ForeignKey(Track, on_delete=models.CASCADE, null=True, related_name="+")
    provider = models.CharField(max_length=MAX_PROVIDER, default=LIBRARY)
    # Its id and metadata at another provider; empty and null for tracks of the library.
    provider_id = models.CharField(max_length=MAX_PROVIDER_ID, blank=True, default="")
    outside = models.JSONField(null=True)
    reasons = models.JSONField(default=list)
    offered_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ["stored_list", "rank"]
        constraints = [
            models.UniqueConstraint(fields=["stored_list", "track"], name="recommended_track_once"),
            models.UniqueConstraint(
                fields=["stored_list", "provider", "provider_id"],
                condition=~Q(provider_id=""),
                name="recommended_outside_once",
            ),
            models.CheckConstraint(
                condition=Q(track__isnull=False) | Q(outside__isnull=False),
                name="recommendation_of_something",
            ),
        ]
        indexes = [models.Index(fields=["stored_list", "rank"], name="recommendation_rank")]

    def __str__(self) -> str:
        title = self.track or f"{self.provider} {self.provider_id}"
        return f"{self.rank or '–'}. {title}"
