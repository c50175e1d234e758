"""The request body of a refresh."""

from typing import Any

from rest_framework import serializers

from apps.recommendations.models import USUAL_COUNT
from apps.users.models import MAX_ARTIST_NAME, MAX_ARTISTS, MAX_GENRE_NAME, MAX_GENRES, without_repeats
from core.fields import NameField, WholeNumberField

MAX_SHOWN = 100


class RefreshSerializer(serializers.Serializer[None]):
    """For this list, seeds take precedence over the profile. Their numbers are limited as in a profile."""

    limit = WholeNumberField(
        min_value=1,
        max_value=MAX_SHOWN,
        required=False,
        default=USUAL_COUNT,
        help_text="The default number of recommendations in later responses.",
    )
    seed_genres = serializers.ListField(
        child=NameField(max_length=MAX_GENRE_NAME), max_length=MAX_GENRES, required=False
    )
    seed_artists = serializers.ListField(
        child=NameField(max_length=MAX_ARTIST_NAME), max_length=MAX_ARTISTS, required=False
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        seeds = {name: without_repeats(names) for name, names in attrs.items() if name != "limit"}
        return {**attrs, **seeds}
