"""Builds preferences of people from profile, interactions, votes and adds; and what not to offer."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from django.utils import timezone

from apps.analytics.models import Kind
from apps.analytics.selectors import interactions_of, opinions_since
from apps.playlist.selectors import queue_interactions_of
from apps.recommendations.sources.base import Interaction, Liked, Preferences
from apps.tracks.normalisation import normalised
from apps.users.models import Taste, User, key_of_user
from apps.users.selectors import accounts, taste_of

# The weight of each interaction with a track, relative to one play. Skips and dislikes count against it.
WEIGHTS = {Kind.PLAY: 1.0, Kind.SHARE: 2.0, Kind.LIKE: 4.0, Kind.SKIP: -1.5, Kind.DISLIKE: -6.0}
VOTE_WEIGHT = 3.0
ADD_WEIGHT = 1.0
INTERACTIONS = {Kind.PLAY: Interaction.PLAYED, Kind.SHARE: Interaction.SHARED, Kind.LIKE: Interaction.LIKED}
# Which of them speaks for most.
STRENGTH = [Interaction.QUEUED, Interaction.PLAYED, Interaction.SHARED, Interaction.LIKED]
# Skipped or disliked tracks are excluded for this long.
LATELY = timedelta(days=90)
# Of one person, so that a long history costs no more than this.
MAX_INTERACTIONS = 1000
MAX_LIKED = 500
# The same for exclusions, which are read while the person's latest activities are stored.
MAX_ACTIVITIES = 2000


@dataclass(frozen=True, slots=True)
class Seeds:
    """What one refresh was asked for."""

    genres: tuple[str, ...] = ()
    artists: tuple[str, ...] = ()


def preferences_of(user: User, *, seeds: Seeds | None = None) -> Preferences:
    """Of an account from `accounts`; in up to six queries."""
    return preferences_of_people([user], seeds=seeds)[user.key]


def preferences_of_people(
    users: Collection[User], *, guests: Collection[str] = (), seeds: Seeds | None = None
) -> Mapping[str, Preferences]:
    """By key: accounts by all that they do, guests by votes and adds."""
    evidence = {key: PreferenceBuilder() for key in [*(user.key for user in users), *guests]}
    user_ids = [user.pk for user in users]
    _add_interactions(evidence, user_ids)
    _add_queue_interactions(evidence)
    for user_id, avoided in exclusions_of(user_ids).items():
        evidence[key_of_user(user_id)].avoid(avoided)
    taste_profiles = {user.key: taste_of(user) for user in users}
    return {
        key: _preferences(found, taste_profiles.get(key, Taste()), seeds or Seeds())
        for key, found in evidence.items()
    }


def _add_interactions(evidence: Mapping[str, "PreferenceBuilder"], user_ids: Collection[int]) -> None:
    for interaction in interactions_of(user_ids, most=MAX_INTERACTIONS * len(user_ids)) if user_ids else ():
        kind = Kind(interaction.kind)
        of_person = evidence[key_of_user(interaction.user_id)]
        of_person.add(
            interaction.track_id,
            (interaction.title, interaction.artist),
            WEIGHTS[kind] * interaction.times,
            INTERACTIONS.get(kind),
        )


def _add_queue_interactions(evidence: Mapping[str, "PreferenceBuilder"]) -> None:
    for cast in queue_interactions_of(list(evidence), most=MAX_INTERACTIONS * len(evidence)):
        weight = VOTE_WEIGHT * cast.vote if cast.vote else ADD_WEIGHT
        interaction = {1: Interaction.LIKED, 0: Interaction.QUEUED}.get(cast.vote)
        evidence[cast.key].add(cast.track_id, (cast.title, cast.artist), weight, interaction)
        if cast.vote < 0:
            evidence[cast.key].avoid(Exclusions({cast.track_id}))


@dataclass(slots=True)
class Exclusions:
    """What a person is not to be offered."""

    track_ids: set[int] = field(default_factory=set)
    artists: set[str] = field(default_factory=set)


def exclusions_of(user_ids: Collection[int]) -> Mapping[int, Exclusions]:
    """Tracks that each of them skipped or disliked lately, unless they liked them since; and artists of whom
    they disliked one, unless they liked another, or have named them. Who avoids nothing may be missing.
    """
    if not user_ids:
        return {}
    found: defaultdict[int, Exclusions] = defaultdict(Exclusions)
    disliked: dict[tuple[int, int], str] = {}
    liked: set[tuple[int, str]] = set()
    opinions = opinions_since(user_ids, timezone.now() - LATELY, among=MAX_ACTIVITIES)
    for user_id, track_id, artist, kind in opinions:
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


class PreferenceBuilder:
    """What one person did, track by track."""

    def __init__(self) -> None:
        self._weights: defaultdict[int, float] = defaultdict(float)
        self._interactions: dict[int, Interaction] = {}
        # Title and artist.
        self._names: dict[int, tuple[str, str]] = {}
        self.avoided = Exclusions()

    def add(
        self, track_id: int, names: tuple[str, str], weight: float, interaction: Interaction | None
    ) -> None:
        """The strongest interaction is the one that a reason names."""
        self._names[track_id] = names
        self._weights[track_id] += weight
        before = self._interactions.get(track_id)
        if interaction and (before is None or STRENGTH.index(interaction) > STRENGTH.index(before)):
            self._interactions[track_id] = interaction

    def avoid(self, what: Exclusions) -> None:
        self.avoided.track_ids |= what.track_ids
        self.avoided.artists |= what.artists

    def liked(self) -> list[Liked]:
        """What the person likes on the whole, the strongest first."""
        found = [
            Liked(track_id, *self._names[track_id], weight, self._interactions[track_id])
            for track_id, weight in self._weights.items()
            if weight > 0 and track_id in self._interactions and track_id not in self.avoided.track_ids
        ]
        return sorted(found, key=lambda one: (-one.weight, one.track_id))[:MAX_LIKED]


def _preferences(evidence: PreferenceBuilder, taste: Taste, seeds: Seeds) -> Preferences:
    return Preferences(
        favorite_genres=tuple(taste.favorite_genres),
        favorite_artists=tuple(taste.favorite_artists),
        moods=tuple(taste.moods),
        seed_genres=seeds.genres,
        seed_artists=seeds.artists,
        liked=evidence.liked(),
        avoided_track_ids=frozenset(evidence.avoided.track_ids),
        avoided_artists=frozenset(evidence.avoided.artists),
    )
