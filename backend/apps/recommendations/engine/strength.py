"""How much a listen counts, whatever it was counted in: plays, votes or minutes."""

import numpy as np

from apps.recommendations.engine.arrays import Floats
from apps.recommendations.engine.sparse import SparseMatrix


def strengths(weights: Floats) -> Floats:
    """Of one history: the logarithm of the weights, beside its own mean. So the usual listen is 1.

    Somebody who plays all day thus says no more than somebody who votes now and then.
    """
    logs = np.log1p(weights)
    return (logs / logs.mean()).astype(np.float32) if len(logs) else logs


def strengths_by_row(listens: SparseMatrix) -> SparseMatrix:
    """`strengths` of each row."""
    logs = np.log1p(listens.values)
    counts = listens.counts()
    filled = counts > 0
    means = np.ones(listens.height, np.float32)
    if filled.any():
        means[filled] = np.add.reduceat(logs, listens.starts[:-1][filled]) / counts[filled]
    return listens.with_values((logs / np.repeat(means, counts)).astype(np.float32))
