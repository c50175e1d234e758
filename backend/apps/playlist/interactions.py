"""Interactions with queues as input for recommendations: votes and adds by voter, tracks queued together."""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from apps.playlist.models import Play, PlaylistTrack, Vote
from apps.rooms.models import Room

# The prefix of the keys of guests.
GUESTS = "guest:"
# The models that record who added what: items in queues, and plays.
ADDED: Sequence[Any] = (PlaylistTrack, Play)
# Limits of one read: the latest adds of the tracks, their adders, and the other adds of these adders.
MAX_ADDS_LOOKED_AT = 300
MAX_ADDERS = 100
MAX_OTHER_ADDS = 5000


class QueueInteraction(NamedTuple):
    """A vote for a track (1), against it (-1), or an addition (0)."""

    key: str
    track_id: int
    title: str
    artist: str
    # Normalised as in the search.
    artist_key: str
    vote: int


class QueuedTogether(NamedTuple):
    """The number of people who queued both tracks, among the rows that were read."""

    track_id: int
    beside_track_id: int
    people: int


def queue_interactions_of(keys: Collection[str], *, most: int) -> list[QueueInteraction]:
    """Votes and adds of these people together, each kind newest first, and at most `most` of each."""
    columns = ("track_id", "track__title", "track__artist", "track__artist_key")
    votes = Vote.objects.filter(voter__in=keys).order_by("-pk")
    voted = votes.values_list("voter", *(f"item__{column}" for column in columns), "value")[:most]
    interactions = [QueueInteraction(*row) for row in voted]
    for model in ADDED:
        added = model.objects.filter(adder__in=keys, track__isnull=False).order_by("-pk")
        interactions += [
            QueueInteraction._make((*row, 0)) for row in added.values_list("adder", *columns)[:most]
        ]
    return interactions


def guests_active_in(room: Room, *, since: datetime, most: int) -> list[str]:
    """The keys of guests who voted for or added items in the queue since then; at most `most`."""
    items = PlaylistTrack.objects.filter(room=room, adder__startswith=GUESTS, added_at__gte=since)
    votes = Vote.objects.filter(item__room=room, voter__startswith=GUESTS, created_at__gte=since)
    adders = items.order_by("-added_at").values_list("adder", flat=True)[: most * 10]
    voters = votes.order_by("-pk").values_list("voter", flat=True)[: most * 10]
    return list(dict.fromkeys([*voters, *adders]))[:most]


def queued_track_ids(room: Room) -> set[int]:
    return set(PlaylistTrack.objects.filter(room=room).values_list("track_id", flat=True))


def queued_together_with(track_ids: Sequence[int]) -> list[QueuedTogether]:
    """Other tracks that the latest adders of these tracks queued, the most frequent first."""
    adders: defaultdict[str, set[int]] = defaultdict(set)
    for adder, track_id in _adds(track_id__in=track_ids)[:MAX_ADDS_LOOKED_AT]:
        if len(adders) < MAX_ADDERS or adder in adders:
            adders[adder].add(track_id)
    together: Counter[tuple[int, int]] = Counter()
    others = {(adder, track_id) for adder, track_id in _adds(adder__in=list(adders))[:MAX_OTHER_ADDS]}
    for adder, track_id in others:
        together.update((track_id, beside) for beside in adders[adder] if beside != track_id)
    return [
        QueuedTogether(track_id, beside, people)
        for (track_id, beside), people in sorted(together.items(), key=lambda one: (-one[1], one[0]))
    ]


def _adds(**chosen: Any) -> list[tuple[str, int]]:
    """Adder and track of items in queues, then of plays; each newest first."""
    rows: list[tuple[str, int]] = []
    for model in ADDED:
        known = model.objects.filter(**chosen, track__isnull=False).exclude(adder="")
        rows += known.order_by("-pk").values_list("adder", "track_id")[:MAX_OTHER_ADDS]
    return rows
