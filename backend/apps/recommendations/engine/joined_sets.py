"""Several sets of factors in the room of one: what they have in common.

Sets that were trained on the same listening say much the same. With all of them side by side in one matrix W,
the leading eigenvectors V of WᵀW keep as much of it as so many columns can (Eckart and Young, 1936): an item
is a row of WV, each set is made of it again by its own rows of V, and what all sets say of an item is one
product.
"""

from dataclasses import dataclass

import numpy as np

from apps.recommendations.engine.arrays import Floats, Integers


@dataclass(frozen=True, slots=True)
class JoinedSets:
    # A row for each item, a column for each direction.
    items: Floats
    # For each set what makes its factors of such a row: directions by factors.
    sets: Floats

    @classmethod
    def of(cls, sets: Floats, *, directions: int) -> "JoinedSets":
        """From a matrix of items by factors for each set; as exact as `directions` allow."""
        count, height, factors = sets.shape
        beside = sets.transpose(1, 0, 2).reshape(height, count * factors)
        # In double precision, for the least of them are small beside the first.
        _, vectors = np.linalg.eigh((beside.T @ beside).astype(np.float64))
        leading = vectors[:, ::-1][:, :directions].astype(np.float32)
        turned = leading.reshape(count, factors, -1).transpose(0, 2, 1)
        return cls(beside @ leading, np.ascontiguousarray(turned))

    def bases(self) -> Floats:
        """YᵀY of the factors Y of all items, for each set."""
        gram: Floats = self.sets.transpose(0, 2, 1) @ (self.items.T @ self.items) @ self.sets
        return gram

    def factors_of(self, items: Integers) -> Floats:
        """In each set a row for each of these items."""
        found: Floats = self.items[items] @ self.sets
        return found

    def together(self, vectors: Floats) -> Floats:
        """In the items' directions, what somebody's factors in each set say in sum."""
        found: Floats = np.einsum("sdf,sf...->d...", self.sets, vectors)
        return found
