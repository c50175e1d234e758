"""How alike two tracks sound."""

from dataclasses import astuple
from math import dist, hypot

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.charts.audio_similarity import MAX_DISTANCE, WEIGHTS, AudioIndex, weighted
from apps.charts.models import AudioFeatures

SHARE = st.floats(0, 1)
FEATURES = st.builds(
    AudioFeatures,
    danceability=SHARE,
    energy=SHARE,
    valence=SHARE,
    tempo=st.floats(0, 250),
    acousticness=SHARE,
    loudness=st.floats(-60, 0),
    instrumentalness=SHARE,
    speechiness=SHARE,
    liveness=SHARE,
)
QUIET = AudioFeatures(0, 0, 0, 0, 0, -60, 0, 0, 0)
LOUD = AudioFeatures(1, 1, 1, 250, 1, 0, 1, 1, 1)
SOME = AudioFeatures(0.5, 0.8, 0.4, 125, 0.1, -6, 0.0, 0.05, 0.2)


def similarity(one: AudioFeatures, other: AudioFeatures) -> float:
    """The formula of two tracks as it is written down."""
    first, second = weighted(one), weighted(other)
    lengths = hypot(*first) * hypot(*second)
    dot = sum(a * b for a, b in zip(first, second, strict=True))
    cosine = min(1.0, dot / lengths) if lengths else float(first == second)
    return 0.6 * cosine + 0.4 * max(0.0, 1 - dist(first, second) / 3.90)


def compared(one: AudioFeatures, other: AudioFeatures) -> float:
    ((_, score),) = AudioIndex({"one": one, "other": other}).most_similar("one", limit=2)
    return score


def test_the_weights_are_as_documented():
    assert weighted(LOUD) == (2, 2, 1.5, 1.2, 1, 1, 0.8, 0.8, 0.5)
    assert round(hypot(*astuple(WEIGHTS)), 2) == MAX_DISTANCE
    assert compared(QUIET, LOUD) == pytest.approx(0, abs=1e-3), "nothing in common"


@given(FEATURES, FEATURES)
def test_the_audio_similarity_is_symmetric_and_within_its_bounds(one, other):
    assert compared(one, other) == pytest.approx(compared(other, one))
    assert 0 <= compared(one, other) <= 1.0 + 1e-9
    assert compared(one, one) == pytest.approx(1)


def test_tracks_are_sorted_by_similarity_then_key():
    sounds = AudioIndex({"x": SOME, "b": SOME, "c": LOUD, "a": SOME, "d": QUIET})
    assert [key for key, _ in sounds.most_similar("x", limit=3)] == ["a", "b", "c"]
    assert sounds.most_similar("nobody", limit=3) == []


@given(st.lists(FEATURES, min_size=1, max_size=6))
def test_comparing_many_equals_comparing_pairs(listed):
    features = {str(number): one for number, one in enumerate(listed)}
    for key, mine in features.items():
        found = dict(AudioIndex(features).most_similar(key, limit=len(listed)))
        assert found == {
            other: pytest.approx(similarity(mine, one), abs=1e-9)
            for other, one in features.items()
            if other != key
        }
