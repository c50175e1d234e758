"""Values from clients, read strictly: serializer fields that convert no JSON type, and ids in URLs."""

import math
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from django.urls import register_converter
from rest_framework import serializers
from rest_framework.fields import empty

from core import names

MAX_ID = 2**63 - 1


class BodySerializer(serializers.Serializer[None]):
    """Reads a body. Copying fields takes most of the time, so absent optional fields are not copied."""

    def get_fields(self) -> dict[str, Any]:
        body = getattr(self, "initial_data", None)
        if not isinstance(body, Mapping):
            return super().get_fields()
        return {
            name: deepcopy(field)
            for name, field in self._declared_fields.items()
            if field.required or field.default is not empty or name in body
        }


class WholeNumberField(serializers.IntegerField):
    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        number: int = super().to_internal_value(data)
        return number


class IdField(WholeNumberField):
    """A valid id; its row may not exist."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1, max_value=MAX_ID, **kwargs)


class NumberField(serializers.FloatField):
    """A finite number."""

    def to_internal_value(self, data: Any) -> float:
        if isinstance(data, bool) or not isinstance(data, (int, float)):
            self.fail("invalid")
        try:
            number = float(data)
        except OverflowError:
            self.fail("invalid")
        if not math.isfinite(number):
            self.fail("invalid")
        return number


class TextField(serializers.CharField):
    """Only text: numbers are rejected."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        text: str = super().to_internal_value(data)
        return text


class FlagField(serializers.BooleanField):
    """true or false."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class NameField(serializers.CharField):
    """A trimmed text without control characters. Only text: numbers are rejected."""

    default_error_messages = {"unwelcome": names.CONTROL}

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        name: str = super().to_internal_value(data)
        if names.has_unwelcome_characters(name):
            self.fail("unwelcome")
        return name


class ShownNameField(NameField):
    """The name of a person or room; it must not look like another name."""

    default_error_messages = {"invisible": names.INVISIBLE, "mixed": names.MIXED}

    def to_internal_value(self, data: Any) -> str:
        name = super().to_internal_value(data)
        if names.has_invisible_characters(name):
            self.fail("invisible")
        if names.mixes_alphabets(name):
            self.fail("mixed")
        return name


# --- URLs --------------------------------------------------------------------------------------------


class IdConverter:
    """A number that fits the databases' ids: up to 18 digits. A longer one never exists: 404."""

    regex = "[0-9]{1,18}"
    schema = {"type": "integer", "minimum": 0, "maximum": 10**18 - 1}

    def to_python(self, text: str) -> int:
        return int(text)

    def to_url(self, value: int) -> str:
        return str(value)


register_converter(IdConverter, "id")
