"""Receivers of signals of other apps: changes of tracks, activities and profiles."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import count
from typing import Any

from django.db import transaction

from apps.analytics.models import Activity, Kind
from apps.recommendations.list_store import invalidate_cached_list, withdraw
from apps.recommendations.preferences import exclusions_of
from apps.users.models import Profile

_numbers = count(1)
_latest = [0]


def library_version() -> int:
    """Counts how often this process changed tracks: what it has read of them before is then out of date."""
    return _latest[0]


def note_track_change(*, created: bool = False, **_signal: object) -> None:
    """Now, for who reads within the transaction; and again when others can see it.

    A new track is known by its id.
    """
    if created:
        return
    _note()
    transaction.on_commit(_note, robust=True)


def _note() -> None:
    _latest[0] = next(_numbers)


def withdraw_unwelcome(*, activities: Sequence[Activity], **_: Any) -> None:
    """Removes tracks that a user has just skipped or disliked from their list."""
    tracks: defaultdict[int, set[int]] = defaultdict(set)
    for activity in activities:
        if activity.kind in (Kind.SKIP, Kind.DISLIKE) and activity.track_id is not None:
            tracks[activity.user_id].add(activity.track_id)
    for user_id, avoided in exclusions_of(tracks.keys()).items():
        withdraw(user_id=user_id, track_ids=avoided.track_ids, artists=avoided.artists)


def invalidate_list_of(*, instance: Profile, **_: Any) -> None:
    """Invalidates the cached list of a user whose taste profile was changed."""
    transaction.on_commit(lambda: invalidate_cached_list(instance.pk), robust=True)
