"""Blends the results of several sources into one list: scores added, reasons joined, artists mixed. Pure."""

import heapq
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from apps.recommendations.sources.base import Candidate, Reason

# Each further track of an artist counts for so much of the one before.
REPEATED_ARTIST = 0.7
# Of any so many in a row …
BLOCK = 20
# … one artist has at most so many, as long as there are others.
MOST_OF_ARTIST = 3
MOST_REASONS = 3
SCORE_DIGITS = 4
# What the least pleased of a room says, beside the mean of all.
LEAST_SHARE = 0.7

# What is the same from whatever source it comes.
Key = tuple[str, int | str]
ArtistOf = Callable[[Candidate], str]


@dataclass(frozen=True, slots=True)
class SourceResult:
    """What one source offers, and what its word weighs."""

    weight: float
    candidates: Sequence[Candidate]


def key_of(candidate: Candidate) -> Key:
    if candidate.outside is not None:
        return candidate.outside.provider, candidate.outside.provider_id
    assert candidate.track_id is not None  # noqa: S101 - it is one or the other
    return "library", candidate.track_id


def blended(offers: Sequence[SourceResult], *, without: Callable[[Candidate], bool]) -> list[Candidate]:
    """Each once, the best first, from 0 to 1: the mean of what the sources say, by their weights."""
    whole = sum(offer.weight for offer in offers if offer.candidates) or 1.0
    scores: defaultdict[Key, float] = defaultdict(float)
    found: dict[Key, Candidate] = {}
    reasons: defaultdict[Key, list[tuple[float, Reason]]] = defaultdict(list)
    for offer in offers:
        for candidate in offer.candidates:
            if without(candidate):
                continue
            key = key_of(candidate)
            found.setdefault(key, candidate)
            added = offer.weight * candidate.score
            scores[key] += added / whole
            reasons[key] += [(added, reason) for reason in candidate.reasons]
    best = sorted(found, key=lambda key: (-scores[key], str(key[0]), key[1]))
    return [
        replace(found[key], score=min(scores[key], 1.0), reasons=_shown_reasons(reasons[key])) for key in best
    ]


def _shown_reasons(reasons: list[tuple[float, Reason]]) -> tuple[Reason, ...]:
    """The best first, each once."""
    best = sorted(reasons, key=lambda one: -one[0])
    return tuple(dict.fromkeys(reason for _, reason in best))[:MOST_REASONS]


def mixed(candidates: Sequence[Candidate], *, most: int, artist_of: ArtistOf) -> list[Candidate]:
    """The best of them, without one artist having it all; the score never rises from one to the next."""
    taken: Counter[str] = Counter()
    of_block: Counter[str] = Counter()
    waiting = [(-one.score, number, 0) for number, one in enumerate(candidates)]
    heapq.heapify(waiting)
    put_off: list[tuple[float, int, int]] = []
    chosen: list[Candidate] = []
    while (waiting or put_off) and len(chosen) < most:
        if not waiting:
            # No other artists are left: those that had their share get more.
            waiting, put_off = put_off, []
            heapq.heapify(waiting)
            of_block.clear()
        score, number, seen = heapq.heappop(waiting)
        artist = artist_of(candidates[number])
        if of_block[artist] >= MOST_OF_ARTIST:
            put_off.append((score, number, seen))
            continue
        if seen != taken[artist]:
            # Others of the artist were taken since: it counts less, and may not be the best any more.
            worth = -candidates[number].score * REPEATED_ARTIST ** taken[artist]
            heapq.heappush(waiting, (worth, number, taken[artist]))
            continue
        lowest = min(-score, chosen[-1].score if chosen else 1.0)
        chosen.append(replace(candidates[number], score=round(lowest, SCORE_DIGITS)))
        taken[artist] += 1
        of_block[artist] += 1
        if len(chosen) % BLOCK == 0:
            of_block.clear()
            waiting = [*waiting, *put_off]
            heapq.heapify(waiting)
            put_off = []
    return chosen


def agreed(lists: Sequence[Sequence[Candidate]]) -> list[tuple[Candidate, int]]:
    """What several people would like together, best first; with each the number of lists that it is in.

    The score is mostly that of the least pleased, who may be one that it says nothing to, and a little the
    mean.
    """
    scores: defaultdict[Key, list[float]] = defaultdict(list)
    found: dict[Key, Candidate] = {}
    for of_person in lists:
        for candidate in of_person:
            key = key_of(candidate)
            scores[key].append(candidate.score)
            found.setdefault(key, candidate)
    worth = {key: _agreement(given, len(lists)) for key, given in scores.items()}
    best = sorted(found, key=lambda key: (-worth[key], str(key[0]), key[1]))
    return [(replace(found[key], score=worth[key]), len(scores[key])) for key in best]


def _agreement(given: list[float], people: int) -> float:
    least = min(given) if len(given) == people else 0.0
    return LEAST_SHARE * least + (1 - LEAST_SHARE) * sum(given) / people
