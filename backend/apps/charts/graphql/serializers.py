"""Reading what GraphQL clients send."""

from typing import Any

from rest_framework import serializers

from core.fields import TextField

MAX_QUERY = 20_000
MAX_NAME = 100


class QuestionSerializer(serializers.Serializer[Any]):
    """One operation; what else a client sends along is not looked at."""

    query = TextField(max_length=MAX_QUERY, trim_whitespace=False)
    variables = serializers.DictField(required=False, allow_null=True, default=None)
    operationName = TextField(  # noqa: N815 - its name is the protocol's
        required=False, allow_null=True, allow_blank=True, max_length=MAX_NAME, default=None
    )
