"""Parts of addresses that are read as something: ids."""

from django.urls import register_converter


class IdConverter:
    """A number that fits the databases' ids: up to 18 digits. A longer one is nobody's, and a 404."""

    regex = "[0-9]{1,18}"

    def to_python(self, text: str) -> int:
        return int(text)

    def to_url(self, value: int) -> str:
        return str(value)


register_converter(IdConverter, "id")
