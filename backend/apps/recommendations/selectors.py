"""The recommendations of a person or a room: from the cache, else from the database, else computed."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

import msgspec
from django.core.cache import cache
from django.utils import timezone

from apps.analytics.selectors import last_reported_at_by_user
from apps.playlist.selectors import guests_active_in, queued_track_ids
from apps.realtime.decorators import cache_result
from apps.realtime.presence import present_user_ids
from apps.recommendations.list_store import (
    MAX_STORED,
    SHAPE,
    Owner,
    cache_list_if_absent,
    cached_list,
    save_list,
)
from apps.recommendations.models import Recommendation, RecommendationList
from apps.recommendations.payloads import (
    PersonRecommendationsPayload,
    RecommendationPayload,
    RoomRecommendationsPayload,
    SourceWord,
    StoredListPayload,
    stored_list_payload,
)
from apps.recommendations.preferences import Exclusions, exclusions_of, preferences_of_people
from apps.recommendations.sources.base import Candidate, Interaction, Liked, Preferences, Reason, ReasonKind
from apps.recommendations.tasks import refresh, refresh_list
from apps.rooms.models import MAX_SLUG, Room
from apps.rooms.selectors import room_for
from apps.tracks.models import Track
from apps.users.models import Profile, key_of_user
from apps.users.selectors import accounts
from core.errors import ErrorSpec, NotFound, RateLimited, raises
from core.identity import user_id_of
from core.rate_limits import LISTS_OF_ADDRESS, check_rate_limit

if TYPE_CHECKING:
    from apps.recommendations.recommender import Recommender

# Two refreshes of the schedule have been missed by then.
STALE_AFTER = timedelta(hours=12)
# How often a stale list of a user is requested again.
REFRESH_INTERVAL_SECONDS = 600
SLUG = re.compile(rf"[a-z0-9-]{{1,{MAX_SLUG}}}")


@dataclass(frozen=True, slots=True)
class Served:
    offered: StoredListPayload
    source: SourceWord


TOO_MANY_LISTS = ErrorSpec(RateLimited, "Too many requests, or too many lists computed for this address.")


@raises(ErrorSpec(NotFound, "There is no such room.", {"room": "attic"}), TOO_MANY_LISTS)
def recommendations_for(
    user_id: int, *, limit: int | None, room: str | None, network: str, now: datetime | None = None
) -> PersonRecommendationsPayload:
    """Recommendations for this person. A `room` is the slug of one whose queue is left out.

    `network` is that of the client, whose computed lists are limited.
    """
    without = queued_track_ids(_room_called(room)) if room is not None else set()
    served = _served(user_id, network)
    is_stale = (now or timezone.now()) - served.offered.generated_at > STALE_AFTER
    if is_stale:
        _request_refresh(user_id)
    shown = shown_part(served.offered, limit=limit, without=without)
    return PersonRecommendationsPayload(
        user_id=user_id,
        source=served.source,
        generated_at=served.offered.generated_at,
        stale=is_stale,
        missing_sources=served.offered.missing_sources,
        count=len(shown),
        recommendations=shown,
    )


def shown_part(
    offered: StoredListPayload, *, limit: int | None, without: Collection[int]
) -> list[RecommendationPayload]:
    """The first of the list that are not among these tracks, ranked from 1."""
    shown = [one for one in offered.recommendations if one.track.id not in without]
    shown = shown[: limit if limit is not None else offered.usual_count]
    return [msgspec.structs.replace(one, rank=rank) for rank, one in enumerate(shown, start=1)]


def _served(user_id: int, network: str) -> Served:
    cached = cached_list(user_id)
    if cached is not None:
        return Served(cached, "cache")
    kept = stored_list(user_id)
    if kept is not None:
        cache_list_if_absent(user_id, kept)
        return Served(kept, "database")
    check_rate_limit(LISTS_OF_ADDRESS, network)
    return Served(refresh_list(user_id, with_outside=False), "computed")


def stored_list(user_id: int) -> StoredListPayload | None:
    """In two queries. None without a list, or when the person has changed their taste since."""
    kept = RecommendationList.objects.select_related("user__profile").filter(user_id=user_id).first()
    if kept is None or _has_changed_since(kept):
        return None
    rows = Recommendation.objects.filter(stored_list=kept, rank__isnull=False).select_related("track")
    return stored_list_payload(kept, rows.order_by("rank"))


def _has_changed_since(kept: RecommendationList) -> bool:
    try:
        changed_at: datetime = kept.user.profile.changed_at  # type: ignore[union-attr]  # it is a person's
    except Profile.DoesNotExist:
        return False
    return changed_at > kept.generated_at


def _room_called(slug: str) -> Room:
    """Raises NotFound, also for what no room can be called, and no database be asked for."""
    if not SLUG.fullmatch(slug):
        raise NotFound("There is no such room.")
    return room_for(slug)


def _request_refresh(user_id: int) -> None:
    """A job finds a new list; until then the old one is given."""
    if cache.add(f"recommendations:asked:user:{user_id}", 1, timeout=REFRESH_INTERVAL_SECONDS):
        refresh.request(f"user:{user_id}", user_id=user_id)


# --- Rooms -------------------------------------------------------------------------------------------


# In a larger room, the first by id: more users would hardly change the average.
MAX_PEOPLE = 20
MAX_GUESTS = 20
# The maximum number of accounts whose exclusions are considered.
MAX_AVOIDING = 100
# A guest is taken to be there for so long after a vote or an add.
GUEST_STAYS = timedelta(hours=2)
# Cached for these people and their dislikes; other changes appear after this time.
CACHED_SECONDS = 60
# The weight of the queue itself, compared with 1 for all people.
QUEUE_WEIGHT = 0.3
PEOPLE_WEIGHT = 1.0
# Tracks of the queue that are looked at, the first ones.
MAX_QUEUED = 30


@dataclass(frozen=True, slots=True)
class Company:
    """The people in a room: accounts by id, guests by key, and the tracks that any of them excludes."""

    user_ids: Sequence[int]
    guests: Sequence[str]
    avoided_track_ids: frozenset[int]
    avoided_artists: frozenset[str]


@raises(ErrorSpec(NotFound, "There is no such room.", {"room": "attic"}), TOO_MANY_LISTS)
def room_recommendations(slug: str, *, limit: int | None, network: str) -> RoomRecommendationsPayload:
    """`network` is that of the client, whose computed lists are limited."""
    room = room_for(slug)
    queued = queued_track_ids(room)
    company = _company(room)
    key = _key(room, company)
    cached: StoredListPayload | None = cache.get(key)
    source: SourceWord = "computed" if cached is None else "cache"
    if cached is None:
        check_rate_limit(LISTS_OF_ADDRESS, network)
        cached = _computed_and_stored(room, company, queued)
        cache.set(key, cached, timeout=CACHED_SECONDS)
    shown = shown_part(cached, limit=limit, without=queued)
    return RoomRecommendationsPayload(
        room=room.slug,
        source=source,
        generated_at=cached.generated_at,
        stale=False,
        missing_sources=cached.missing_sources,
        count=len(shown),
        recommendations=shown,
    )


def _company(room: Room) -> Company:
    now = timezone.now()
    user_ids = present_user_ids(room.stream_id, now=now)
    reported = last_reported_at_by_user(user_ids[:MAX_AVOIDING])
    avoided = [exclusions_of_user(user_id, at) for user_id, at in reported.items()]
    return Company(
        user_ids,
        guests_active_in(room, since=now - GUEST_STAYS, most=MAX_GUESTS),
        frozenset(track_id for one in avoided for track_id in one.track_ids),
        frozenset(artist for one in avoided for artist in one.artists),
    )


@cache_result(timeout=CACHED_SECONDS)
def exclusions_of_user(user_id: int, _reported_at: datetime) -> Exclusions:
    """Read once for each newly reported activity, and not at each request."""
    return exclusions_of([user_id]).get(user_id, Exclusions())


def _key(room: Room, company: Company) -> str:
    """Contains no names, and is equal for the same people in the same room."""
    content = repr(
        (
            sorted(company.user_ids),
            sorted(company.guests),
            sorted(company.avoided_track_ids),
            sorted(company.avoided_artists),
        )
    )
    return f"recommendations:{SHAPE}:room:{room.pk}:{sha256(content.encode()).hexdigest()}"


def _computed_and_stored(room: Room, company: Company, queued: set[int]) -> StoredListPayload:
    # As in `tasks.refresh_list`.
    from apps.recommendations.recommender import SourceResult, ranked, recommender, results_of

    own = recommender()
    people = _people(company, own)
    preferences = [one.preferences for one in people]
    lists = [one.candidates for one in people]
    of_queue = _preferences_of_queue(room)
    offers = [
        SourceResult(PEOPLE_WEIGHT, _with_people_reasons(lists)),
        *(
            SourceResult(QUEUE_WEIGHT * offer.weight, _with_queue_reasons(offer.candidates, of_queue))
            for offer in results_of(own.personal, of_queue)
        ),
        *results_of(own.general, Preferences()),
    ]
    unwelcome = Preferences(
        avoided_track_ids=company.avoided_track_ids, avoided_artists=company.avoided_artists
    )
    all_preferences = [*preferences, unwelcome]
    candidates = ranked(offers, all_preferences, catalogue=own.catalogue, most=MAX_STORED, without=queued)
    return save_list(owner=Owner(room_id=room.pk), candidates=candidates)


class PersonInRoom(NamedTuple):
    preferences: Preferences
    # What fits the person, best first.
    candidates: Sequence[Candidate]


def _people(company: Company, own: "Recommender") -> list[PersonInRoom]:
    """Preferences and candidates of each person, cached for `CACHED_SECONDS`: people come and go."""
    from apps.recommendations.recommender import MAX_OF_SOURCE, ranked, results_of

    user_ids = list(company.user_ids)[:MAX_PEOPLE]
    keys = {_key_of_person(key): key for key in [*map(key_of_user, user_ids), *company.guests]}
    known: dict[str, PersonInRoom] = cache.get_many(keys)
    missing = [key for name, key in keys.items() if name not in known]
    if missing:
        users = list(accounts().filter(pk__in=[pk for pk in user_ids if key_of_user(pk) in missing]))
        guests = [key for key in missing if user_id_of(key) is None]
        computed = {}
        for key, one in preferences_of_people(users, guests=guests).items():
            offers = results_of(own.by_taste, one)
            candidates = ranked(offers, [one], catalogue=own.catalogue, most=MAX_OF_SOURCE)
            computed[_key_of_person(key)] = PersonInRoom(one, candidates)
        cache.set_many(computed, timeout=CACHED_SECONDS)
        known |= computed
    return [known[name] for name in keys if name in known]


def _key_of_person(key: str) -> str:
    return f"recommendations:{SHAPE}:person:{sha256(key.encode()).hexdigest()}"


def _with_people_reasons(lists: Sequence[Sequence[Candidate]]) -> list[Candidate]:
    """Candidates for these users together; the reasons give the number of users, not names.

    Users without candidates are left out, because they would lower every score.
    """
    from apps.recommendations.recommender import agreed

    voices = [of_person for of_person in lists if of_person]
    return [
        replace(candidate, reasons=(Reason(ReasonKind.FITS_PEOPLE, _fits(number, len(lists))),))
        for candidate, number in (agreed(voices) if voices else ())
    ]


def _fits(number: int, people: int) -> str:
    if number < people:
        return f"Fits {number} of {people} people here"
    return {1: "Fits the person here", 2: "Fits both people here"}.get(
        people, f"Fits all {people} people here"
    )


def _preferences_of_queue(room: Room) -> Preferences:
    tracks = Track.objects.filter(pk__in=room.items.order_by("position").values("track_id")[:MAX_QUEUED])
    return Preferences(
        liked=[Liked(one.pk, one.title, one.artist, 1.0, Interaction.QUEUED) for one in tracks.order_by("pk")]
    )


def _with_queue_reasons(candidates: Iterable[Candidate], preferences: Preferences) -> list[Candidate]:
    """Of those that speak of a track in the queue."""
    titles = {one.track_id: one.title for one in preferences.liked}
    with_reasons = []
    for candidate in candidates:
        reasons = dict.fromkeys(
            Reason(ReasonKind.SIMILAR_TO_QUEUED, f"Goes with {titles[beside]} in this queue", beside)
            for reason in candidate.reasons
            if (beside := reason.track_id) in titles
        )
        if reasons:
            with_reasons.append(replace(candidate, reasons=tuple(reasons)))
    return with_reasons
