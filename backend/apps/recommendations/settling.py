"""What comes from outside and the library: finding what it has already, and bringing in what it lacks."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TypeVar

from django.db import transaction

from apps.realtime.decorators import log_action
from apps.recommendations.models import MAX_PROVIDER_ID, Recommendation, RecommendationList
from apps.recommendations.selectors import tracks_recommended_to
from apps.recommendations.sources.base import Candidate, OutsideTrack
from apps.tracks.facts import (
    MAX_NAME,
    FactError,
    TrackFacts,
    checked_cover_url,
    checked_duration,
    checked_isrc,
    checked_text,
)
from apps.tracks.models import Track
from apps.tracks.selectors import same_tracks
from apps.tracks.services import find_or_add_track
from core.errors import Conflict, NotFound

V = TypeVar("V", str, int)
CHECKED = ("title", "artist", "album", "isrc", "duration_seconds", "cover_url")


def settled(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Those that the library has become its own; what no library can hold is left out, or out of them."""
    given = [(one, facts_of(one.outside)) for one in candidates if one.outside is not None]
    usable = [(one, facts) for one, facts in given if facts is not None]
    known = same_tracks([facts for _, facts in usable])
    return [
        replace(one, outside=_cleaned(one.outside, facts))
        if track is None
        else replace(one, track_id=track.pk, outside=None)
        for (one, facts), track in zip(usable, known, strict=True)
    ]


@log_action("bring_in_recommendation")
def bring_in(*, recommendation_id: int, user_id: int | None) -> tuple[Track, bool]:
    """The library's track of something that was recommended to this person (None: to anybody), and whether
    it is new there. Raises NotFound.
    """
    rows = Recommendation.objects.filter(pk=recommendation_id, kept_in__user__isnull=False)
    if user_id is not None:
        rows = rows.filter(kept_in__user_id=user_id)
    with transaction.atomic():
        row = rows.select_related("track").select_for_update(of=("self",)).first()
        if row is None:
            raise NotFound("There is no such recommendation.")
        if row.track is not None:
            return row.track, False
        facts = facts_of(OutsideTrack(**(row.outside or {})))
        if facts is None:
            raise Conflict("The library can't hold what is told of this track.")
        track, is_new = find_or_add_track(facts=facts)
        # Another recommendation of the same list may be of this very track.
        if not Recommendation.objects.filter(kept_in_id=row.kept_in_id, track=track).exists():
            row.track = track
            row.save(update_fields=["track"])
        return track, is_new


def tracks_told_of(user_id: int, numbers: Sequence[int]) -> Mapping[int, int]:
    """Track ids by number, as `tracks_recommended_to`. What the library lacks of them it gets now: whatever
    somebody does is done with a track of the library. Within the transaction that stores what they did.
    """
    lacking = Recommendation.objects.filter(kept_in__user_id=user_id, pk__in=numbers, track__isnull=True)
    brought_in: dict[int, int] = {}
    if lacking.exists():
        # Whoever makes a new list takes the list first, and its rows after it.
        list(RecommendationList.objects.select_for_update().filter(user_id=user_id))
        for number in list(lacking.order_by("pk").values_list("pk", flat=True)):
            with suppress(Conflict, NotFound):
                brought_in[number] = bring_in(recommendation_id=number, user_id=user_id)[0].pk
    return {**tracks_recommended_to(user_id, numbers), **brought_in}


def facts_of(outside: OutsideTrack) -> TrackFacts | None:
    """What the library may take over; None without a usable title, artist or name at its provider."""
    title, artist = (_checked(text, _name) for text in (outside.title, outside.artist))
    if not title or not artist or not 1 <= len(outside.provider_id) <= MAX_PROVIDER_ID:
        return None
    return TrackFacts(
        title=title,
        artist=artist,
        album=_checked(outside.album, _name) or "",
        isrc=_checked(outside.isrc, checked_isrc),
        duration_seconds=_checked(outside.duration_seconds, checked_duration),
        cover_url=_checked(outside.cover_url, checked_cover_url),
    )


def _cleaned(outside: OutsideTrack | None, facts: TrackFacts) -> OutsideTrack:
    """With what was checked; links lead to the web, or nowhere."""
    assert outside is not None  # noqa: S101 - only such are settled
    return replace(
        outside,
        **{name: getattr(facts, name) for name in CHECKED},
        preview_url=_checked(outside.preview_url, checked_cover_url),
        external_url=_checked(outside.external_url, checked_cover_url),
    )


def _name(text: str) -> str:
    return checked_text(text, most=MAX_NAME)


def _checked(value: V | None, check: Callable[[V], V]) -> V | None:
    """None for what makes no sense."""
    if value is None:
        return None
    try:
        return check(value)
    except FactError:
        return None
