"""The trained model: what people like who listen to what this person listens to."""

from collections.abc import Sequence

import numpy as np

from apps.recommendations.catalogue import Catalogue
from apps.recommendations.engine.arrays import Floats, Integers
from apps.recommendations.engine.model import Model
from apps.recommendations.engine.reasons import main_reasons
from apps.recommendations.own_listening import artist_item, track_item
from apps.recommendations.sources.base import Candidate, Deed, Liked, Reason, ReasonKind, Wishes
from apps.tracks.normalisation import normalised

# What a named artist weighs beside one play; what was asked for just now weighs more.
FAVORITE_WEIGHT, SEED_WEIGHT = 3.0, 6.0
# A track that the model knows only by its artist.
ARTIST_ONLY = 0.8


class ListeningSource:
    """Everybody is folded in from what they did; nothing of them is in the model."""

    name = "listening"

    def __init__(self, model: Model, catalogue: Catalogue) -> None:
        self._model = model
        self._catalogue = catalogue
        self._of_tracks, self._of_artists = _numbers_in(model, catalogue)

    def candidates(self, wishes: Wishes, *, most: int) -> Sequence[Candidate]:
        history = self._model.history(_listens(wishes))
        if not len(history) or not len(self._catalogue):
            return []
        scores = self._scores_of_tracks(self._model.scores(history))
        may = self._catalogue.allowed(
            without_tracks=[*wishes.avoided_track_ids, *(one.track_id for one in wishes.liked)],
            without_artists=wishes.avoided_artists,
        )
        places = self._catalogue.scored(scores, may, most=most)
        by_track, by_artist = self._of_tracks[places], self._of_artists[places]
        explained = np.where(by_track >= 0, by_track, by_artist)
        reasons = main_reasons(self._model, history, explained)
        teller = _Teller(wishes)
        highest = float(scores[places[0]]) if places else 1.0
        return [
            Candidate(float(scores[place]) / highest, (told,), track_id=int(self._catalogue.ids[place]))
            for place, reason in zip(places, reasons, strict=True)
            if reason is not None and (told := teller.reason(self._model.items[reason]))
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


def _listens(wishes: Wishes) -> list[tuple[str, float]]:
    listens = [(track_item(one.track_id), one.weight) for one in wishes.liked]
    listens += [(artist_item(normalised(one.artist)), one.weight) for one in wishes.liked]
    listens += [(artist_item(normalised(name)), FAVORITE_WEIGHT) for name in wishes.favorite_artists]
    listens += [(artist_item(normalised(name)), SEED_WEIGHT) for name in wishes.seed_artists]
    return listens


class _Teller:
    """Says of an item of the history, in words, what the person did with it."""

    def __init__(self, wishes: Wishes) -> None:
        self._tracks = {track_item(one.track_id): one for one in wishes.liked}
        # The strongest stands first, and stays.
        self._of_artists: dict[str, Liked] = {}
        for one in wishes.liked:
            self._of_artists.setdefault(artist_item(normalised(one.artist)), one)
        self._named = {
            artist_item(normalised(name)): name for name in [*wishes.seed_artists, *wishes.favorite_artists]
        }

    def reason(self, item: str) -> Reason | None:
        liked = self._tracks.get(item) or self._of_artists.get(item)
        if liked is not None:
            is_liked = liked.deed == Deed.LIKED
            kind = ReasonKind.SIMILAR_TO_LIKED if is_liked else ReasonKind.SIMILAR_TO_PLAYED
            return Reason(kind, f"Because you {liked.deed} {liked.title}", liked.track_id)
        if name := self._named.get(item):
            return Reason(ReasonKind.SIMILAR_TO_FAVORITE, f"Because you named {name}")
        return None
