"""The algorithms of training: factors by ALS and item-to-item weights by EASE; and their hyperparameters.

**ALS**: matrix factorisation of implicit feedback by alternating least squares (Hu, Koren, Volinsky, 2008).
A person has listened to an item or not, and items with listens have more weight. With the items' factors Y, a
person's factors are the x with (YᵀY + Yᵤᵀ diag(c) Yᵤ + p I) x = Yᵤᵀ (1 + c), where Yᵤ are the factors of the
person's items, c = confidence × strengthᵉ and p grows with the length of the history (Zhou et al., 2008; how
much that matters: Rendle et al., 2021). Items likewise. The result depends on the initial factors. So several
sets are trained from different random values, and their scores of an item are added: what the sets have in
common remains, what is random in each set averages out.

**EASE** (Steck, 2019): a linear autoencoder over items, in closed form, with the denoising penalty of EDLAE
(Steck, 2020): of all matrices B with a zero diagonal, the one that best reconstructs histories with dropped
items. X contains strengths, so that items with more listens have more influence. With G = XᵀX, a diagonal
Λ = λ I + d/(1-d) diag(G) and P = (G + Λ)⁻¹ it is B = I - P diag(P)⁻¹.
"""

from dataclasses import dataclass

import numpy as np

from apps.recommendations.engine.dataset import Floats, Integers, SparseMatrix


@dataclass(frozen=True, slots=True)
class Hyperparameters:
    """Values optimised on validation splits of a published data set, never on its test split.

    Decision 0010 describes how they were found and what each part contributes.
    """

    # For the initial factors; the same seed gives the same model.
    seed: int = 0

    # --- Factors
    # The number of sets, and of factors in each set.
    sets: int = 4
    factors: int = 80
    rounds: int = 8
    # The numbers stored for each item, for all sets together; fewer make the file and a request cheaper.
    directions: int = 192
    # The additional weight of a listen of average strength, compared with the absence of one.
    confidence: float = 12.0
    # The exponent of a listen's strength in its weight.
    confidence_power: float = 2.0
    # Regularisation for each listen of a person or an item.
    factor_penalty: float = 0.8

    # --- Items by items
    # The whole matrix is inverted: 8,000 items take 256 MB in single precision, three times.
    most_items: int = 8000
    # Items with fewer listeners have no weights.
    least_people: int = 2
    item_penalty: float = 30.0
    # The part of a history that training hides (the dropout of a denoising autoencoder).
    dropout: float = 0.7
    # The number of weights stored for each item: the largest ones.
    ties: int = 300

    # --- Both
    # The weight of the item weights' score relative to the factors' score, both in standard deviations.
    item_weight: float = 0.1


# Each round begins with the factors of the round before, so a few steps towards the solution are enough.
STEPS = 3
# Cells that are computed at once: 3 MB with 80 factors, which fits into a processor's cache.
CELLS_PER_STEP = 10_000
# Longer histories are summed up into their own matrix, piece by piece, and solved exactly.
LONG_HISTORY = 2000


def item_factors(listens: SparseMatrix, options: Hyperparameters) -> Floats:
    """For each set a matrix with a row for each item.

    `listens` has a row for each person, its values are strengths.
    """
    listeners = listens.transposed()
    return np.stack(
        [
            _one_set(listens, listeners, np.random.default_rng((options.seed, number)), options)
            for number in range(options.sets)
        ]
    )


def _one_set(
    listens: SparseMatrix, listeners: SparseMatrix, random: np.random.Generator, options: Hyperparameters
) -> Floats:
    size = (listens.width, options.factors)
    items: Floats = (random.standard_normal(size, np.float32) * 0.01).astype(np.float32)
    people: Floats = np.zeros((listens.height, options.factors), np.float32)
    for _ in range(options.rounds):
        _improve(people, listens, items, options)
        _improve(items, listeners, people, options)
    return items


def folded_in(
    strengths: Floats, *, factors: Floats, bases: Floats, options: Hyperparameters
) -> tuple[Floats, Floats]:
    """A person's factors in each set, solved exactly, and the matrices of these equations.

    For each set, `factors` has the factors of the person's items, and `bases` YᵀY of all items.
    """
    counted = confidences(strengths, options)
    matrices = bases + (factors * counted[:, None]).transpose(0, 2, 1) @ factors
    places = np.arange(factors.shape[2])
    matrices[:, places, places] += _penalty(len(strengths), options)
    wanted = (1 + counted) @ factors
    return np.linalg.solve(matrices, wanted[:, :, None])[:, :, 0].astype(np.float32), matrices


def confidences(strengths: Floats, options: Hyperparameters) -> Floats:
    """The additional weight of each of these listens, compared with no listen."""
    counted: Floats = options.confidence * strengths**options.confidence_power
    return counted


def _penalty(length: "int | Integers", options: Hyperparameters) -> "Floats | float":
    return options.factor_penalty * (length + 1)


def _improve(ours: Floats, listens: SparseMatrix, theirs: Floats, options: Hyperparameters) -> None:
    """Improves the factors of each row of `listens`, while `theirs` stay fixed."""
    base = theirs.T @ theirs
    counts = listens.counts()
    for row in np.flatnonzero(counts > LONG_HISTORY):
        ours[row] = _solved_in_pieces(*listens.row(int(row)), theirs, base, options)
    # Rows of similar length together, so that little padding is needed.
    order = np.argsort(counts, kind="stable")
    order = order[(counts[order] > 0) & (counts[order] <= LONG_HISTORY)]
    begin = 0
    while begin < len(order):
        end = begin + 1
        while end < len(order) and (end + 1 - begin) * counts[order[end]] <= CELLS_PER_STEP:
            end += 1
        rows = order[begin:end]
        ours[rows] = _stepped(ours[rows], *_padded(listens, rows), counts[rows], theirs, base, options)
        begin = end
    ours[counts == 0] = 0


def _solved_in_pieces(
    columns: Integers, strengths: Floats, theirs: Floats, base: Floats, options: Hyperparameters
) -> Floats:
    matrix, wanted = base.copy(), np.zeros(len(base), np.float32)
    for begin in range(0, len(columns), CELLS_PER_STEP):
        piece = theirs[columns[begin : begin + CELLS_PER_STEP]]
        counted = confidences(strengths[begin : begin + CELLS_PER_STEP], options)
        matrix += (piece.T * counted) @ piece
        wanted += (1 + counted) @ piece
    matrix[np.diag_indices_from(matrix)] += _penalty(len(columns), options)
    return np.linalg.solve(matrix, wanted).astype(np.float32)


def _padded(listens: SparseMatrix, rows: Integers) -> tuple[Integers, Floats, Floats]:
    """Columns and strengths of these rows, each as long as the longest, and 1 where there is a cell."""
    counts = listens.starts[rows + 1] - listens.starts[rows]
    places = np.arange(counts.max())
    is_there = places < counts[:, None]
    cells = np.where(is_there, listens.starts[rows][:, None] + places, 0)
    there = is_there.astype(np.float32)
    return listens.columns[cells], listens.values[cells] * there, there


def _stepped(
    start: Floats,
    columns: Integers,
    strengths: Floats,
    there: Floats,
    counts: Integers,
    theirs: Floats,
    base: Floats,
    options: Hyperparameters,
) -> Floats:
    """Conjugate gradients, for many rows concurrently."""
    factors = theirs[columns]
    counted = confidences(strengths, options)
    penalty = np.asarray(_penalty(counts, options), np.float32)[:, None]

    def product(vectors: Floats) -> Floats:
        seen = np.matmul(factors, vectors[:, :, None])[:, :, 0] * counted
        turned: Floats = vectors @ base + penalty * vectors + np.matmul(seen[:, None, :], factors)[:, 0, :]
        return turned

    wanted = np.matmul((there + counted)[:, None, :], factors)[:, 0, :]
    found = start.copy()
    rest = wanted - product(found)
    direction, size = rest.copy(), _squared(rest)
    for _ in range(STEPS):
        turned = product(direction)
        step = size / np.maximum(np.sum(direction * turned, axis=1, keepdims=True), TINY)
        found += step * direction
        rest -= step * turned
        new_size = _squared(rest)
        direction = rest + (new_size / np.maximum(size, TINY)) * direction
        size = new_size
    return found


def _squared(vectors: Floats) -> Floats:
    sizes: Floats = np.sum(vectors * vectors, axis=1, keepdims=True)
    return sizes


# Prevents 0 / 0 when nothing is left to improve.
TINY = np.float32(1e-20)


# --- The sets, compressed ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FactorEnsemble:
    """Several sets of factors, compressed into one common space.

    Sets that were trained on the same data are similar. With all of them side by side in one matrix W, the
    leading eigenvectors V of WᵀW give the best approximation with that many columns (Eckart and Young, 1936):
    an item is a row of WV, each set is restored from it by its own rows of V, and the sum over all sets is
    one product.
    """

    # A row for each item, a column for each direction.
    items: Floats
    # For each set, the matrix that restores its factors from such a row: directions by factors.
    sets: Floats

    @classmethod
    def of(cls, sets: Floats, *, directions: int) -> "FactorEnsemble":
        """From a matrix of items by factors for each set; as exact as `directions` allow."""
        count, height, factors = sets.shape
        beside = sets.transpose(1, 0, 2).reshape(height, count * factors)
        # In double precision: the last eigenvalues are small compared with the first.
        _, vectors = np.linalg.eigh((beside.T @ beside).astype(np.float64))
        leading = vectors[:, ::-1][:, :directions].astype(np.float32)
        turned = leading.reshape(count, factors, -1).transpose(0, 2, 1)
        return cls(beside @ leading, np.ascontiguousarray(turned))

    def bases(self) -> Floats:
        """YᵀY of the factors Y of all items, for each set."""
        gram: Floats = self.sets.transpose(0, 2, 1) @ (self.items.T @ self.items) @ self.sets
        return gram

    def factors_of(self, items: Integers) -> Floats:
        """The factors of these items in each set, a row for each item."""
        found: Floats = self.items[items] @ self.sets
        return found

    def together(self, vectors: Floats) -> Floats:
        """The sum over the sets of a user's factors in each, in the items' directions."""
        found: Floats = np.einsum("sdf,sf...->d...", self.sets, vectors)
        return found


# Rows of the dense matrix that are made sparse at once.
ROWS_PER_WRITE = 500
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
    for begin in range(0, kept, ROWS_PER_WRITE):
        rows = dense[begin : begin + ROWS_PER_WRITE]
        chosen = np.sort(np.argpartition(-np.abs(rows), ties - 1, axis=1)[:, :ties], axis=1)
        columns[begin : begin + ROWS_PER_WRITE] = chosen
        values[begin : begin + ROWS_PER_WRITE] = np.take_along_axis(rows, chosen, axis=1)
    return SparseMatrix(starts, columns.ravel(), values.ravel(), width)
