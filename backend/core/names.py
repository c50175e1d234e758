"""Names that people give: to themselves, to a room."""

import unicodedata
from typing import Any

from django.core.exceptions import ValidationError
from rest_framework import serializers

MAX_PERSON_NAME = 50
# Control characters, line and paragraph separators: they break lines where a name is shown.
UNWELCOME_CATEGORIES = {"Cc", "Zl", "Zp"}


def has_unwelcome_characters(text: str) -> bool:
    return any(unicodedata.category(character) in UNWELCOME_CATEGORIES for character in text)


def validate_name(text: str) -> None:
    """The same rule for forms. Raises Django's ValidationError."""
    if has_unwelcome_characters(text):
        raise ValidationError("Control characters are not allowed.")


class NameField(serializers.CharField):
    """A trimmed text without control characters. Only text: a number is not taken for one."""

    default_error_messages = {"unwelcome": "Control characters are not allowed."}

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        name: str = super().to_internal_value(data)
        if has_unwelcome_characters(name):
            self.fail("unwelcome")
        return name
