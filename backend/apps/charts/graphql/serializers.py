"""Reading what GraphQL clients send."""

from typing import Any, ClassVar

from rest_framework import serializers

from core.fields import TextField
from core.rendering import json_bytes

MAX_QUERY = 20_000
MAX_NAME = 100


class VariablesField(serializers.DictField):
    """Any JSON, but text only that can be written as UTF-8."""

    class Meta:
        swagger_schema_fields: ClassVar = {"additionalProperties": True}

    default_error_messages: ClassVar = {"odd": "Texts must be valid Unicode."}

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        told: dict[str, Any] = super().to_internal_value(data)
        try:
            json_bytes(told)
        except UnicodeEncodeError:
            self.fail("odd")
        return told


class QuestionSerializer(serializers.Serializer[Any]):
    """One operation; what else a client sends along is not looked at."""

    # Of an empty one GraphQL itself tells.
    query = TextField(max_length=MAX_QUERY, trim_whitespace=False, allow_blank=True)
    variables = VariablesField(required=False, allow_null=True, default=None)
    operationName = TextField(  # noqa: N815 - its name is the protocol's
        required=False, allow_null=True, allow_blank=True, max_length=MAX_NAME, default=None
    )
