"""Types of arrays, and sparse matrices by rows."""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

# Of one or two dimensions, as the names say. Factors and scores are single precision throughout.
Floats: TypeAlias = NDArray[np.floating[Any]]
Integers: TypeAlias = NDArray[np.integer[Any]]


@dataclass(frozen=True, slots=True)
class SparseMatrix:
    """Row r has `values[starts[r]:starts[r + 1]]` in the `columns` of the same slice, which ascend."""

    starts: Integers
    columns: Integers
    values: Floats
    width: int

    @classmethod
    def of(
        cls, rows: Integers, columns: Integers, values: Floats, *, shape: tuple[int, int]
    ) -> "SparseMatrix":
        """From cells in any order: values of the same cell are added, cells of value 0 left out."""
        height, width = shape
        cells = rows.astype(np.int64) * width + columns
        order = np.argsort(cells, kind="stable")
        cells = cells[order]
        firsts = np.flatnonzero(np.diff(cells, prepend=-1))
        # In double precision, so that many small values do not vanish beside a large one.
        sums = np.add.reduceat(values[order].astype(np.float64), firsts) if len(firsts) else np.zeros(0)
        kept = sums != 0
        cells, sums = cells[firsts][kept], sums[kept]
        counts = np.bincount(cells // width, minlength=height) if len(cells) else np.zeros(height, np.int64)
        return cls(_starts(counts), (cells % max(width, 1)).astype(np.int32), sums.astype(np.float32), width)

    @classmethod
    def empty(cls, size: int) -> "SparseMatrix":
        """Square, without a cell."""
        starts = np.zeros(size + 1, np.int64)
        return cls(starts, np.zeros(0, np.int32), np.zeros(0, np.float32), size)

    @property
    def height(self) -> int:
        return len(self.starts) - 1

    def counts(self) -> Integers:
        """How many cells each row has."""
        return np.diff(self.starts)

    def row(self, number: int) -> tuple[Integers, Floats]:
        """Its columns and their values."""
        begin, end = self.starts[number], self.starts[number + 1]
        return self.columns[begin:end], self.values[begin:end]

    def with_values(self, values: Floats) -> "SparseMatrix":
        return SparseMatrix(self.starts, self.columns, values, self.width)

    def transposed(self) -> "SparseMatrix":
        order = np.argsort(self.columns, kind="stable")
        rows = np.repeat(np.arange(self.height, dtype=np.int32), self.counts())
        counts = np.bincount(self.columns, minlength=self.width)
        return SparseMatrix(_starts(counts), rows[order], self.values[order], self.height)

    def combined(self, numbers: Integers, weights: Floats) -> Floats:
        """The sum of these rows, each times its weight."""
        picked = [self.row(number) for number in numbers]
        if not picked:
            return np.zeros(self.width, np.float32)
        columns = np.concatenate([columns for columns, _ in picked])
        values = np.concatenate(
            [values * weight for (_, values), weight in zip(picked, weights, strict=True)]
        )
        return np.bincount(columns, weights=values, minlength=self.width).astype(np.float32)


def _starts(counts: Integers) -> Integers:
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(counts, dtype=np.int64)])
