"""Reading JSON bodies: strict, of bounded size and depth."""

import json
import math
from collections.abc import Mapping
from typing import IO, Any, NoReturn

from django.conf import settings
from django.http import HttpRequest
from rest_framework.parsers import BaseParser

from core.early_reads import read_once
from core.errors import MalformedJson, PayloadTooLarge


class JsonParser(BaseParser):
    """Django REST framework's way to our JSON reader."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        del stream, media_type
        assert parser_context is not None  # noqa: S101 - Django REST framework gives one
        return read_once(parser_context["request"]._request, json_body)


def json_body(request: HttpRequest) -> Any:
    """What the body says; nothing says what an empty object does. To be read by `read_once`."""
    return parsed_json(request.body) if request.body else {}


def parsed_json(body: bytes | str) -> Any:
    """The value. Raises PayloadTooLarge over 1 MiB, MalformedJson for anything that is not strict JSON."""
    if len(body) > settings.MAX_BODY_BYTES:
        raise PayloadTooLarge
    try:
        # Read as UTF-8 and nothing else: json.loads would guess UTF-16 and take broken surrogates.
        text = body.decode() if isinstance(body, bytes) else body
        value = json.loads(text, parse_constant=_refuse_constant, parse_float=_finite)
    except (ValueError, RecursionError):  # also bytes that are not UTF-8, and numbers of too many digits
        raise MalformedJson from None
    if _is_deeper_than(value, settings.MAX_JSON_DEPTH):
        raise MalformedJson(f"The body nests deeper than {settings.MAX_JSON_DEPTH} levels.")
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"{text} is more than a number can hold")
    return number


def _is_deeper_than(value: Any, levels: int) -> bool:
    """Level by level, so that no nesting can exhaust the stack. A bare number has no level."""
    layer = [value] if isinstance(value, (dict, list)) else []
    for _ in range(levels):
        layer = [
            child
            for part in layer
            for child in (part.values() if isinstance(part, dict) else part)
            if isinstance(child, (dict, list))
        ]
    return bool(layer)
