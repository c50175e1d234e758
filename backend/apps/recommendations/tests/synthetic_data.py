"""InteractionDataset that the tests make up: small, and with a structure that is known."""

import csv
import gzip
from io import StringIO
from pathlib import Path

import numpy as np

from apps.recommendations.engine.algorithms import Hyperparameters
from apps.recommendations.engine.dataset import InteractionDataset, SparseMatrix

Row = tuple[str, str, float]

# Enough for a dozen items, and quick.
SMALL = Hyperparameters(sets=2, factors=4, rounds=4, item_penalty=5.0, least_people=1)

JAZZ = ("So What", "Naima", "Footprints", "Peace Piece")
POP = ("Halo", "Toxic", "Levitating", "Royals")


def two_tastes() -> list[Row]:
    """Of eight people half like jazz and half pop; each leaves out one, and everybody has Halo."""
    rows = []
    for number in range(8):
        taste = JAZZ if number % 2 else POP
        liked = {*taste[: number // 2], *taste[number // 2 + 1 :], "Halo"}
        rows += [(f"person {number}", item, float(number + 1)) for item in sorted(liked)]
    return rows


def listening(rows: list[Row]) -> InteractionDataset:
    return InteractionDataset.of(rows)


def sparse_of(dense: np.ndarray) -> SparseMatrix:
    rows, columns = np.nonzero(dense)
    return SparseMatrix.of(rows, columns, dense[rows, columns].astype(np.float32), shape=dense.shape)


def dense_of(sparse: SparseMatrix) -> np.ndarray:
    dense = np.zeros((sparse.height, sparse.width))
    for number in range(sparse.height):
        columns, values = sparse.row(number)
        dense[number, columns] = values
    return dense


def written(path: Path, rows: list[Row] | list[str], header: str = "user,item,weight") -> Path:
    """As CSV; gzipped when the name says so."""
    lines = [header.split(","), *([row] if isinstance(row, str) else row for row in rows)]
    with StringIO(newline="") as stored:
        csv.writer(stored).writerows(lines)
        content = stored.getvalue().encode()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


def tastes(*, people: int, seed: int, shared: int = 3) -> tuple[list[Row], dict[str, set[str]]]:
    """People of six tastes of 25 items each, and what each of them has that was kept back.

    A few items beyond all tastes are everybody's, so popularity alone finds little.
    """
    random = np.random.default_rng(seed)
    rows: list[Row] = []
    held: dict[str, set[str]] = {}
    for number in range(people):
        taste = number % 6
        liked = [f"taste {taste} item {item}" for item in random.choice(25, size=14, replace=False)]
        everybodys = [f"everybody's {item}" for item in range(shared)]
        person = f"person {number}"
        held[person] = set(liked[:4])
        rows += [(person, item, float(random.integers(1, 50))) for item in (*liked[4:], *everybodys)]
    return rows, held
