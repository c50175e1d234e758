"""The request body of a player's action."""

from typing import Any

from rest_framework import serializers

from apps.player.models import MAX_VOLUME, AfterPlay
from core.fields import BodySerializer, FlagField, IdField, WholeNumberField

ACTIONS = ("play", "pause", "resume", "stop", "seek", "skip", "previous", "settings")
SETTINGS = ("volume", "autoplay", "after_play")
# More than a week: no track is that long.
MAX_POSITION_MS = 1_000_000_000


class PlayerActionSerializer(BodySerializer):
    """An action, with the fields that belong to it: others are ignored."""

    action = serializers.ChoiceField(choices=ACTIONS)
    item_id = IdField(required=False)
    play_id = IdField(required=False)
    position_ms = WholeNumberField(required=False, min_value=0, max_value=MAX_POSITION_MS)
    volume = WholeNumberField(required=False, min_value=0, max_value=MAX_VOLUME)
    autoplay = FlagField(required=False)
    after_play = serializers.ChoiceField(choices=AfterPlay.values, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["action"] == "seek" and "position_ms" not in attrs:
            raise serializers.ValidationError({"position_ms": ["This field is required."]})
        if attrs["action"] == "settings" and not any(name in attrs for name in SETTINGS):
            message = f"One of {', '.join(SETTINGS)} is required."
            raise serializers.ValidationError({"action": [message]})
        return attrs

    def settings(self) -> dict[str, Any]:
        return {name: self.validated_data[name] for name in SETTINGS if name in self.validated_data}
