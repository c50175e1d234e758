"""What those who are in a room now would like together; in an empty one, what goes with its queue."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256

from django.core.cache import cache
from django.utils import timezone

from apps.playlist.models import Room
from apps.playlist.selectors import room_for
from apps.playlist.tastes import guests_active_in, queued_track_ids
from apps.realtime.presence_rows import people_in
from apps.recommendations.blending import Offer, agreed
from apps.recommendations.keeping import Owner, keep_list
from apps.recommendations.payloads import OfferedPayload, RoomRecommendationsPayload, SourceWord
from apps.recommendations.remembering import SHAPE
from apps.recommendations.serving import MOST_KEPT, shown_part
from apps.recommendations.sources.base import Candidate, Deed, Liked, Reason, ReasonKind, Wishes
from apps.recommendations.wishes import avoided_by, wishes_of_people
from apps.tracks.models import Track
from apps.users.selectors import accounts

# Of a larger crowd those who came first in the order of ids: so many tastes are one taste anyway.
MOST_PEOPLE = 20
MOST_GUESTS = 20
# A guest is taken to be there for so long after a vote or an add.
GUEST_STAYS = timedelta(hours=2)
# Remembered for those very people and what they dislike; what else they do shows after so long.
REMEMBERED_SECONDS = 60
# What the queue itself says beside the people, who say 1.
QUEUE_WEIGHT = 0.3
PEOPLE_WEIGHT = 1.0
# Tracks of the queue that are looked at, the first ones.
MOST_QUEUED = 30


@dataclass(frozen=True, slots=True)
class Company:
    """Who is in a room: accounts by id, guests by key, and what any of them is not to hear."""

    user_ids: Sequence[int]
    guests: Sequence[str]
    avoided_track_ids: frozenset[int]
    avoided_artists: frozenset[str]


def room_recommendations(slug: str, *, limit: int | None) -> RoomRecommendationsPayload:
    """Raises NotFound."""
    room = room_for(slug)
    queued = queued_track_ids(room)
    company = _company(room)
    key = _key(room, company)
    remembered: OfferedPayload | None = cache.get(key)
    source: SourceWord = "computed" if remembered is None else "cache"
    if remembered is None:
        remembered = _found_and_kept(room, company, queued)
        cache.set(key, remembered, timeout=REMEMBERED_SECONDS)
    shown = shown_part(remembered, limit=limit, without=queued)
    return RoomRecommendationsPayload(
        room=room.slug,
        source=source,
        generated_at=remembered.generated_at,
        stale=False,
        missing_sources=remembered.missing_sources,
        count=len(shown),
        recommendations=shown,
    )


def _company(room: Room) -> Company:
    now = timezone.now()
    user_ids = people_in(room.stream_id, now=now)
    avoided = avoided_by(user_ids).values()
    return Company(
        user_ids,
        guests_active_in(room, since=now - GUEST_STAYS, most=MOST_GUESTS),
        frozenset(track_id for one in avoided for track_id in one.track_ids),
        frozenset(artist for one in avoided for artist in one.artists),
    )


def _key(room: Room, company: Company) -> str:
    """Names nobody, and is the same for the same company in the same room."""
    told = repr(
        (
            sorted(company.user_ids),
            sorted(company.guests),
            sorted(company.avoided_track_ids),
            sorted(company.avoided_artists),
        )
    )
    return f"recommendations:{SHAPE}:room:{room.pk}:{sha256(told.encode()).hexdigest()}"


def _found_and_kept(room: Room, company: Company, queued: set[int]) -> OfferedPayload:
    # As in `serving.refreshed`.
    from apps.recommendations.finding import MOST_OF_SOURCE, finder, offers_of, ranked

    own = finder()
    users = list(accounts().filter(pk__in=list(company.user_ids)[:MOST_PEOPLE]))
    wishes = list(wishes_of_people(users, guests=company.guests).values())
    lists = [
        ranked(offers_of(own.by_taste, one), [one], catalogue=own.catalogue, most=MOST_OF_SOURCE)
        for one in wishes
    ]
    of_queue = _wishes_of_queue(room)
    offers = [
        Offer(PEOPLE_WEIGHT, _told_by_people(lists)),
        *(
            Offer(QUEUE_WEIGHT * offer.weight, _told_by_queue(offer.candidates, of_queue))
            for offer in offers_of(own.personal, of_queue)
        ),
        *offers_of(own.general, Wishes()),
    ]
    unwelcome = Wishes(avoided_track_ids=company.avoided_track_ids, avoided_artists=company.avoided_artists)
    everybody = [*wishes, unwelcome]
    candidates = ranked(offers, everybody, catalogue=own.catalogue, most=MOST_KEPT, without=queued)
    return keep_list(owner=Owner(room_id=room.pk), candidates=candidates)


def _told_by_people(lists: Sequence[Sequence[Candidate]]) -> list[Candidate]:
    """Nobody's taste is told by name: only how many of them something fits.

    Who has shown no taste yet does not vote against everything.
    """
    voices = [of_person for of_person in lists if of_person]
    return [
        replace(candidate, reasons=(Reason(ReasonKind.FITS_PEOPLE, _fits(number, len(lists))),))
        for candidate, number in (agreed(voices) if voices else ())
    ]


def _fits(number: int, people: int) -> str:
    if number < people:
        return f"Fits {number} of {people} people here"
    return {1: "Fits who is here", 2: "Fits both people here"}.get(people, f"Fits all {people} people here")


def _wishes_of_queue(room: Room) -> Wishes:
    tracks = Track.objects.filter(pk__in=room.items.order_by("position").values("track_id")[:MOST_QUEUED])
    return Wishes(
        liked=[Liked(one.pk, one.title, one.artist, 1.0, Deed.QUEUED) for one in tracks.order_by("pk")]
    )


def _told_by_queue(candidates: Iterable[Candidate], wishes: Wishes) -> list[Candidate]:
    """Of those that speak of a track in the queue."""
    titles = {one.track_id: one.title for one in wishes.liked}
    told = []
    for candidate in candidates:
        beside = next((one.track_id for one in candidate.reasons if one.track_id in titles), None)
        if beside is not None:
            text = f"Goes with {titles[beside]}, which is in this queue"
            told.append(replace(candidate, reasons=(Reason(ReasonKind.SIMILAR_TO_QUEUED, text, beside),)))
    return told
