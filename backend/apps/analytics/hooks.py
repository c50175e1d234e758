"""Hooks for higher apps: the track of a recommendation, and all recommendations, for the summary.

Analytics does not import higher apps. Such an app registers in `AppConfig.ready()`; until then no
recommendation is found, and the summary has none.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.dispatch import Signal

# From a user's id and recommendation numbers to track ids, without recommendations made for other users.
FindTracks = Callable[[int, Sequence[int]], Mapping[int, int]]
# All stored recommendations, to be counted.
Rows = Callable[[], "QuerySet[Any]"]

_find_tracks: list[FindTracks] = []
_recommendations: list[Rows] = []


def register_recommendations(*, find_tracks: FindTracks, rows: Rows) -> None:
    """Registers the hooks; a second call replaces those of the first."""
    _find_tracks[:] = [find_tracks]
    _recommendations[:] = [rows]


def tracks_of_recommendations(user_id: int, numbers: Sequence[int]) -> Mapping[int, int]:
    """Track ids by number; recommendations that were not made for this user are left out."""
    return _find_tracks[0](user_id, numbers) if _find_tracks and numbers else {}


def recommendations() -> "QuerySet[Any] | None":
    """All stored recommendations, to be counted; None if no app has registered."""
    return _recommendations[0]() if _recommendations else None


# The sender is Activity. Sent in the transaction that stores `activities`: new ones, of any users.
activities_recorded = Signal()
