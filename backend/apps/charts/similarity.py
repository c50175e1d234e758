"""How alike two tracks sound, by their audio features. Knows no database."""

from collections.abc import Mapping
from dataclasses import astuple, dataclass, fields
from math import hypot, sqrt


@dataclass(frozen=True, slots=True)
class AudioFeatures:
    """From 0 to 1, but tempo in beats a minute and loudness in decibels, below 0."""

    danceability: float
    energy: float
    valence: float
    tempo: float
    acousticness: float
    loudness: float
    instrumentalness: float
    speechiness: float
    liveness: float


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
# Between the two most different tracks that there could be: the length of WEIGHTS, as it was agreed on.
LARGEST_DISTANCE = 3.90
FASTEST_TEMPO, QUIETEST_LOUDNESS = 250, 60


def similarity(one: AudioFeatures, other: AudioFeatures) -> float:
    """From 0 to 1; 1 for the same features."""
    first, second = weighted(one), weighted(other)
    distance = sqrt(sum((a - b) ** 2 for a, b in zip(first, second, strict=True)))
    return COSINE_PART * _cosine(first, second) + DISTANCE_PART * max(0.0, 1 - distance / LARGEST_DISTANCE)


def most_similar(
    to: AudioFeatures, among: Mapping[str, AudioFeatures], *, limit: int = 10
) -> list[tuple[str, float]]:
    """The likest first; equals by their keys, so that the order is always the same."""
    scored = [(key, similarity(to, features)) for key, features in among.items()]
    return sorted(scored, key=lambda one: (-one[1], one[0]))[:limit]


def weighted(features: AudioFeatures) -> tuple[float, ...]:
    """Each from 0 to its weight."""
    scaled = {field.name: getattr(features, field.name) for field in fields(features)}
    scaled["tempo"] /= FASTEST_TEMPO
    scaled["loudness"] = (scaled["loudness"] + QUIETEST_LOUDNESS) / QUIETEST_LOUDNESS
    return tuple(
        min(1.0, max(0.0, value)) * weight
        for value, weight in zip(scaled.values(), astuple(WEIGHTS), strict=True)
    )


def _cosine(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    lengths = hypot(*one) * hypot(*other)
    if not lengths:
        return 1.0 if one == other else 0.0
    return min(1.0, sum(a * b for a, b in zip(one, other, strict=True)) / lengths)
