"""Writing JSON, the same way for HTTP answers and for events."""

from collections.abc import Mapping
from typing import Any

import msgspec

_encoder = msgspec.json.Encoder()


def json_bytes(value: Any) -> bytes:
    """UTF-8 JSON of plain values, typed payloads and instants (ISO 8601 in UTC with Z)."""
    return _encoder.encode(value)


def json_text(value: Any) -> str:
    return json_bytes(value).decode()


class JsonRenderer:
    """What Django REST framework asks of a renderer.

    Not a subclass of its own: events and commands write JSON too, and would load the framework with it.
    """

    media_type = "application/json"
    format = "json"
    charset = None
    render_style = "binary"

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        del accepted_media_type, renderer_context
        return b"" if data is None else json_bytes(data)
