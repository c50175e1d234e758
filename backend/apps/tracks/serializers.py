"""Input of the library: bodies and query strings."""

from collections.abc import Callable
from typing import Any

from rest_framework import serializers

from apps.tracks.metadata import (
    MAX_COVER_URL,
    MAX_DURATION_SECONDS,
    MAX_GENRE,
    MAX_NAME,
    MetadataError,
    checked_cover_url,
    checked_isrc,
)
from apps.tracks.selectors import TrackOrder
from core.fields import FlagField, NameField, WholeNumberField

# Room for a pasted title, artist and album; each word costs the database a comparison per track.
MAX_SEARCH = 300
ORDERINGS = [prefix + order for order in TrackOrder for prefix in ("", "-")]


class CheckedField(NameField):
    """A text that one of the rules of `metadata` reads."""

    def __init__(self, check: Callable[[str], str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.check = check

    def to_internal_value(self, data: Any) -> str:
        try:
            return self.check(super().to_internal_value(data))
        except MetadataError as error:
            raise serializers.ValidationError(f"This {error}.") from None


class TrackSerializer(serializers.Serializer[None]):
    title = NameField(max_length=MAX_NAME)
    artist = NameField(max_length=MAX_NAME)
    album = NameField(max_length=MAX_NAME, allow_blank=True, default="")
    duration_seconds = WholeNumberField(
        min_value=1, max_value=MAX_DURATION_SECONDS, allow_null=True, default=None
    )
    genre = NameField(max_length=MAX_GENRE, allow_blank=True, default="")
    cover_url = CheckedField(checked_cover_url, max_length=MAX_COVER_URL, allow_null=True, default=None)
    isrc = CheckedField(checked_isrc, allow_null=True, default=None)
    explicit = FlagField(allow_null=True, default=None)


class TrackQuerySerializer(serializers.Serializer[None]):
    search = serializers.CharField(max_length=MAX_SEARCH, allow_blank=True, default="")
    genre = serializers.CharField(max_length=MAX_GENRE, allow_blank=True, default="")
    ordering = serializers.ChoiceField(
        choices=ORDERINGS,
        allow_blank=True,
        default="",
        error_messages={
            "invalid_choice": f"Must be one of {', '.join(TrackOrder)}, or one with a - before it."
        },
    )
