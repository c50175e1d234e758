"""The similarity of tracks by their audio features. It does not use the database."""

from collections.abc import Mapping
from dataclasses import astuple, fields

import numpy as np
from numpy.typing import NDArray

from apps.charts.models import AudioFeatures

WEIGHTS = AudioFeatures(
    danceability=2,
    energy=2,
    valence=1.5,
    tempo=1.2,
    acousticness=1,
    loudness=1,
    instrumentalness=0.8,
    speechiness=0.8,
    liveness=0.5,
)
COSINE_PART, DISTANCE_PART = 0.6, 0.4
# The distance between the two most different possible tracks: the length of WEIGHTS, rounded.
MAX_DISTANCE = 3.90
FASTEST_TEMPO, QUIETEST_LOUDNESS = 250, 60


class AudioIndex:
    """Audio features by key, to find the tracks most similar to one of them."""

    def __init__(self, features: Mapping[str, AudioFeatures]) -> None:
        self._keys = np.array(sorted(features))
        self._place = {key: place for place, key in enumerate(self._keys.tolist())}
        self._rows: NDArray[np.float64] = np.array(
            [weighted(features[key]) for key in self._place], dtype=np.float64
        ).reshape(-1, len(fields(AudioFeatures)))
        self._lengths = np.linalg.norm(self._rows, axis=1)

    def most_similar(self, key: str, *, limit: int) -> list[tuple[str, float]]:
        """The most similar first, equally similar ones by key. Empty for an unknown key."""
        place = self._place.get(key)
        if place is None:
            return []
        scores = self._similarities(place)
        # Keys are in order, so a stable sort leaves equally similar ones by key.
        best = np.argsort(-scores, kind="stable")[: limit + 1]
        others = [int(at) for at in best if at != place][:limit]
        return [(str(self._keys[at]), float(scores[at])) for at in others]

    def _similarities(self, place: int) -> NDArray[np.float64]:
        """The similarities of one track to all, from 0 to 1; 1 for equal features."""
        distances = np.linalg.norm(self._rows - self._rows[place], axis=1)
        lengths = self._lengths * self._lengths[place]
        alike = np.all(self._rows == self._rows[place], axis=1).astype(np.float64)
        cosines = np.divide(self._rows @ self._rows[place], lengths, out=alike, where=lengths > 0)
        closeness = np.maximum(0.0, 1 - distances / MAX_DISTANCE)
        # Differences below 1e-12 depend only on the order of additions.
        scores: NDArray[np.float64] = np.round(
            COSINE_PART * np.minimum(1.0, cosines) + DISTANCE_PART * closeness, 12
        )
        return scores


def weighted(features: AudioFeatures) -> tuple[float, ...]:
    """Each feature, scaled from 0 to its weight."""
    scaled = {field.name: getattr(features, field.name) for field in fields(features)}
    scaled["tempo"] /= FASTEST_TEMPO
    scaled["loudness"] = (scaled["loudness"] + QUIETEST_LOUDNESS) / QUIETEST_LOUDNESS
    return tuple(
        min(1.0, max(0.0, value)) * weight
        for value, weight in zip(scaled.values(), astuple(WEIGHTS), strict=True)
    )
