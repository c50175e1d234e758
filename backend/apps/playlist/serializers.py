"""Request bodies of queues."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from apps.playlist.models import MAX_WISH
from apps.playlist.positions import MAX_POSITION
from apps.playlist.services import Place
from core.fields import (
    BodySerializer,
    FlagField,
    IdField,
    NameField,
    NumberField,
    ShownNameField,
    WholeNumberField,
)
from core.names import MAX_PERSON_NAME

PLACE_FIELDS = ("position", "after", "before")


class PlaceSerializer(BodySerializer):
    """At most one of `position`, `after` and `before`."""

    position = NumberField(required=False, min_value=-MAX_POSITION, max_value=MAX_POSITION)
    after = IdField(required=False)
    before = IdField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        given = [field for field in PLACE_FIELDS if field in attrs]
        if len(given) > 1:
            message = f"Only one of {', '.join(PLACE_FIELDS)} can be given."
            raise serializers.ValidationError({field: [message] for field in given})
        return attrs

    @property
    def place(self) -> Place:
        wanted: Mapping[str, Any] = self.validated_data
        return Place(
            position=wanted.get("position"), after_id=wanted.get("after"), before_id=wanted.get("before")
        )


class NewItemSerializer(PlaceSerializer):
    track_id = IdField(required=False)
    track = IdField(required=False)
    added_by = ShownNameField(required=False, max_length=MAX_PERSON_NAME)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        named = {attrs[field] for field in ("track_id", "track") if field in attrs}
        if len(named) != 1:
            message = "This field is required." if not named else "track_id and track name different tracks."
            raise serializers.ValidationError({"track_id": [message]})
        return {**super().validate(attrs), "track_id": named.pop()}


class ItemChangeSerializer(PlaceSerializer):
    is_playing = FlagField(required=False)


class VoteSerializer(BodySerializer):
    """Either a step, `direction`, or what the vote shall be, `value`."""

    STEPS = {"up": 1, "down": -1}

    direction = serializers.ChoiceField(choices=list(STEPS), required=False)
    value = WholeNumberField(required=False, min_value=-1, max_value=1)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(attrs) != 1:
            raise serializers.ValidationError({"direction": ["Give either direction or value."]})
        return attrs

    @property
    def wanted(self) -> dict[str, Any]:
        """`step` or `value`, for the service."""
        if "value" in self.validated_data:
            return {"value": self.validated_data["value"]}
        return {"step": self.STEPS[self.validated_data["direction"]]}


class WishSerializer(BodySerializer):
    text = NameField(max_length=MAX_WISH)
