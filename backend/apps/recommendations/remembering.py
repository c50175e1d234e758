"""A person's whole list in the shared cache: one read of it is an answer."""

from typing import Any

from django.core.cache import cache

from apps.recommendations.payloads import OfferedPayload
from core.metrics import CACHE_RESULTS

REMEMBERED_SECONDS = 3600
# To be raised when the shape of what is remembered changes: a new version of the server asks for its own.
SHAPE = 1
# Stands in the place of a list that has just become wrong: longer than an answer takes, so that nobody who
# read the database before puts the old one there.
GONE = "gone"
GONE_SECONDS = 5

HITS, MISSES = (CACHE_RESULTS.labels("recommendations", result) for result in ("hit", "miss"))


def remembered_offered(user_id: int) -> OfferedPayload | None:
    found: Any = cache.get(_key(user_id))
    is_list = isinstance(found, OfferedPayload)
    (HITS if is_list else MISSES).inc()
    return found if is_list else None


def remember_offered(user_id: int, offered: OfferedPayload) -> None:
    """In the place of whatever is remembered."""
    cache.set(_key(user_id), offered, timeout=REMEMBERED_SECONDS)


def remember_read(user_id: int, offered: OfferedPayload) -> None:
    """Only where nothing is remembered: what was read may be older than that."""
    cache.add(_key(user_id), offered, timeout=REMEMBERED_SECONDS)


def forget_offered(user_id: int) -> None:
    cache.set(_key(user_id), GONE, timeout=GONE_SECONDS)


def _key(user_id: int) -> str:
    return f"recommendations:{SHAPE}:user:{user_id}"
