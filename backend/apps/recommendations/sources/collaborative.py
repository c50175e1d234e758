"""Collaborative filtering: what people like who listen to, or queue, what this person likes."""

from collections.abc import Sequence

import numpy as np

from apps.playlist.selectors import queued_together_with
from apps.recommendations.catalogue import Catalogue
from apps.recommendations.engine.matrices import Floats, Integers
from apps.recommendations.engine.model import Model, main_reasons
from apps.recommendations.sources.base import Candidate, Interaction, Liked, Preferences, Reason, ReasonKind
from apps.recommendations.training import artist_item, track_item
from apps.tracks.normalisation import normalised

# What a named artist weighs beside one play; what was asked for just now weighs more.
FAVORITE_WEIGHT, SEED_WEIGHT = 3.0, 6.0
# A track that the model knows only by its artist.
ARTIST_ONLY = 0.8


class CollaborativeSource:
    """People are folded in from their interactions; the model contains none of them."""

    name = "listening"

    def __init__(self, model: Model, catalogue: Catalogue) -> None:
        self._model = model
        self._catalogue = catalogue
        self._of_tracks, self._of_artists = _numbers_in(model, catalogue)

    def candidates(self, preferences: Preferences, *, most: int) -> Sequence[Candidate]:
        history = self._model.history(_listens(preferences))
        if not len(history) or not len(self._catalogue):
            return []
        scores = self._scores_of_tracks(self._model.scores(history))
        may = self._catalogue.allowed(
            without_tracks=[*preferences.avoided_track_ids, *(one.track_id for one in preferences.liked)],
            without_artists=preferences.avoided_artists,
        )
        places = self._catalogue.scored(scores, may, most=most)
        by_track, by_artist = self._of_tracks[places], self._of_artists[places]
        explained = np.where(by_track >= 0, by_track, by_artist)
        numbers = main_reasons(self._model, history, explained)
        reasons = _Reasons(preferences)
        highest = float(scores[places[0]]) if places else 1.0
        return [
            Candidate(float(scores[place]) / highest, (reason,), track_id=int(self._catalogue.ids[place]))
            for place, number in zip(places, numbers, strict=True)
            if number is not None and (reason := reasons.reason(self._model.items[number]))
        ]

    def _scores_of_tracks(self, scores: Floats) -> Floats:
        """By place in the catalogue; what the model doesn't know has 0."""
        known = np.append(scores, np.float32(np.nan))
        track, artist = known[self._of_tracks], known[self._of_artists] * ARTIST_ONLY
        both = np.where(np.isnan(artist), track, (track + artist) / 2)
        return np.nan_to_num(np.where(np.isnan(track), artist, both), nan=0.0)


def _numbers_in(model: Model, catalogue: Catalogue) -> tuple[Integers, Integers]:
    """For each track its own number in the model, and that of its artist; -1 where the model has none."""
    artists = np.array([model.numbers.get(artist_item(key), -1) for key in catalogue.artist_keys], np.int64)
    tracks = np.array([model.numbers.get(track_item(int(one)), -1) for one in catalogue.ids], np.int64)
    return tracks, artists[catalogue.artists] if len(catalogue) else tracks


def _listens(preferences: Preferences) -> list[tuple[str, float]]:
    listens = [(track_item(one.track_id), one.weight) for one in preferences.liked]
    listens += [(artist_item(normalised(one.artist)), one.weight) for one in preferences.liked]
    listens += [(artist_item(normalised(name)), FAVORITE_WEIGHT) for name in preferences.favorite_artists]
    listens += [(artist_item(normalised(name)), SEED_WEIGHT) for name in preferences.seed_artists]
    return listens


class _Reasons:
    """Says of an item of the history, in words, what the person did with it."""

    def __init__(self, preferences: Preferences) -> None:
        self._tracks = {track_item(one.track_id): one for one in preferences.liked}
        # The strongest is first, and stays.
        self._of_artists: dict[str, Liked] = {}
        for one in preferences.liked:
            self._of_artists.setdefault(artist_item(normalised(one.artist)), one)
        self._named = {
            artist_item(normalised(name)): name
            for name in [*preferences.seed_artists, *preferences.favorite_artists]
        }

    def reason(self, item: str) -> Reason | None:
        liked = self._tracks.get(item) or self._of_artists.get(item)
        if liked is not None:
            is_liked = liked.interaction == Interaction.LIKED
            kind = ReasonKind.SIMILAR_TO_LIKED if is_liked else ReasonKind.SIMILAR_TO_PLAYED
            return Reason(kind, f"Because you {liked.interaction} {liked.title}", liked.track_id)
        if name := self._named.get(item):
            return Reason(ReasonKind.SIMILAR_TO_FAVORITE, f"Because you named {name}")
        return None


# --- Queued together ---------------------------------------------------------------------------------


# So many of the tracks that the person likes are looked for in queues, the strongest first.
MOST_QUEUED = 20


class CoQueuedSource:
    name = "queues"

    def candidates(self, preferences: Preferences, *, most: int) -> Sequence[Candidate]:
        liked = {one.track_id: one for one in preferences.liked}
        looked_for = list(liked)[:MOST_QUEUED]
        if not looked_for:
            return []
        together = queued_together_with(looked_for)
        highest = max((one.people for one in together), default=1)
        found: dict[int, Candidate] = {}
        for one in together:
            if (
                one.track_id in found
                or one.track_id in liked
                or one.track_id in preferences.avoided_track_ids
            ):
                continue
            text = f"Queued by a person who also queued {liked[one.beside_track_id].title}"
            reason = Reason(ReasonKind.QUEUED_TOGETHER, text, one.beside_track_id)
            found[one.track_id] = Candidate(one.people / highest, (reason,), track_id=one.track_id)
            if len(found) == most:
                break
        return list(found.values())
