"""What analytics asks of apps above it: which track a recommendation was for, and what a summary counts.

Analytics knows nobody above. An app registers itself in `AppConfig.ready()`; until one does, no
recommendation is known and there are none.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db.models import QuerySet

# Given a person's id and numbers of recommendations: the track's id for each that was made for this person.
FindTracks = Callable[[int, Sequence[int]], Mapping[int, int]]
# All rows of what is counted.
Rows = Callable[[], "QuerySet[Any]"]

_find_tracks: list[FindTracks] = []
_recommendations: list[Rows] = []


def register_recommendations(*, find_tracks: FindTracks, rows: Rows) -> None:
    """Registering again replaces."""
    _find_tracks[:] = [find_tracks]
    _recommendations[:] = [rows]


def tracks_of_recommendations(user_id: int, numbers: Sequence[int]) -> Mapping[int, int]:
    """Track ids by number; what nobody recommended to this person is not in it."""
    return _find_tracks[0](user_id, numbers) if _find_tracks and numbers else {}


def recommendations() -> "QuerySet[Any] | None":
    """All that are kept, to be counted; None as long as no app makes any."""
    return _recommendations[0]() if _recommendations else None
