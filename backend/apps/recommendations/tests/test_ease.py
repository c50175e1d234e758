"""The ties of items in closed form are those that fit best, found one item at a time; sparse matrices."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.recommendations.engine.algorithms import Hyperparameters, item_weights
from apps.recommendations.engine.dataset import SparseMatrix
from apps.recommendations.tests.synthetic_data import dense_of, sparse_of

ITEMS = 7
OPTIONS = Hyperparameters(item_penalty=2.0, dropout=0.25, least_people=1, ties=ITEMS)


@pytest.fixture
def heard() -> np.ndarray:
    """How strongly a person has an item; the items by how many have them, as training sorts them."""
    random = np.random.default_rng(3)
    found = random.random((30, ITEMS)) < np.linspace(0.8, 0.2, ITEMS)
    strengths = random.uniform(0.5, 2, found.shape)
    return np.where(found, strengths, 0)[:, np.argsort(-found.sum(axis=0), kind="stable")]


def fitted(heard: np.ndarray, item: int, options: Hyperparameters) -> np.ndarray:
    """What gives the item back best from the others, with a penalty for each of them."""
    others = np.delete(np.arange(heard.shape[1]), item)
    gram = heard.T @ heard
    penalty = options.item_penalty + options.dropout / (1 - options.dropout) * np.diag(gram)
    matrix = gram[np.ix_(others, others)] + np.diag(penalty[others])
    column = np.zeros(heard.shape[1])
    column[others] = np.linalg.solve(matrix, gram[others, item])
    return column


def test_the_weights_reconstruct_each_item_with_least_error(heard):
    ties = dense_of(item_weights(sparse_of(heard), OPTIONS))

    assert np.allclose(
        ties, np.stack([fitted(heard, item, OPTIONS) for item in range(ITEMS)], axis=1), atol=1e-4
    )
    assert (np.diag(ties) == 0).all()


def test_inversion_by_blocks_gives_the_same_inverse(heard, monkeypatch):
    whole = dense_of(item_weights(sparse_of(heard), OPTIONS))

    monkeypatch.setattr("apps.recommendations.engine.algorithms.INVERTED_WHOLE", 1)

    assert np.allclose(dense_of(item_weights(sparse_of(heard), OPTIONS)), whole, atol=1e-5)


def test_the_largest_weights_of_an_item_are_kept(heard):
    every = dense_of(item_weights(sparse_of(heard), OPTIONS))

    kept = dense_of(
        item_weights(
            sparse_of(heard), Hyperparameters(item_penalty=2.0, dropout=0.25, least_people=1, ties=3)
        )
    )

    for whole, row in zip(every, kept, strict=True):
        assert sorted(abs(row[row != 0])) == pytest.approx(sorted(abs(whole))[-3:], abs=1e-6)
        assert np.allclose(row[row != 0], whole[row != 0])


@pytest.mark.parametrize(("most", "least"), [(4, 1), (8000, 12)])
def test_rare_items_and_items_beyond_the_maximum_have_no_weights(heard, most, least):
    options = Hyperparameters(item_penalty=2.0, dropout=0.25, least_people=least, most_items=most)
    kept = min(most, int(((heard > 0).sum(axis=0) >= least).sum()))

    ties = dense_of(item_weights(sparse_of(heard), options))

    assert 0 < kept < ITEMS
    assert (ties[kept:] == 0).all()
    assert (ties[:, kept:] == 0).all()
    assert np.allclose(
        ties[:kept, :kept],
        np.stack([fitted(heard[:, :kept], item, options) for item in range(kept)], axis=1),
        atol=1e-4,
    )


# --- Sparse matrices do what dense ones do -----------------------------------------------------------

HEIGHT, WIDTH = 4, 6
CELLS = st.lists(
    st.tuples(st.integers(0, HEIGHT - 1), st.integers(0, WIDTH - 1), st.integers(0, 9)), max_size=30
)


def sparse_and_dense(cells: list[tuple[int, int, int]]) -> tuple[SparseMatrix, np.ndarray]:
    dense = np.zeros((HEIGHT, WIDTH))
    for row, column, value in cells:
        dense[row, column] += value
    rows, columns, values = np.array(cells, np.int32).reshape(-1, 3).T
    shape = (HEIGHT, WIDTH)
    return SparseMatrix.of(rows, columns, values.astype(np.float32), shape=shape), dense


@given(CELLS, st.lists(st.sampled_from(range(HEIGHT)), unique=True))
def test_duplicate_cells_are_summed_and_zeros_dropped_also_transposed_and_combined(cells, numbers):
    sparse, dense = sparse_and_dense(cells)

    assert (dense_of(sparse) == dense).all()
    assert list(sparse.counts()) == list((dense != 0).sum(axis=1))
    assert all(list(sparse.row(number)[0]) == sorted(sparse.row(number)[0]) for number in range(HEIGHT))
    assert (dense_of(sparse.transposed()) == dense.T).all()
    weights = np.arange(1.0, len(numbers) + 1)
    combined = sparse.combined(np.array(numbers, np.int64), weights)
    assert np.allclose(combined, weights @ dense[numbers])


def test_sums_of_many_small_values_and_a_large_one_are_exact():
    cells = np.zeros(1001, np.int32)
    values = np.ones(1001, np.float32)
    values[0] = 2**24

    sparse = SparseMatrix.of(cells, cells, values, shape=(1, 1))

    assert sparse.values[0] == 2**24 + 1000
