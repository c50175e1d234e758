"""Queries the sources, and makes one ranked list of their results."""

import logging
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from apps.recommendations.blending import SourceResult, blended, mixed
from apps.recommendations.catalogue import Catalogue, own_catalogue
from apps.recommendations.model_loader import model_loader
from apps.recommendations.sources.base import Candidate, Preferences, Source, SourceUnavailable
from apps.recommendations.sources.cold_start import KnownSource, NewestSource, PopularitySource
from apps.recommendations.sources.collaborative import CollaborativeSource, CoQueuedSource
from apps.recommendations.sources.content import ContentSource
from apps.recommendations.sources.spotify import own_spotify
from apps.tracks.normalisation import normalised

logger = logging.getLogger(__name__)

# What the word of each source weighs. What knows nothing of the person only decides where all else is silent.
LISTENING, CONTENT, OUTSIDE, QUEUES, POPULARITY, NEWEST, KNOWN = 1.0, 0.6, 0.5, 0.4, 0.15, 0.02, 0.005
# Candidates that each source is asked for.
MOST_OF_SOURCE = 200


@dataclass(frozen=True, slots=True)
class Recommended:
    """The list, best first, and the sources that did not answer."""

    candidates: Sequence[Candidate]
    missing_sources: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class WeightedSource:
    source: Source
    weight: float


class Recommender:
    """One state of model and library: what is made of both is made once."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self._model = model_loader().model()
        listening = (
            [WeightedSource(CollaborativeSource(self._model, catalogue), LISTENING)] if self._model else []
        )
        # By a person's taste, without a query; that, and what others queue; what is there for everyone.
        self.by_taste = [*listening, WeightedSource(ContentSource(catalogue), CONTENT)]
        self.personal = [*self.by_taste, WeightedSource(CoQueuedSource(), QUEUES)]
        self.general = [
            WeightedSource(PopularitySource(), POPULARITY),
            WeightedSource(KnownSource(), KNOWN),
            WeightedSource(NewestSource(catalogue), NEWEST),
        ]

    def is_current(self, catalogue: Catalogue) -> bool:
        return self.catalogue is catalogue and self._model is model_loader().model()


_finders: list[Recommender] = []


def recommender() -> Recommender:
    """The one of this process; another when the model or the library has changed."""
    catalogue = own_catalogue.catalogue()
    if not (_finders and _finders[0].is_current(catalogue)):
        _finders[:] = [Recommender(catalogue)]
    return _finders[0]


def recommend(
    preferences: Preferences,
    *,
    most: int,
    with_outside: bool,
    settle: Callable[[Iterable[Candidate]], list[Candidate]] = list,
) -> Recommended:
    """Never empty while the library has a track that is not to be avoided.

    Sources from outside are asked only when the caller can wait; `settle` makes the library's own of those of
    their candidates that it has.
    """
    own = recommender()
    offers = results_of([*own.personal, *own.general], preferences)
    missing: list[str] = []
    known = {one.track_id for one in preferences.liked}
    for source in external_sources() if with_outside else ():
        try:
            offered = settle(source.candidates(preferences, most=MOST_OF_SOURCE))
        except SourceUnavailable as away:
            logger.warning("Recommendations continue without %s: %s", source.name, away)
            missing.append(source.name)
        else:
            offers.append(SourceResult(OUTSIDE, [one for one in offered if one.track_id not in known]))
    return Recommended(ranked(offers, [preferences], catalogue=own.catalogue, most=most), missing)


def external_sources() -> list[Source]:
    """Sources that ask a service over the network, as far as they are set up: only jobs wait for them."""
    spotify = own_spotify()
    return [spotify] if spotify else []


def results_of(sources: Iterable[WeightedSource], preferences: Preferences) -> list[SourceResult]:
    return [
        SourceResult(one.weight, one.source.candidates(preferences, most=MOST_OF_SOURCE)) for one in sources
    ]


def ranked(
    offers: Sequence[SourceResult],
    preferences: Sequence[Preferences],
    *,
    catalogue: Catalogue,
    most: int,
    without: Collection[int] = (),
) -> list[Candidate]:
    """One list of all offers, without what any of these people avoids, and without these tracks."""
    artists = Artists(catalogue, [offer.candidates for offer in offers])
    avoided = {track_id for one in preferences for track_id in one.avoided_track_ids} | set(without)
    avoided_artists = {artist for one in preferences for artist in one.avoided_artists}

    def is_unwelcome(candidate: Candidate) -> bool:
        artist = artists.of(candidate)
        return candidate.track_id in avoided or artist is None or artist in avoided_artists

    best = blended(offers, without=is_unwelcome)
    return mixed(best, most=most, artist_of=lambda candidate: artists.of(candidate) or "")


class Artists:
    """By whom these candidates are, as search compares names."""

    def __init__(self, catalogue: Catalogue, lists: Iterable[Sequence[Candidate]]) -> None:
        ids = {one.track_id for candidates in lists for one in candidates if one.track_id is not None}
        self._by_id = catalogue.artists_by_id(ids)

    def of(self, candidate: Candidate) -> str | None:
        """None for a track that has left the library since a source heard of it."""
        if candidate.outside is not None:
            return normalised(candidate.outside.artist)
        return self._by_id.get(candidate.track_id or 0)
