"""What a room's plays of a week come to: the more played and the more loved, the higher. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

# A chart has so many places at most.
PLACES = 100


@dataclass(frozen=True, slots=True)
class Played:
    """One play. `key` tells recordings apart; `votes` are the item's when it had been played."""

    number: int
    key: str
    item: int
    votes: int
    started_at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """A track's place. `last_play` is the number of its last play."""

    rank: int
    key: str
    plays: int
    votes: int
    last_play: int


def standings(plays: Iterable[Played]) -> list[Standing]:
    """Of plays in the order in which they began.

    Each play is a point, and so is each vote that the item had when it was last played. Equals stand by
    plays, then by who was played first.
    """
    tracks: dict[str, list[Played]] = {}
    for play in plays:
        tracks.setdefault(play.key, []).append(play)
    votes = {key: _votes(of_track) for key, of_track in tracks.items()}

    def order(key: str) -> tuple[int, int, int]:
        of_track = tracks[key]
        return -(len(of_track) + votes[key]), -len(of_track), first[key]

    first = {key: place for place, key in enumerate(tracks)}
    return [
        Standing(rank, key, len(tracks[key]), votes[key], tracks[key][-1].number)
        for rank, key in enumerate(sorted(tracks, key=order)[:PLACES], start=1)
    ]


def _votes(plays: Iterable[Played]) -> int:
    """An item's votes count once, however often it was played."""
    return sum({play.item: play.votes for play in plays}.values())
