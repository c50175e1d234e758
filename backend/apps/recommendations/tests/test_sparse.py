"""Sparse matrices do what dense ones do."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from apps.recommendations.engine.sparse import SparseMatrix
from apps.recommendations.tests.made_up import dense_of

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


@given(CELLS)
def test_cells_are_added_up_and_zeros_left_out(cells):
    sparse, dense = sparse_and_dense(cells)

    assert (dense_of(sparse) == dense).all()
    assert list(sparse.counts()) == list((dense != 0).sum(axis=1))
    assert all(list(sparse.row(number)[0]) == sorted(sparse.row(number)[0]) for number in range(HEIGHT))


@given(CELLS)
def test_transposed(cells):
    sparse, dense = sparse_and_dense(cells)

    assert (dense_of(sparse.transposed()) == dense.T).all()


@given(CELLS, st.lists(st.sampled_from(range(HEIGHT)), unique=True))
def test_rows_combined(cells, numbers):
    sparse, dense = sparse_and_dense(cells)
    weights = np.arange(1.0, len(numbers) + 1)

    combined = sparse.combined(np.array(numbers, np.int64), weights)

    assert np.allclose(combined, weights @ dense[numbers])


def test_many_small_values_do_not_vanish_beside_a_large_one():
    cells = np.zeros(1001, np.int32)
    values = np.ones(1001, np.float32)
    values[0] = 2**24

    sparse = SparseMatrix.of(cells, cells, values, shape=(1, 1))

    assert sparse.values[0] == 2**24 + 1000
