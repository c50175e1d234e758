"""How a track sounds, in numbers that services measure."""

from dataclasses import dataclass


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
