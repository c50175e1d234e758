"""Listening of made-up people, as much as is wanted: each has a few tastes, and each taste its favourites."""

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np

# How much one person listens to: between the two, so 100 things on average, none of them twice.
LEAST_OF_A_PERSON, MOST_OF_A_PERSON = 20, 180
LEAST_ITEMS, MOST_ITEMS, LISTENS_OF_AN_ITEM = 5_000, 100_000, 10
ITEMS_OF_A_TASTE = 500
TASTES_OF_A_PERSON = 3
PEOPLE_AT_ONCE = 2_000


def write_listening(path: Path, listens: int, *, seed: int = 0) -> None:
    """A listening set with that many rows, all of different pairs of person and item."""
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
    """The items of PEOPLE_AT_ONCE people."""
    tastes = random.integers(items // ITEMS_OF_A_TASTE, size=(PEOPLE_AT_ONCE, TASTES_OF_A_PERSON))
    lengths = random.integers(LEAST_OF_A_PERSON, MOST_OF_A_PERSON + 1, size=PEOPLE_AT_ONCE)
    size = (PEOPLE_AT_ONCE, TASTES_OF_A_PERSON, ITEMS_OF_A_TASTE)
    # Zipf's law within each taste. With Gumbel's noise the largest are a draw without repetition.
    favour = -np.log(np.arange(ITEMS_OF_A_TASTE, dtype=np.float32) + 5)
    noise = np.maximum(random.standard_exponential(size, np.float32), np.finfo(np.float32).tiny)
    drawn = (favour - np.log(noise)).reshape(PEOPLE_AT_ONCE, -1)
    order = np.argpartition(-drawn, MOST_OF_A_PERSON, axis=1)
    for liked, length, chosen in zip(tastes, lengths, order, strict=True):
        taste, item = np.divmod(chosen[:length], ITEMS_OF_A_TASTE)
        # Somebody with the same taste twice would have an item twice.
        yield np.unique(liked[taste] * ITEMS_OF_A_TASTE + item)
