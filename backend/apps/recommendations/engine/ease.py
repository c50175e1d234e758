"""Item-to-item weights (EASE): a linear autoencoder over items, in closed form.

EASE (Steck, 2019) with the denoising penalty of EDLAE (Steck, 2020): of all matrices B with a zero diagonal,
the one that best reconstructs histories with dropped items. X contains strengths, so that items with more
listens have more influence. With G = XᵀX, a diagonal Λ = λ I + d/(1-d) diag(G) and P = (G + Λ)⁻¹ it is
B = I - P diag(P)⁻¹.
"""

import numpy as np

from apps.recommendations.engine.hyperparameters import Hyperparameters
from apps.recommendations.engine.matrices import Floats, SparseMatrix

# Rows of the dense matrix that are made sparse at once.
ROWS_AT_ONCE = 500
# Larger matrices are inverted by halves: `np.linalg.inv` takes seven times the memory of the matrix, and is
# three times as slow.
INVERTED_WHOLE = 500


def item_weights(listens: SparseMatrix, options: Hyperparameters) -> SparseMatrix:
    """Row i, column j: the weight of i in a history for j. `listens` has a row of strengths for each person.

    Its columns are sorted by the number of people with the item, so that the items that are kept come first.
    """
    people = np.bincount(listens.columns, minlength=listens.width)
    kept = min(int(np.sum(people >= options.least_people)), options.most_items)
    if not kept:
        return SparseMatrix.empty(listens.width)
    dense = _dense_ties(_gram(listens, kept), options)
    return _strongest(dense, options.ties, width=listens.width)


def _gram(listens: SparseMatrix, kept: int) -> Floats:
    """G = XᵀX for the first `kept` items."""
    gram = np.zeros((kept, kept), np.float32)
    for row in range(listens.height):
        columns, strengths = listens.row(row)
        among = np.searchsorted(columns, kept)
        if among:
            gram[np.ix_(columns[:among], columns[:among])] += np.outer(strengths[:among], strengths[:among])
    return gram


def _dense_ties(gram: Floats, options: Hyperparameters) -> Floats:
    """B, computed in place of `gram`, which is large."""
    diagonal = np.diag_indices_from(gram)
    gram[diagonal] += options.item_penalty + options.dropout / (1 - options.dropout) * gram[diagonal]
    inverse = _inverse(gram)
    np.divide(inverse, -np.diag(inverse), out=gram)
    gram[diagonal] = 0
    return gram


def _inverse(matrix: Floats) -> Floats:
    """The inverse of a symmetric positive definite matrix, by Schur's complement."""
    half = len(matrix) // 2
    if len(matrix) <= INVERTED_WHOLE:
        whole: Floats = np.linalg.inv(matrix)
        return whole
    across = matrix[:half, half:]
    first = _inverse(matrix[:half, :half])
    turned = first @ across
    found = np.empty_like(matrix)
    found[half:, half:] = _inverse(matrix[half:, half:] - across.T @ turned)
    found[:half, half:] = -(turned @ found[half:, half:])
    found[half:, :half] = found[:half, half:].T
    found[:half, :half] = first - found[:half, half:] @ turned.T
    return found


def _strongest(dense: Floats, ties: int, *, width: int) -> SparseMatrix:
    kept = len(dense)
    ties = min(ties, kept)
    starts = np.minimum(np.arange(width + 1, dtype=np.int64), kept) * ties
    columns = np.empty((kept, ties), np.int32)
    values = np.empty((kept, ties), np.float32)
    for begin in range(0, kept, ROWS_AT_ONCE):
        rows = dense[begin : begin + ROWS_AT_ONCE]
        chosen = np.sort(np.argpartition(-np.abs(rows), ties - 1, axis=1)[:, :ties], axis=1)
        columns[begin : begin + ROWS_AT_ONCE] = chosen
        values[begin : begin + ROWS_AT_ONCE] = np.take_along_axis(rows, chosen, axis=1)
    return SparseMatrix(starts, columns.ravel(), values.ravel(), width)
