"""The ranked list of recommendations: results of weighted sources, blended, filtered and mixed by artist."""

import heapq
import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from apps.recommendations.catalogue import Catalogue, own_catalogue
from apps.recommendations.model_loader import model_loader
from apps.recommendations.sources.base import Candidate, Preferences, Reason, Source, SourceUnavailable
from apps.recommendations.sources.library import (
    CollaborativeSource,
    ContentSource,
    CoQueuedSource,
    KnownSource,
    NewestSource,
    PopularitySource,
)
from apps.recommendations.sources.spotify import own_spotify
from apps.tracks.normalisation import normalised

# --- Blending ----------------------------------------------------------------------------------------


# The score of each further track of an artist, as a share of the score of the one before.
REPEATED_ARTIST = 0.7
# In each block of this many tracks, an artist has at most MAX_OF_ARTIST, while others are left.
BLOCK = 20
MAX_OF_ARTIST = 3
MAX_REASONS = 3
SCORE_DIGITS = 4
# For a room: the weight of the lowest of its users' scores; the rest is the weight of their mean.
MIN_SHARE = 0.7

# Identifies a recording among the candidates of all sources.
Key = tuple[str, int | str]
ArtistOf = Callable[[Candidate], str]


@dataclass(frozen=True, slots=True)
class SourceResult:
    """A source's candidates, and the source's weight."""

    weight: float
    candidates: Sequence[Candidate]


def key_of(candidate: Candidate) -> Key:
    if candidate.outside is not None:
        return candidate.outside.provider, candidate.outside.provider_id
    assert candidate.track_id is not None  # noqa: S101 - it is one or the other
    return "library", candidate.track_id


def blended(offers: Sequence[SourceResult], *, without: Callable[[Candidate], bool]) -> list[Candidate]:
    """Each candidate once, best first; its score from 0 to 1 is the weighted mean of the sources' scores."""
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
    """The most important reasons, each once, best first."""
    best = sorted(reasons, key=lambda one: -one[0])
    return tuple(dict.fromkeys(reason for _, reason in best))[:MAX_REASONS]


def mixed(candidates: Sequence[Candidate], *, most: int, artist_of: ArtistOf) -> list[Candidate]:
    """The best candidates, not too many of one artist in a row; scores never rise along the list."""
    taken: Counter[str] = Counter()
    of_block: Counter[str] = Counter()
    waiting = [(-one.score, number, 0) for number, one in enumerate(candidates)]
    heapq.heapify(waiting)
    put_off: list[tuple[float, int, int]] = []
    chosen: list[Candidate] = []
    while (waiting or put_off) and len(chosen) < most:
        if not waiting:
            # No other artists are left, so these may have more than MAX_OF_ARTIST.
            waiting, put_off = put_off, []
            heapq.heapify(waiting)
            of_block.clear()
        score, number, seen = heapq.heappop(waiting)
        artist = artist_of(candidates[number])
        if of_block[artist] >= MAX_OF_ARTIST:
            put_off.append((score, number, seen))
            continue
        if seen != taken[artist]:
            # Tracks of the artist were chosen since: the score is lower now, perhaps not the best any more.
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
    """Candidates for several users together, best first, each with the number of users' lists that have it.

    The score combines the lowest of the users' scores (0 without one) and their mean.
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
    return MIN_SHARE * least + (1 - MIN_SHARE) * sum(given) / people


logger = logging.getLogger(__name__)

# --- Sources -----------------------------------------------------------------------------------------


# Weights of the sources. The last three do not depend on the user: they matter only if the others are empty.
LISTENING, CONTENT, OUTSIDE, QUEUES, POPULARITY, NEWEST, KNOWN = 1.0, 0.6, 0.5, 0.4, 0.15, 0.02, 0.005
# The maximum number of candidates of each source.
MAX_OF_SOURCE = 200


@dataclass(frozen=True, slots=True)
class Recommended:
    """The list, best first, and the unavailable sources."""

    candidates: Sequence[Candidate]
    missing_sources: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class WeightedSource:
    source: Source
    weight: float


class Recommender:
    """The sources for one state of the model and the library; created once for each state."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self._model = model_loader().model()
        listening = (
            [WeightedSource(CollaborativeSource(self._model, catalogue), LISTENING)] if self._model else []
        )
        # Sources by a user's taste, without a query; these and co-queued tracks; sources without a user.
        self.by_taste = [*listening, WeightedSource(ContentSource(catalogue), CONTENT)]
        self.personal = [*self.by_taste, WeightedSource(CoQueuedSource(), QUEUES)]
        self.general = [
            WeightedSource(PopularitySource(), POPULARITY),
            WeightedSource(KnownSource(), KNOWN),
            WeightedSource(NewestSource(catalogue), NEWEST),
        ]

    def is_current(self, catalogue: Catalogue) -> bool:
        return self.catalogue is catalogue and self._model is model_loader().model()


_recommenders: list[Recommender] = []


def recommender() -> Recommender:
    """The recommender of this process, replaced when the model or the library changes."""
    catalogue = own_catalogue.catalogue()
    if not (_recommenders and _recommenders[0].is_current(catalogue)):
        _recommenders[:] = [Recommender(catalogue)]
    return _recommenders[0]


def recommend(
    preferences: Preferences,
    *,
    most: int,
    with_outside: bool,
    resolve: Callable[[Iterable[Candidate]], list[Candidate]] = list,
) -> Recommended:
    """Recommendations for one user. Not empty if the library has a track that is not excluded.

    External sources are requested only for callers that can wait. `resolve` replaces external candidates by
    the library's tracks, where it has them.
    """
    own = recommender()
    offers = results_of([*own.personal, *own.general], preferences)
    missing: list[str] = []
    known = {one.track_id for one in preferences.liked}
    for source in external_sources() if with_outside else ():
        try:
            offered = resolve(source.candidates(preferences, most=MAX_OF_SOURCE))
        except SourceUnavailable as error:
            logger.warning("Recommendations continue without %s: %s", source.name, error)
            missing.append(source.name)
        else:
            offers.append(SourceResult(OUTSIDE, [one for one in offered if one.track_id not in known]))
    return Recommended(ranked(offers, [preferences], catalogue=own.catalogue, most=most), missing)


def external_sources() -> list[Source]:
    """Configured sources that send requests over the network; used only in jobs."""
    spotify = own_spotify()
    return [spotify] if spotify else []


def results_of(sources: Iterable[WeightedSource], preferences: Preferences) -> list[SourceResult]:
    return [
        SourceResult(one.weight, one.source.candidates(preferences, most=MAX_OF_SOURCE)) for one in sources
    ]


def ranked(
    offers: Sequence[SourceResult],
    preferences: Sequence[Preferences],
    *,
    catalogue: Catalogue,
    most: int,
    without: Collection[int] = (),
) -> list[Candidate]:
    """One list of all results, without these tracks and what any of these users excludes."""
    artists = Artists(catalogue, [offer.candidates for offer in offers])
    avoided = {track_id for one in preferences for track_id in one.avoided_track_ids} | set(without)
    avoided_artists = {artist for one in preferences for artist in one.avoided_artists}

    def is_excluded(candidate: Candidate) -> bool:
        artist = artists.of(candidate)
        return candidate.track_id in avoided or artist is None or artist in avoided_artists

    best = blended(offers, without=is_excluded)
    return mixed(best, most=most, artist_of=lambda candidate: artists.of(candidate) or "")


class Artists:
    """The candidates' artists, normalised as in search."""

    def __init__(self, catalogue: Catalogue, lists: Iterable[Sequence[Candidate]]) -> None:
        ids = {one.track_id for candidates in lists for one in candidates if one.track_id is not None}
        self._by_id = catalogue.artists_by_id(ids)

    def of(self, candidate: Candidate) -> str | None:
        """None for a track that has been deleted from the library since a source returned it."""
        if candidate.outside is not None:
            return normalised(candidate.outside.artist)
        return self._by_id.get(candidate.track_id or 0)
