"""Resolves recommended tracks: finds them in the library, and imports those that it lacks."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TypeVar

from django.db import transaction
from django.db.models import Q, QuerySet

from apps.realtime.decorators import log_action
from apps.recommendations.models import MAX_PROVIDER_ID, Recommendation, RecommendationList
from apps.recommendations.sources.base import Candidate, OutsideTrack
from apps.tracks.metadata import (
    MAX_NAME,
    MetadataError,
    TrackMetadata,
    checked_cover_url,
    checked_duration,
    checked_isrc,
    checked_text,
)
from apps.tracks.models import Track
from apps.tracks.selectors import same_tracks
from apps.tracks.services import find_or_add_track
from core.errors import Conflict, ErrorSpec, NotFound, raises


def tracks_recommended_to(user_id: int, numbers: Sequence[int]) -> Mapping[int, int]:
    """Track ids by number, of tracks recommended to this person or to a room, also formerly."""
    whose = Q(stored_list__user_id=user_id) | Q(stored_list__room__isnull=False)
    rows = Recommendation.objects.filter(whose, pk__in=numbers)
    found = rows.values_list("pk", "track_id")
    return {number: track_id for number, track_id in found if track_id is not None}


def offered_recommendations() -> QuerySet[Recommendation]:
    """All that are in a list now."""
    return Recommendation.objects.filter(rank__isnull=False)


V = TypeVar("V", str, int)
CHECKED = ("title", "artist", "album", "isrc", "duration_seconds", "cover_url")


def resolve_candidates(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Those that the library has become its own; what no library can hold is left out, or out of them."""
    given = [(one, metadata_of(one.outside)) for one in candidates if one.outside is not None]
    usable = [(one, metadata) for one, metadata in given if metadata is not None]
    known = same_tracks([metadata for _, metadata in usable])
    return [
        replace(one, outside=_cleaned(one.outside, metadata))
        if track is None
        else replace(one, track_id=track.pk, outside=None)
        for (one, metadata), track in zip(usable, known, strict=True)
    ]


@raises(
    ErrorSpec(NotFound, "There is no such recommendation, or it belongs to another user."),
    ErrorSpec(Conflict, "The library can't store this track's data."),
)
@log_action("bring_in_recommendation")
def bring_in(*, recommendation_id: int, user_id: int | None) -> tuple[Track, bool]:
    """The library's track of something that was recommended to this person (None: to anybody), and whether
    it is new there.
    """
    rows = Recommendation.objects.filter(pk=recommendation_id, stored_list__user__isnull=False)
    if user_id is not None:
        rows = rows.filter(stored_list__user_id=user_id)
    with transaction.atomic():
        row = rows.select_related("track").select_for_update(of=("self",)).first()
        if row is None:
            raise NotFound("There is no such recommendation.")
        if row.track is not None:
            return row.track, False
        metadata = metadata_of(OutsideTrack(**(row.outside or {})))
        if metadata is None:
            raise Conflict("The library can't store this track's data.")
        track, is_new = find_or_add_track(metadata=metadata)
        # Another recommendation of the same list may be of this very track.
        if not Recommendation.objects.filter(stored_list_id=row.stored_list_id, track=track).exists():
            row.track = track
            row.save(update_fields=["track"])
        return track, is_new


def tracks_of_recommendations(user_id: int, numbers: Sequence[int]) -> Mapping[int, int]:
    """Track ids by number, as `tracks_recommended_to`. What the library lacks of them it gets now: whatever
    people do refers to a track of the library. Within the transaction that stores it.
    """
    lacking = Recommendation.objects.filter(stored_list__user_id=user_id, pk__in=numbers, track__isnull=True)
    brought_in: dict[int, int] = {}
    if lacking.exists():
        # Writers of a new list lock the list first, and its rows after it.
        list(RecommendationList.objects.select_for_update().filter(user_id=user_id))
        for number in list(lacking.order_by("pk").values_list("pk", flat=True)):
            with suppress(Conflict, NotFound):
                brought_in[number] = bring_in(recommendation_id=number, user_id=user_id)[0].pk
    return {**tracks_recommended_to(user_id, numbers), **brought_in}


def metadata_of(outside: OutsideTrack) -> TrackMetadata | None:
    """What the library may take over; None without a usable title, artist or name at its provider."""
    title, artist = (_checked(text, _name) for text in (outside.title, outside.artist))
    if not title or not artist or not 1 <= len(outside.provider_id) <= MAX_PROVIDER_ID:
        return None
    return TrackMetadata(
        title=title,
        artist=artist,
        album=_checked(outside.album, _name) or "",
        isrc=_checked(outside.isrc, checked_isrc),
        duration_seconds=_checked(outside.duration_seconds, checked_duration),
        cover_url=_checked(outside.cover_url, checked_cover_url),
    )


def _cleaned(outside: OutsideTrack | None, metadata: TrackMetadata) -> OutsideTrack:
    """With the checked values; links lead to the web, or are empty."""
    assert outside is not None  # noqa: S101 - only such are resolved
    return replace(
        outside,
        **{name: getattr(metadata, name) for name in CHECKED},
        preview_url=_checked(outside.preview_url, checked_cover_url),
        external_url=_checked(outside.external_url, checked_cover_url),
    )


def _name(text: str) -> str:
    return checked_text(text, most=MAX_NAME)


def _checked(value: V | None, check: Callable[[V], V]) -> V | None:
    """None for an invalid value."""
    if value is None:
        return None
    try:
        return check(value)
    except MetadataError:
        return None
