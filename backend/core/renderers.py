"""Django REST framework's way to our JSON writer."""

from collections.abc import Mapping
from typing import Any

from rest_framework.renderers import BaseRenderer

from core.rendering import json_bytes


class JsonRenderer(BaseRenderer):
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
