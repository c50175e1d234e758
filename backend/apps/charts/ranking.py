"""The rank of tracks that several services have on their lists. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

# A track has to be on so many lists.
LEAST_SERVICES = 2
# Added for each list of the three that a track is not on, so that whoever is on all comes first.
PER_MISSING = 1000
LISTS = 3

# By service, and on its list by ISRC.
Ranks = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Place:
    rank: int
    isrc: str
    points: int
    ranks: Mapping[str, int]


def consensus(ranks: Ranks) -> list[Place]:
    """The fewest points first; of equals the one with the best single rank, then by ISRC."""
    by_track: dict[str, dict[str, int]] = {}
    for service, listed in ranks.items():
        for isrc, rank in listed.items():
            by_track.setdefault(isrc, {})[service] = rank
    agreed = {isrc: own for isrc, own in by_track.items() if len(own) >= LEAST_SERVICES}
    order = sorted(agreed, key=lambda isrc: (points_of(agreed[isrc]), min(agreed[isrc].values()), isrc))
    return [
        Place(rank, isrc, points_of(agreed[isrc]), agreed[isrc]) for rank, isrc in enumerate(order, start=1)
    ]


def points_of(ranks: Mapping[str, int]) -> int:
    """On three lists the sum of the ranks, on two 1000 more."""
    return sum(ranks.values()) + PER_MISSING * (LISTS - len(ranks))
