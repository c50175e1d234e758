"""Writing JSON, the same way for HTTP answers and for events."""

from typing import Any

import msgspec

_encoder = msgspec.json.Encoder()


def json_bytes(value: Any) -> bytes:
    """UTF-8 JSON of plain values, typed payloads and instants (ISO 8601 in UTC with Z)."""
    return _encoder.encode(value)


def json_text(value: Any) -> str:
    return json_bytes(value).decode()
