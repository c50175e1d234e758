"""The usual baselines of recommendations. Each computes lists for all users with held-out items."""

from itertools import islice

import numpy as np

from bench.recommendations.splits import Split

# Neighbours per item, the default of most libraries.
NEIGHBOURS = 100
# Shrinks the similarity of rare items; without it the baseline finds a sixth less.
SHRINKING = 10
ITEMS_PER_QUERY = 500


def by_popularity(split: Split, count: int) -> dict[str, list[str]]:
    """The most common items, without those of the user."""
    items, listens = _listens(split)
    popular = np.argsort(-(_trained(split, listens) > 0).sum(axis=0), kind="stable")
    return {
        person: [items[item] for item in islice((n for n in popular if not listens[person][n]), count)]
        for person in split.held
    }


def by_neighbours(split: Split, count: int) -> dict[str, list[str]]:
    """Items with the listeners of the user's items: shrunk cosine, the nearest neighbours of each item."""
    items, listens = _listens(split)
    trained = _trained(split, listens)
    norms = np.linalg.norm(trained, axis=0)
    similarity = np.zeros((len(items), len(items)), np.float32)
    for begin in range(0, len(items), ITEMS_PER_QUERY):
        piece = slice(begin, begin + ITEMS_PER_QUERY)
        rows = trained[:, piece].T @ trained / (norms[piece, None] * norms + SHRINKING)
        rows[np.arange(len(rows)), np.arange(begin, begin + len(rows))] = 0
        if rows.shape[1] > NEIGHBOURS:
            least = np.partition(rows, -NEIGHBOURS, axis=1)[:, -NEIGHBOURS][:, None]
            rows[rows < least] = 0
        similarity[piece] = rows
    responses = {}
    for person in split.held:
        scores = listens[person] @ similarity
        scores[listens[person] > 0] = -1
        responses[person] = [items[item] for item in np.argsort(-scores, kind="stable")[:count]]
    return responses


def _listens(split: Split) -> tuple[list[str], dict[str, np.ndarray]]:
    """The items of the training part, and each user's items as ones."""
    items = sorted({item for _, item, _ in split.train})
    numbers = {item: number for number, item in enumerate(items)}
    people = {person for person, _, _ in split.train} | set(split.held)
    listens = {person: np.zeros(len(items), np.float32) for person in sorted(people)}
    for person, item, weight in split.train + split.histories:
        if item in numbers:
            listens[person][numbers[item]] = weight > 0
    return items, listens


def _trained(split: Split, listens: dict[str, np.ndarray]) -> np.ndarray:
    people = sorted({person for person, _, _ in split.train})
    return np.stack([listens[person] for person in people])
