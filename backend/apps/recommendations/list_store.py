"""Stored lists of recommendations: their rows with stable ids, their cache, and what invalidates both."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.analytics.models import Activity, Kind
from apps.realtime.decorators import log_action
from apps.recommendations.models import Recommendation, RecommendationList
from apps.recommendations.payloads import StoredListPayload, stored_list_payload
from apps.recommendations.preferences import Exclusions, exclusions_of
from apps.recommendations.sources.base import LIBRARY, Candidate, Reason
from apps.rooms.models import Room
from apps.tracks.models import Track
from apps.tracks.normalisation import normalised
from apps.users.models import Profile, key_of_user
from apps.users.services import lock_person
from core.errors import NotFound
from core.metrics import CACHE_RESULTS

# --- Cache -------------------------------------------------------------------------------------------


CACHED_SECONDS = 3600
# Increment it when the format of cached lists changes.
SHAPE = 1
# Replaces an invalidated list in the cache for longer than a response takes, so that a request that read the
# database before cannot store the old list.
GONE = "gone"
GONE_SECONDS = 5

HITS, MISSES = (CACHE_RESULTS.labels("recommendations", result) for result in ("hit", "miss"))


def cached_list(user_id: int) -> StoredListPayload | None:
    found: Any = cache.get(_cache_key(user_id))
    is_list = isinstance(found, StoredListPayload)
    (HITS if is_list else MISSES).inc()
    return found if is_list else None


def cache_list(user_id: int, offered: StoredListPayload) -> None:
    """Replaces the cached list."""
    cache.set(_cache_key(user_id), offered, timeout=CACHED_SECONDS)


def cache_list_if_absent(user_id: int, offered: StoredListPayload) -> None:
    """Only if nothing is cached: the given list may be older than a cached one."""
    cache.add(_cache_key(user_id), offered, timeout=CACHED_SECONDS)


def invalidate_cached_list(user_id: int) -> None:
    cache.set(_cache_key(user_id), GONE, timeout=GONE_SECONDS)


def _cache_key(user_id: int) -> str:
    return f"recommendations:{SHAPE}:user:{user_id}"


# --- Storing a list ----------------------------------------------------------------------------------


# The length of a stored list; a response contains a part of it.
MAX_STORED = 100
# Clients may report activities with a recommendation this long after it has left the list.
RETENTION = timedelta(days=30)
PURGE_BATCH = 2000
# Attempts, because a track may be deleted between the check and the commit.
ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Owner:
    """The owner of a list: a user or a room."""

    user_id: int | None = None
    room_id: int | None = None


@dataclass(frozen=True, slots=True)
class NewList:
    """A list that was computed and is to be stored."""

    candidates: Sequence[Candidate]
    missing_sources: Sequence[str]
    usual_count: int | None
    found_at: datetime


@log_action("keep_recommendations")
def save_list(
    *,
    owner: Owner,
    candidates: Sequence[Candidate],
    missing_sources: Sequence[str] = (),
    usual_count: int | None = None,
    found_at: datetime | None = None,
) -> StoredListPayload:
    """Replaces the owner's list; without `usual_count`, that of the previous list stays.

    `found_at`: when its computation began. Raises NotAuthenticated if the user, NotFound if the room was
    deleted.
    """
    made = NewList(candidates, missing_sources, usual_count, found_at or timezone.now())
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with transaction.atomic():
                return _stored_part(owner, made)
        except IntegrityError:
            if owner.room_id is not None and not Room.objects.filter(pk=owner.room_id).exists():
                raise NotFound("There is no such room.") from None
            if attempt == ATTEMPTS:
                raise
    raise AssertionError  # the last attempt has returned, or raised


def _stored_part(owner: Owner, made: NewList) -> StoredListPayload:
    if owner.user_id is None:
        return _stored(_locked_list(owner, made), made, Exclusions())
    user_id = owner.user_id
    lock_person(key_of_user(user_id))
    kept = _locked_list(owner, made)
    # Exclusions are read again under the lock: the user may have skipped tracks during the computation.
    offered = _stored(kept, made, exclusions_of([user_id]).get(user_id, Exclusions()))
    # The person's lock guards their taste. If it was changed meanwhile, the next read computes a new list.
    if not Profile.objects.filter(pk=user_id, changed_at__gt=made.found_at).exists():
        transaction.on_commit(lambda: cache_list(user_id, offered), robust=True)
    return offered


def _stored(kept: RecommendationList, made: NewList, avoided: Exclusions) -> StoredListPayload:
    kept.generated_at, kept.missing_sources = made.found_at, list(made.missing_sources)
    kept.usual_count = kept.usual_count if made.usual_count is None else made.usual_count
    kept.save(update_fields=["generated_at", "usual_count", "missing_sources"])
    return stored_list_payload(kept, _written(kept, _allowed(made.candidates, avoided)))


def _locked_list(owner: Owner, made: NewList) -> RecommendationList:
    RecommendationList.objects.get_or_create(**asdict(owner), defaults={"generated_at": made.found_at})
    return RecommendationList.objects.select_for_update().get(**asdict(owner))


def _allowed(candidates: Iterable[Candidate], avoided: Exclusions) -> list[tuple[Candidate, Track | None]]:
    """The candidates that are not excluded and still exist, each with its track."""
    candidates = list(candidates)
    ids = [one.track_id for one in candidates if one.track_id is not None]
    tracks: dict[int, Track] = Track.objects.in_bulk(ids)
    found: list[tuple[Candidate, Track | None]] = []
    for candidate in candidates:
        track = tracks.get(candidate.track_id) if candidate.track_id is not None else None
        if track is None and candidate.outside is None:
            continue
        if track is not None and (track.pk in avoided.track_ids or track.artist_key in avoided.artists):
            continue
        if candidate.outside is not None and _is_by(candidate.outside.artist, avoided.artists):
            continue
        found.append((candidate, track))
    return found


def _is_by(artist: str, artists: Collection[str]) -> bool:
    """Whether `artist`, or one of the names that it separates by commas, is one of these."""
    return any(normalised(name) in artists for name in (artist, *artist.split(",")))


def _written(
    kept: RecommendationList, candidates: Sequence[tuple[Candidate, Track | None]]
) -> list[Recommendation]:
    """The rows of these candidates, in order; other rows lose their rank."""
    known = {key: row for row in Recommendation.objects.filter(stored_list=kept) for key in _keys_of_row(row)}
    kept.recommendations.filter(rank__isnull=False).update(rank=None)
    rows: list[Recommendation] = []
    for candidate, track in candidates:
        row = known.get(_key_of(candidate)) or Recommendation(stored_list=kept)
        if row not in rows:
            _fill(row, candidate, track)
            row.rank, row.offered_at = len(rows) + 1, kept.generated_at
            rows.append(row)
    fields = ["rank", "score", "track", "reasons", "outside", "offered_at"]
    Recommendation.objects.bulk_update([row for row in rows if row.pk], fields, batch_size=100)
    Recommendation.objects.bulk_create([row for row in rows if not row.pk])
    return rows


def _key_of(candidate: Candidate) -> tuple[str, str]:
    if candidate.outside is not None:
        return candidate.outside.provider, candidate.outside.provider_id
    return LIBRARY, str(candidate.track_id)


def _keys_of_row(row: Recommendation) -> list[tuple[str, str]]:
    """Two keys for an external track that was added to the library."""
    by_track = [(LIBRARY, str(row.track_id))] if row.track_id is not None else []
    return [*by_track, (row.provider, row.provider_id)] if row.provider_id else by_track


def _fill(row: Recommendation, candidate: Candidate, track: Track | None) -> None:
    row.score = candidate.score
    row.reasons = [_stored_reason(reason) for reason in candidate.reasons]
    if candidate.outside is None:
        row.track = track
    else:
        row.provider, row.provider_id = candidate.outside.provider, candidate.outside.provider_id
        row.outside = asdict(candidate.outside)


def _stored_reason(reason: Reason) -> dict[str, Any]:
    return {**asdict(reason), "kind": str(reason.kind)}


# --- Withdrawal --------------------------------------------------------------------------------------


def withdraw(*, user_id: int, track_ids: Collection[int], artists: Collection[str]) -> None:
    """Removes tracks and artists from a user's list, within the transaction that stores the dislike."""
    kept = RecommendationList.objects.select_for_update().filter(user_id=user_id).first()
    if kept is None:
        return
    offered = kept.recommendations.filter(rank__isnull=False)
    offered.filter(track_id__in=track_ids).update(rank=None)
    if artists:
        offered.filter(track__artist_key__in=artists).update(rank=None)
        outside = offered.filter(track__isnull=True).values_list("pk", "outside__artist")
        theirs = [number for number, artist in outside if _is_by(artist, artists)]
        offered.filter(pk__in=theirs).update(rank=None)
    transaction.on_commit(lambda: invalidate_cached_list(user_id), robust=True)


def purge_withdrawn(*, now: datetime | None = None) -> int:
    """Deletes recommendations that left their list RETENTION ago, and rooms' lists not requested since then.

    Returns the number of deleted recommendations.
    """
    before = (now or timezone.now()) - RETENTION
    left_alone = RecommendationList.objects.filter(room__isnull=False, generated_at__lt=before)
    Recommendation.objects.filter(stored_list__in=left_alone).update(rank=None)
    old = Recommendation.objects.filter(rank__isnull=True, offered_at__lt=before)
    gone = 0
    while batch := list(old.values_list("pk", flat=True)[:PURGE_BATCH]):
        gone += Recommendation.objects.filter(pk__in=batch).delete()[0]
    left_alone.delete()
    return gone


# --- Signals of other apps ---------------------------------------------------------------------------


_numbers = count(1)
_latest = [0]


def library_version() -> int:
    """The number of this process's changes of tracks. When it changes, tracks read before are out of date."""
    return _latest[0]


def note_track_change(*, created: bool = False, **_signal: object) -> None:
    """Increments the version now, for readers within the transaction, and after the commit, for others.

    New tracks do not change it: readers find them by their ids.
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
