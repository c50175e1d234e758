"""Duration of one inference, by the number of tracks. Only sizes matter, so the model is synthetic."""

import time
from typing import Any

import numpy as np

from apps.recommendations.engine.algorithms import FactorEnsemble, Hyperparameters
from apps.recommendations.engine.dataset import SparseMatrix
from apps.recommendations.engine.model import Model, answered

SHOWN = 20
REPEATS = 300
# A known user has as many listens as users of the published data set; a new user has few.
KNOWN_LISTENS, NEW_LISTENS = 50, 5
FIGURES = ("known_ms", "known_p99_ms", "new_ms", "new_p99_ms")


def measured(tracks: int) -> dict[str, Any]:
    model = synthetic_model([f"track:{number}" for number in range(tracks)])
    known, new = _milliseconds(model, KNOWN_LISTENS), _milliseconds(model, NEW_LISTENS)
    figures = (np.median(known), np.percentile(known, 99), np.median(new), np.percentile(new, 99))
    return {"tracks": tracks, **dict(zip(FIGURES, map(float, figures), strict=True))}


def synthetic_model(names: list[str]) -> Model:
    options, tracks = Hyperparameters(), len(names)
    random = np.random.default_rng(0)
    tied = min(tracks, options.most_items)
    ties = SparseMatrix(
        np.minimum(np.arange(tracks + 1), tied) * options.ties,
        random.integers(tied, size=tied * options.ties, dtype=np.int32),
        random.standard_normal(tied * options.ties, np.float32),
        tracks,
    )
    factors = FactorEnsemble(
        random.standard_normal((tracks, options.directions), np.float32),
        random.standard_normal((options.sets, options.directions, options.factors), np.float32) / 20,
    )
    return Model(names, np.arange(tracks)[::-1], factors, ties, options)


def _milliseconds(model: Model, listens: int) -> list[float]:
    """From a user's listens to the list of names."""
    random = np.random.default_rng(1)
    found = []
    # The first one warms the process up.
    for _ in range(REPEATS + 1):
        chosen = random.choice(len(model.items), size=listens, replace=False)
        history = [(model.items[number], float(random.integers(1, 100))) for number in chosen]
        began = time.perf_counter()
        answered(model, history, SHOWN)
        found.append(1000 * (time.perf_counter() - began))
    return found[1:]
