"""What is sent to analytics: activities, one or many, and the name of a time zone."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from rest_framework import serializers
from rest_framework.request import Request

from apps.analytics.models import Kind
from apps.analytics.quarters import EARLIEST, UnknownZone, zone_named
from apps.analytics.services import NewActivity
from core.errors import InvalidInput, NotPermitted
from core.fields import MAX_ID, IdField
from core.rendering import json_bytes

MAX_ACTIVITIES = 500
# As JSON in UTF-8. Room for where and how, not for a diary.
MAX_CONTEXT_BYTES = 2048
# Beyond this neither database gives a number back as it was.
MAX_CONTEXT_NUMBER = 1e15
# By so much may a client's clock be fast.
MAX_AHEAD = timedelta(minutes=5)
TYPE_NAMES = ("activity_type", "interaction", "interaction_type")
SUBJECTS = ("track_id", "recommendation_id")


class ContextField(serializers.JSONField):
    """A small JSON object that comes back from either database as it was sent."""

    default_error_messages = {
        "no_object": "Must be an object.",
        "too_large": f"Must be at most {MAX_CONTEXT_BYTES} bytes as JSON.",
        "odd": f"Texts must be valid, without NUL; numbers at most {MAX_CONTEXT_NUMBER:g} in magnitude.",
    }

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, dict):
            self.fail("no_object")
        if not _is_storable(data):
            self.fail("odd")
        if len(json_bytes(data)) > MAX_CONTEXT_BYTES:
            self.fail("too_large")
        return data


def _is_storable(value: Any) -> bool:
    """Nesting is bounded by what the parser lets through."""
    if isinstance(value, dict):
        return all(_is_storable(part) for pair in value.items() for part in pair)
    if isinstance(value, list):
        return all(map(_is_storable, value))
    if isinstance(value, str):
        return "\0" not in value and not any("\ud800" <= character <= "\udfff" for character in value)
    return isinstance(value, (bool, type(None))) or abs(value) <= MAX_CONTEXT_NUMBER


class ActivitySerializer(serializers.Serializer[None]):
    """One activity. The serializer's context has `now`, against which times are checked."""

    user_id = IdField(required=False, help_text="The caller's own.")
    track_id = IdField(required=False)
    recommendation_id = IdField(required=False)
    activity_type = serializers.ChoiceField(choices=Kind.values, required=False)
    interaction = serializers.ChoiceField(choices=Kind.values, required=False)
    interaction_type = serializers.ChoiceField(choices=Kind.values, required=False)
    # The serializer's own `context` stays: Django REST framework takes fields out of the class.
    context = ContextField(  # type: ignore[assignment]
        required=False, help_text=f"At most {MAX_CONTEXT_BYTES} bytes as JSON."
    )
    occurred_at = serializers.DateTimeField(required=False, default_timezone=UTC)

    def validate_occurred_at(self, moment: datetime) -> datetime:
        if moment > self._context["now"] + MAX_AHEAD:
            raise serializers.ValidationError("Lies more than 5 minutes in the future.")
        if moment < EARLIEST:
            raise serializers.ValidationError(f"Lies before {EARLIEST:%Y}.")
        return moment

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        kinds = {attrs[name] for name in TYPE_NAMES if name in attrs}
        if len(kinds) != 1:
            message = "This field is required." if not kinds else f"{', '.join(TYPE_NAMES)} differ."
            raise serializers.ValidationError({"activity_type": [message]})
        if sum(name in attrs for name in SUBJECTS) != 1:
            raise serializers.ValidationError({"track_id": ["Give either track_id or recommendation_id."]})
        return {**attrs, "kind": Kind(kinds.pop())}

    def told(self) -> NewActivity:
        given: Mapping[str, Any] = self.validated_data
        return NewActivity(
            kind=given["kind"],
            track_id=given.get("track_id"),
            recommendation_id=given.get("recommendation_id"),
            context=given.get("context", {}),
            occurred_at=given.get("occurred_at"),
        )


def read_activities(data: Any, *, user_id: int, now: datetime) -> list[NewActivity]:
    """What was told, by the person of that id. One object, or a list of them.

    Raises InvalidInput, whose fields are numbered in a list (`3.track_id`), and NotPermitted for somebody
    else's `user_id`.
    """
    if not isinstance(data, list):
        return [_read(data, user_id=user_id, now=now, prefix="")]
    if not 1 <= len(data) <= MAX_ACTIVITIES:
        raise InvalidInput.of("non_field_errors", f"A list has 1 to {MAX_ACTIVITIES} activities.")
    return [_read(one, user_id=user_id, now=now, prefix=f"{index}.") for index, one in enumerate(data)]


def named_person(data: Any) -> int | None:
    """Whose activity it is, or the first of a list, as far as that is an id."""
    first = data[0] if isinstance(data, list) and data else data
    named = first.get("user_id") if isinstance(first, dict) else None
    return named if isinstance(named, int) and 1 <= named <= MAX_ID and named is not True else None


def _read(data: Any, *, user_id: int, now: datetime, prefix: str) -> NewActivity:
    wanted = ActivitySerializer(data=data, context={"now": now})
    try:
        wanted.is_valid(raise_exception=True)
    except serializers.ValidationError as error:
        if not prefix:
            raise
        fields = error.detail if isinstance(error.detail, dict) else {}
        raise InvalidInput(
            details={f"{prefix}{name}": list(map(str, told)) for name, told in fields.items()}
        ) from None
    if wanted.validated_data.get("user_id", user_id) != user_id:
        raise NotPermitted("Activities are recorded by the person who did them.")
    return wanted.told()


def zone_of(request: Request) -> ZoneInfo:
    """The zone that `tz` names; UTC without it. Raises InvalidInput."""
    name = request.query_params.get("tz", "UTC")
    try:
        return zone_named(name)
    except UnknownZone:
        raise InvalidInput.of(
            "tz", "There is no such time zone; they are called like Europe/Berlin."
        ) from None
