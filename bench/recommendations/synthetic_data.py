"""Synthetic listening data of any size: each user has a few tastes, and each taste its popular items."""

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np

# The minimum and maximum number of different items of a user; 100 on average.
LEAST_OF_A_PERSON, MOST_OF_A_PERSON = 20, 180
LEAST_ITEMS, MOST_ITEMS, LISTENS_OF_AN_ITEM = 5_000, 100_000, 10
ITEMS_OF_A_TASTE = 500
TASTES_OF_A_PERSON = 3
USERS_PER_BATCH = 2_000


def write_listening(path: Path, listens: int, *, seed: int = 0) -> None:
    """Writes a data set with this number of rows, each a different pair of user and item."""
    random = np.random.default_rng(seed)
    items = min(max(listens // LISTENS_OF_AN_ITEM, LEAST_ITEMS), MOST_ITEMS)
    person, left = 0, listens
    with path.open("w", newline="") as stored:
        writer = csv.writer(stored)
        writer.writerow(("user", "item", "weight"))
        while left:
            for own in _people(random, items):
                own = own[:left]
                plays = random.geometric(0.1, size=len(own)).tolist()
                writer.writerows(zip([person] * len(own), own.tolist(), plays, strict=True))
                person, left = person + 1, left - len(own)
                if not left:
                    return


def _people(random: np.random.Generator, items: int) -> Iterator[np.ndarray]:
    """The items of USERS_PER_BATCH users."""
    tastes = random.integers(items // ITEMS_OF_A_TASTE, size=(USERS_PER_BATCH, TASTES_OF_A_PERSON))
    lengths = random.integers(LEAST_OF_A_PERSON, MOST_OF_A_PERSON + 1, size=USERS_PER_BATCH)
    size = (USERS_PER_BATCH, TASTES_OF_A_PERSON, ITEMS_OF_A_TASTE)
    # Zipf distribution within each taste. With Gumbel noise the largest are a sample without replacement.
    favour = -np.log(np.arange(ITEMS_OF_A_TASTE, dtype=np.float32) + 5)
    noise = np.maximum(random.standard_exponential(size, np.float32), np.finfo(np.float32).tiny)
    drawn = (favour - np.log(noise)).reshape(USERS_PER_BATCH, -1)
    order = np.argpartition(-drawn, MOST_OF_A_PERSON, axis=1)
    for liked, length, chosen in zip(tastes, lengths, order, strict=True):
        taste, item = np.divmod(chosen[:length], ITEMS_OF_A_TASTE)
        # A user with the same taste twice would have an item twice.
        yield np.unique(liked[taste] * ITEMS_OF_A_TASTE + item)
