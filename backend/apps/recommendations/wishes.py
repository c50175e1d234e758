"""Gathers what is known of people into wishes: profile, deeds, votes, adds, and what not to offer."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from django.utils import timezone

from apps.analytics.models import Kind
from apps.analytics.opinions import deeds_of, opinions_since
from apps.playlist.tastes import queue_deeds_of
from apps.recommendations.sources.base import Deed, Liked, Wishes
from apps.tracks.normalisation import normalised
from apps.users.models import User, key_of_user
from apps.users.selectors import accounts, taste_of
from apps.users.taste import Taste

# What each thing that somebody does says of a track, beside one play. Skips and dislikes count against it.
WEIGHTS = {Kind.PLAY: 1.0, Kind.SHARE: 2.0, Kind.LIKE: 4.0, Kind.SKIP: -1.5, Kind.DISLIKE: -6.0}
VOTE_WEIGHT = 3.0
ADD_WEIGHT = 1.0
DEEDS = {Kind.PLAY: Deed.PLAYED, Kind.SHARE: Deed.SHARED, Kind.LIKE: Deed.LIKED}
# Which of them speaks for most.
STRENGTH = [Deed.QUEUED, Deed.PLAYED, Deed.SHARED, Deed.LIKED]
# For so long what was skipped or disliked is not offered.
LATELY = timedelta(days=90)
# Of one person, so that a long history costs no more than this.
MAX_DEEDS = 1000
MAX_LIKED = 500


@dataclass(frozen=True, slots=True)
class Seeds:
    """What one refresh was asked for."""

    genres: tuple[str, ...] = ()
    artists: tuple[str, ...] = ()


def wishes_of(user: User, *, seeds: Seeds | None = None) -> Wishes:
    """Of an account from `accounts`; in six queries at the most."""
    return wishes_of_people([user], seeds=seeds)[user.key]


def wishes_of_people(
    users: Collection[User], *, guests: Collection[str] = (), seeds: Seeds | None = None
) -> Mapping[str, Wishes]:
    """By key: accounts by all that they do, guests by votes and adds."""
    evidence = {key: Evidence() for key in [*(user.key for user in users), *guests]}
    user_ids = [user.pk for user in users]
    _add_deeds(evidence, user_ids)
    _add_queue_deeds(evidence)
    for user_id, avoided in avoided_by(user_ids).items():
        evidence[key_of_user(user_id)].avoid(avoided)
    tastes = {user.key: taste_of(user) for user in users}
    return {
        key: _wishes(found, tastes.get(key, Taste()), seeds or Seeds()) for key, found in evidence.items()
    }


def _add_deeds(evidence: Mapping[str, "Evidence"], user_ids: Collection[int]) -> None:
    for deed in deeds_of(user_ids, most=MAX_DEEDS * len(user_ids)) if user_ids else ():
        kind = Kind(deed.kind)
        of_person = evidence[key_of_user(deed.user_id)]
        of_person.add(deed.track_id, (deed.title, deed.artist), WEIGHTS[kind] * deed.times, DEEDS.get(kind))


def _add_queue_deeds(evidence: Mapping[str, "Evidence"]) -> None:
    for cast in queue_deeds_of(list(evidence), most=MAX_DEEDS * len(evidence)):
        weight = VOTE_WEIGHT * cast.vote if cast.vote else ADD_WEIGHT
        deed = {1: Deed.LIKED, 0: Deed.QUEUED}.get(cast.vote)
        evidence[cast.key].add(cast.track_id, (cast.title, cast.artist), weight, deed)
        if cast.vote < 0:
            evidence[cast.key].avoid(Avoided({cast.track_id}))


@dataclass(slots=True)
class Avoided:
    """What somebody is not to be offered."""

    track_ids: set[int] = field(default_factory=set)
    artists: set[str] = field(default_factory=set)


def avoided_by(user_ids: Collection[int]) -> Mapping[int, Avoided]:
    """Tracks that each of them skipped or disliked lately, unless they liked them since; and artists of whom
    they disliked one, unless they liked another, or have named them. Who avoids nothing may be missing.
    """
    if not user_ids:
        return {}
    found: defaultdict[int, Avoided] = defaultdict(Avoided)
    disliked: dict[tuple[int, int], str] = {}
    liked: set[tuple[int, str]] = set()
    for user_id, track_id, artist, kind in opinions_since(user_ids, timezone.now() - LATELY):
        if kind == Kind.LIKE:
            found[user_id].track_ids.discard(track_id)
            disliked.pop((user_id, track_id), None)
            liked.add((user_id, artist))
            continue
        found[user_id].track_ids.add(track_id)
        if kind == Kind.DISLIKE:
            disliked[user_id, track_id] = artist
    blamed = {(user_id, artist) for (user_id, _), artist in disliked.items() if artist} - liked
    for user_id, artist in blamed - _named({user_id for user_id, _ in blamed}):
        found[user_id].artists.add(artist)
    return found


def _named(user_ids: Collection[int]) -> set[tuple[int, str]]:
    """The artists whom these people say they like."""
    users = accounts().filter(pk__in=user_ids) if user_ids else ()
    return {(user.pk, normalised(artist)) for user in users for artist in taste_of(user).favorite_artists}


class Evidence:
    """What one person did, track by track."""

    def __init__(self) -> None:
        self._weights: defaultdict[int, float] = defaultdict(float)
        self._deeds: dict[int, Deed] = {}
        # Title and artist.
        self._told: dict[int, tuple[str, str]] = {}
        self.avoided = Avoided()

    def add(self, track_id: int, told: tuple[str, str], weight: float, deed: Deed | None) -> None:
        """The strongest deed is the one that a reason tells."""
        self._told[track_id] = told
        self._weights[track_id] += weight
        before = self._deeds.get(track_id)
        if deed and (before is None or STRENGTH.index(deed) > STRENGTH.index(before)):
            self._deeds[track_id] = deed

    def avoid(self, what: Avoided) -> None:
        self.avoided.track_ids |= what.track_ids
        self.avoided.artists |= what.artists

    def liked(self) -> list[Liked]:
        """What the person likes on the whole, the strongest first."""
        found = [
            Liked(track_id, *self._told[track_id], weight, self._deeds[track_id])
            for track_id, weight in self._weights.items()
            if weight > 0 and track_id in self._deeds and track_id not in self.avoided.track_ids
        ]
        return sorted(found, key=lambda one: (-one.weight, one.track_id))[:MAX_LIKED]


def _wishes(evidence: Evidence, taste: Taste, seeds: Seeds) -> Wishes:
    return Wishes(
        favorite_genres=tuple(taste.favorite_genres),
        favorite_artists=tuple(taste.favorite_artists),
        moods=tuple(taste.moods),
        seed_genres=seeds.genres,
        seed_artists=seeds.artists,
        liked=evidence.liked(),
        avoided_track_ids=frozenset(evidence.avoided.track_ids),
        avoided_artists=frozenset(evidence.avoided.artists),
    )
