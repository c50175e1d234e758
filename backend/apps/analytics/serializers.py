"""Input of analytics: one activity or a list of them, and the name of a time zone."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from rest_framework import serializers
from rest_framework.request import Request

from apps.analytics.models import Kind
from apps.analytics.rollups import EARLIEST, UnknownZone, zone_named
from apps.analytics.services import NewActivity
from core.errors import ErrorSpec, InvalidInput, NotPermitted, invalid, raises
from core.fields import MAX_ID, IdField
from core.json_codec import json_bytes

MAX_ACTIVITIES = 500
# Encoded as JSON in UTF-8. Enough for the circumstances of one activity.
MAX_CONTEXT_BYTES = 2048
# Neither database returns larger numbers unchanged.
MAX_CONTEXT_NUMBER = 1e15
# A client's clock may be this far ahead.
MAX_AHEAD = timedelta(minutes=5)
TYPE_NAMES = ("activity_type", "interaction", "interaction_type")
SUBJECTS = ("track_id", "recommendation_id")


class ContextField(serializers.JSONField):
    """A small JSON object that both databases return unchanged."""

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
    """Whether both databases can store the value. The JSON parser has already limited its depth."""
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
    # Does not hide the serializer's own `context`: Django REST framework removes fields from the class.
    context = ContextField(  # type: ignore[assignment]
        required=False, help_text=f"At most {MAX_CONTEXT_BYTES} bytes as JSON."
    )
    occurred_at = serializers.DateTimeField(required=False, default_timezone=UTC)

    def validate_occurred_at(self, moment: datetime) -> datetime:
        if moment > self._context["now"] + MAX_AHEAD:
            raise serializers.ValidationError("Lies more than 5 minutes in the future.")
        if moment < EARLIEST:
            raise serializers.ValidationError(f"Must be {EARLIEST:%Y} or later.")
        return moment

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        kinds = {attrs[name] for name in TYPE_NAMES if name in attrs}
        if len(kinds) != 1:
            message = "This field is required." if not kinds else f"{', '.join(TYPE_NAMES)} differ."
            raise serializers.ValidationError({"activity_type": [message]})
        if sum(name in attrs for name in SUBJECTS) != 1:
            raise serializers.ValidationError({"track_id": ["Give either track_id or recommendation_id."]})
        return {**attrs, "kind": Kind(kinds.pop())}

    def activity(self) -> NewActivity:
        given: Mapping[str, Any] = self.validated_data
        return NewActivity(
            kind=given["kind"],
            track_id=given.get("track_id"),
            recommendation_id=given.get("recommendation_id"),
            context=given.get("context", {}),
            occurred_at=given.get("occurred_at"),
        )


@raises(
    ErrorSpec(NotPermitted, "`user_id` is another user's, or a page of another origin sent it."),
    invalid("Invalid field.", occurred_at="Lies more than 5 minutes in the future."),
)
def read_activities(data: Any, *, user_id: int, now: datetime) -> list[NewActivity]:
    """The activities in a body: one object or a list. Errors in a list number the fields (`3.track_id`)."""
    if not isinstance(data, list):
        return [_read(data, user_id=user_id, now=now, prefix="")]
    if not 1 <= len(data) <= MAX_ACTIVITIES:
        raise InvalidInput.of("non_field_errors", f"A list has 1 to {MAX_ACTIVITIES} activities.")
    return [_read(one, user_id=user_id, now=now, prefix=f"{index}.") for index, one in enumerate(data)]


def named_person(data: Any) -> int | None:
    """The `user_id` of the activity, or of the first in a list; None if it is not a valid id."""
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
            details={f"{prefix}{name}": list(map(str, errors)) for name, errors in fields.items()}
        ) from None
    if wanted.validated_data.get("user_id", user_id) != user_id:
        raise NotPermitted("You can report only your own activities.")
    return wanted.activity()


@raises(invalid("There is no such time zone.", tz="There is no such time zone; …"))
def zone_of(request: Request) -> ZoneInfo:
    """The zone that `tz` names; UTC without it."""
    name = request.query_params.get("tz", "UTC")
    try:
        return zone_named(name)
    except UnknownZone:
        raise InvalidInput.of("tz", "Unknown time zone. Use a name such as Europe/Berlin.") from None
