"""Sets of factors that were joined say what they said apart, as far as the directions reach."""

import numpy as np
import pytest

from apps.recommendations.engine.joined_sets import JoinedSets

SETS, ITEMS, FACTORS = 3, 40, 4
EVERY = np.arange(ITEMS)


@pytest.fixture
def sets() -> np.ndarray:
    return np.random.default_rng(4).standard_normal((SETS, ITEMS, FACTORS)).astype(np.float32)


def test_with_as_many_directions_as_factors_nothing_is_lost(sets):
    joined = JoinedSets.of(sets, directions=SETS * FACTORS)
    vectors = np.random.default_rng(5).standard_normal((SETS, FACTORS)).astype(np.float32)

    assert np.allclose(joined.factors_of(EVERY), sets, atol=1e-4)
    assert np.allclose(joined.bases(), sets.transpose(0, 2, 1) @ sets, atol=1e-3)
    apart = sum(one @ vector for one, vector in zip(sets, vectors, strict=True))
    assert np.allclose(joined.items @ joined.together(vectors), apart, atol=1e-3)


def test_fewer_directions_keep_what_the_sets_have_in_common(sets):
    turned = np.linalg.qr(np.random.default_rng(6).standard_normal((FACTORS, FACTORS)))[0].astype(np.float32)
    same = np.stack([sets[0], sets[0] @ turned, -sets[0]])

    joined = JoinedSets.of(same, directions=FACTORS)

    assert joined.items.shape == (ITEMS, FACTORS)
    assert np.allclose(joined.factors_of(EVERY), same, atol=1e-4)


def test_of_what_differs_the_best_so_many_directions_are_kept(sets):
    """No projection loses less than that of the singular values that are left out."""
    joined = JoinedSets.of(sets, directions=5)

    beside = np.hstack(list(sets))
    lost = np.linalg.norm(joined.factors_of(EVERY) - sets)
    assert lost == pytest.approx(np.linalg.norm(np.linalg.svd(beside)[1][5:]), rel=1e-4)


def test_more_directions_than_there_are_do_no_harm(sets):
    joined = JoinedSets.of(sets[:, :2], directions=99)

    assert joined.items.shape == (2, SETS * FACTORS)
    assert np.allclose(joined.factors_of(np.array([1])), sets[:, 1:2], atol=1e-4)
