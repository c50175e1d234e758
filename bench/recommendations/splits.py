"""A listening set parted into what is trained on, what is asked, and what would have been right."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from apps.recommendations.engine.listening import Listening, file_in, read_listening

# Four fifths of what each person has are known, and a tenth of the people come later.
HELD_PART = 0.2
LATER_PART = 0.1
# Of whom there is less, nothing is held back: there would be nothing to learn from.
LEAST_LISTENS = 5

Row = tuple[str, str, float]


@dataclass
class Split:
    """`held` is by person what was kept back; `later` are those of whom nothing was in the training part."""

    train: list[Row] = field(default_factory=list)
    histories: list[Row] = field(default_factory=list)
    held: dict[str, set[str]] = field(default_factory=dict)
    later: set[str] = field(default_factory=set)


def split_of(data: Path, seed: int) -> Split:
    """The same seed parts the same set alike. Raises ListeningError."""
    listening = read_listening(file_in(data, "train"))
    random = np.random.default_rng(seed)
    split = Split()
    order = np.argsort(listening.person, kind="stable")
    by_person = np.split(order, np.flatnonzero(np.diff(listening.person[order])) + 1)
    for person, rows in zip(listening.people, by_person, strict=True):
        _part(split, listening, person, random.permutation(rows), is_later=random.random() < LATER_PART)
    return split


def _part(split: Split, listening: Listening, person: str, rows: np.ndarray, *, is_later: bool) -> None:
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
