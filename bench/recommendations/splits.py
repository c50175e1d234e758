"""Splits a data set into training items, users to predict for, and held-out items."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from apps.recommendations.engine.dataset import InteractionDataset, file_in, read_dataset

# Four fifths of each user's items are known, and a tenth of the users are new.
HELD_PART = 0.2
LATER_PART = 0.1
# Nothing is held out of users with fewer items: too few would remain.
LEAST_LISTENS = 5

Row = tuple[str, str, float]


@dataclass
class Split:
    """`held` contains the held-out items by user; `later` are the users without training items."""

    train: list[Row] = field(default_factory=list)
    histories: list[Row] = field(default_factory=list)
    held: dict[str, set[str]] = field(default_factory=dict)
    later: set[str] = field(default_factory=set)


def split_of(data: Path, seed: int) -> Split:
    """The same seed gives the same split. Raises DatasetError."""
    listening = read_dataset(file_in(data, "train"))
    random = np.random.default_rng(seed)
    split = Split()
    order = np.argsort(listening.person, kind="stable")
    by_person = np.split(order, np.flatnonzero(np.diff(listening.person[order])) + 1)
    for person, rows in zip(listening.people, by_person, strict=True):
        _part(split, listening, person, random.permutation(rows), is_later=random.random() < LATER_PART)
    return split


def _part(
    split: Split, listening: InteractionDataset, person: str, rows: np.ndarray, *, is_later: bool
) -> None:
    held = round(len(rows) * HELD_PART) if len(rows) >= LEAST_LISTENS else 0
    known = [
        (person, listening.items[listening.item[row]], float(listening.weight[row])) for row in rows[held:]
    ]
    if is_later and held:
        split.later.add(person)
        split.histories += known
    else:
        split.train += known
    if held:
        split.held[person] = {listening.items[listening.item[row]] for row in rows[:held]}
