"""The digest by which a client proves to itself that it is in sync."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any


def digest(items: Sequence[dict[str, Any]]) -> str:
    """The first 16 hex digits of SHA-256 over `id:votes:playing` of each item in order, joined by `;`."""
    text = ";".join(f"{item['id']}:{item['votes']}:{1 if item['is_playing'] else 0}" for item in items)
    return sha256(text.encode("utf-8")).hexdigest()[:16]
