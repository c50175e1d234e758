"""Why something is recommended: how much each listen of a history adds to its score."""

import numpy as np

from apps.recommendations.engine.arrays import Floats, Integers
from apps.recommendations.engine.factors import confidences
from apps.recommendations.engine.model import History, Model, spread


def contributions(model: Model, history: History, items: Integers) -> Floats:
    """A row for each item, a column for each listen; a row adds up to the item's score.

    The score of each set of factors is y·x with x = A⁻¹ Yᵤᵀ (1 + c), a sum over the history; so is that of
    the ties.
    """
    vectors, matrices = model.fold_in(history)
    theirs = model.factors.factors_of(history.items)
    # What each listen adds to the person's own factors, in all sets.
    parts = model.factors.together(np.linalg.solve(matrices, theirs.transpose(0, 2, 1)))
    by_factors = model.factors.items[items] @ parts * (1 + confidences(history.strengths, model.options))
    by_ties = np.stack([_ties_of(model, int(listen), items) for listen in history.items], axis=1)
    by_ties *= history.strengths
    all_factors = model.factors.items @ model.factors.together(vectors)
    all_ties = model.ties.combined(history.items, history.strengths)
    added: Floats = by_factors / spread(all_factors)
    added = added + model.options.item_weight * by_ties / spread(all_ties)
    return added


def main_reasons(model: Model, history: History, items: Integers) -> list[int | None]:
    """For each item the listen that speaks most for it; None where none of them does."""
    if not len(history) or not len(items):
        return [None] * len(items)
    added = contributions(model, history, items)
    strongest = np.argmax(added, axis=1)
    return [
        int(history.items[listen]) if added[row, listen] > 0 else None for row, listen in enumerate(strongest)
    ]


def _ties_of(model: Model, listen: int, items: Integers) -> Floats:
    columns, values = model.ties.row(listen)
    row = np.zeros(model.ties.width, np.float32)
    row[columns] = values
    return row[items]
