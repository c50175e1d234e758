"""Bodies of requests about rooms."""

from typing import Any, ClassVar

from rest_framework import serializers

from apps.rooms.models import MAX_ROOM_NAME, MAX_SLUG, SLUG_RULE, Order
from apps.rooms.services import SLUG_PATTERN
from core.fields import FlagField, NameField, ShownNameField


class RoomChangeSerializer(serializers.Serializer[None]):
    name = ShownNameField(required=False, max_length=MAX_ROOM_NAME)
    is_public = FlagField(required=False)
    order = serializers.ChoiceField(choices=Order.values, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "slug" in self.initial_data and not isinstance(self, NewRoomSerializer):
            raise serializers.ValidationError({"slug": ["A room's slug cannot be changed."]})
        return attrs


class SlugField(NameField):
    class Meta:
        swagger_schema_fields: ClassVar = {"pattern": f"^{SLUG_PATTERN.pattern}$"}

    default_error_messages: ClassVar = {"slug": SLUG_RULE}

    def to_internal_value(self, data: Any) -> str:
        slug = super().to_internal_value(data)
        if not SLUG_PATTERN.fullmatch(slug):
            self.fail("slug")
        return slug


class NewRoomSerializer(RoomChangeSerializer):
    name = ShownNameField(max_length=MAX_ROOM_NAME)
    slug = SlugField(required=False, max_length=MAX_SLUG)
