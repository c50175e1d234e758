"""Alternating least squares gives what solving the equations gives, and so do sets of factors joined."""

from dataclasses import replace

import numpy as np
import pytest

from apps.recommendations.engine import algorithms
from apps.recommendations.engine.algorithms import FactorEnsemble, Hyperparameters, folded_in, item_factors
from apps.recommendations.engine.dataset import SparseMatrix
from apps.recommendations.tests.synthetic_data import dense_of, sparse_of

# Conjugate gradients are exact after as many steps as there are unknowns.
EXACT = Hyperparameters(
    sets=2, factors=algorithms.STEPS, rounds=5, confidence=3.0, factor_penalty=0.1, seed=5
)


def listens(*, people: int = 12, items: int = 9, seed: int = 0) -> SparseMatrix:
    """Some have nothing, one has all."""
    random = np.random.default_rng(seed)
    dense = random.random((people, items)) * (random.random((people, items)) < 0.4)
    dense[0], dense[1] = 0, 1
    return sparse_of(dense)


def solved(strengths: np.ndarray, theirs: np.ndarray, options: Hyperparameters) -> np.ndarray:
    """One row, in double precision, over all cells rather than those that are there."""
    heard = strengths > 0
    if not heard.any():
        return np.zeros(options.factors)
    weights = np.diag(1 + options.confidence * strengths**options.confidence_power)
    penalty = options.factor_penalty * (heard.sum() + 1)
    matrix = theirs.T @ weights @ theirs + penalty * np.eye(options.factors)
    return np.linalg.solve(matrix, theirs.T @ weights @ heard)


def one_set(dense: np.ndarray, number: int, options: Hyperparameters) -> np.ndarray:
    random = np.random.default_rng((options.seed, number))
    items = random.standard_normal((dense.shape[1], options.factors), np.float32).astype(float) * 0.01
    for _ in range(options.rounds):
        people = np.array([solved(row, items, options) for row in dense])
        items = np.array([solved(column, people, options) for column in dense.T])
    return items


def test_factors_solve_the_normal_equations():
    sparse = listens()
    expected = np.stack([one_set(dense_of(sparse), number, EXACT) for number in range(EXACT.sets)])

    assert np.allclose(item_factors(sparse, EXACT), expected, atol=2e-3)


@pytest.mark.parametrize("name", ["LONG_HISTORY", "CELLS_PER_STEP"])
def test_long_histories_and_small_blocks_give_the_same_factors(monkeypatch, name):
    at_once = item_factors(listens(), EXACT)

    monkeypatch.setattr(algorithms, name, 3)

    assert np.allclose(item_factors(listens(), EXACT), at_once, atol=2e-3)


def test_a_folded_in_user_gets_the_factors_of_training():
    items = np.random.default_rng(1).standard_normal((2, 9, 3)).astype(np.float32)
    strengths = np.array([0, 1.5, 0, 0, 0.5, 0, 1, 0, 0], np.float32)
    heard = np.flatnonzero(strengths)

    bases = items.transpose(0, 2, 1) @ items
    vectors, matrices = folded_in(strengths[heard], factors=items[:, heard], bases=bases, options=EXACT)

    for number, part in enumerate(items):
        assert np.allclose(vectors[number], solved(strengths, part.astype(float), EXACT), atol=1e-4)
        assert np.allclose(matrices[number], matrices[number].T, atol=1e-4)


def test_each_set_of_factors_depends_on_its_seed_only():
    first, second = both = item_factors(listens(), EXACT)

    assert not np.allclose(first, second, atol=0.1)
    assert (item_factors(listens(), EXACT) == both).all()
    assert (item_factors(listens(), replace(EXACT, sets=1)) == first).all()
    assert not np.allclose(both, item_factors(listens(), replace(EXACT, seed=6)))


# --- Sets of factors that were joined ----------------------------------------------------------------

SETS, ITEMS, FACTORS = 3, 40, 4
EVERY = np.arange(ITEMS)


@pytest.fixture
def sets() -> np.ndarray:
    return np.random.default_rng(4).standard_normal((SETS, ITEMS, FACTORS)).astype(np.float32)


def test_a_projection_to_as_many_dimensions_as_factors_is_exact(sets):
    joined = FactorEnsemble.of(sets, directions=SETS * FACTORS)
    vectors = np.random.default_rng(5).standard_normal((SETS, FACTORS)).astype(np.float32)

    assert np.allclose(joined.factors_of(EVERY), sets, atol=1e-4)
    assert np.allclose(joined.bases(), sets.transpose(0, 2, 1) @ sets, atol=1e-3)
    apart = sum(one @ vector for one, vector in zip(sets, vectors, strict=True))
    assert np.allclose(joined.items @ joined.together(vectors), apart, atol=1e-3)


def test_a_projection_keeps_the_directions_of_largest_variance(sets):
    """No projection loses less than that of the singular values that are left out."""
    joined = FactorEnsemble.of(sets, directions=5)

    beside = np.hstack(list(sets))
    lost = np.linalg.norm(joined.factors_of(EVERY) - sets)
    assert lost == pytest.approx(np.linalg.norm(np.linalg.svd(beside)[1][5:]), rel=1e-4)
