"""The trained model: item scores for a history, recommendations for a file of people. It contains items, no
people.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np

from apps.recommendations.engine.algorithms import (
    FactorEnsemble,
    Hyperparameters,
    confidences,
    folded_in,
    item_factors,
    item_weights,
)
from apps.recommendations.engine.dataset import (
    Floats,
    Integers,
    InteractionDataset,
    SparseMatrix,
    read_dataset,
    read_people,
    rows_of,
)


def strengths(weights: Floats) -> Floats:
    """Of one history: the logarithm of the weights, beside its own mean. So the usual listen is 1.

    So a user who plays all day has no more weight than one who votes now and then.
    """
    logs = np.log1p(weights)
    return (logs / logs.mean()).astype(np.float32) if len(logs) else logs


def strengths_by_row(listens: SparseMatrix) -> SparseMatrix:
    """`strengths` of each row."""
    logs = np.log1p(listens.values)
    counts = listens.counts()
    filled = counts > 0
    means = np.ones(listens.height, np.float32)
    if filled.any():
        means[filled] = np.add.reduceat(logs, listens.starts[:-1][filled]) / counts[filled]
    return listens.with_values((logs / np.repeat(means, counts)).astype(np.float32))


class NothingToLearnError(Exception):
    """A listening set without a single listen."""


@dataclass(frozen=True, slots=True)
class History:
    """The items that a person has listened to, by the model's own numbers, each once."""

    items: Integers
    strengths: Floats

    def __len__(self) -> int:
        return len(self.items)


@dataclass(frozen=True)
class Model:
    """Items are numbered from 0, in the order of how many people listen to them, most first."""

    items: list[str]
    # How many people listen to each.
    people: Integers
    factors: FactorEnsemble
    ties: SparseMatrix
    options: Hyperparameters = field(default_factory=Hyperparameters)

    @cached_property
    def numbers(self) -> dict[str, int]:
        return {item: number for number, item in enumerate(self.items)}

    @cached_property
    def bases(self) -> Floats:
        """The matrices that all fold-ins share."""
        return self.factors.bases()

    @cached_property
    def directions(self) -> Floats:
        """The factors of each item in all sets, at length 1."""
        lengths = np.linalg.norm(self.factors.items, axis=1, keepdims=True)
        unit: Floats = self.factors.items / np.maximum(lengths, np.finfo(np.float32).tiny)
        return unit

    def history(self, listens: Sequence[tuple[str, float]]) -> History:
        """Weights of the same item are added; items of weight 0, or not known to the model, left out."""
        sums: dict[int, float] = {}
        for item, weight in listens:
            if (number := self.numbers.get(item)) is not None:
                sums[number] = sums.get(number, 0.0) + weight
        items = np.array(sorted(sums), np.int64)
        weights = np.array([sums[number] for number in sorted(sums)], np.float32)
        return History(items[weights > 0], strengths(weights[weights > 0]))

    def scores(self, history: History) -> Floats:
        """Of every item how well it fits; only the order means something. For an empty history popularity."""
        if not len(history):
            return self.people.astype(np.float32)
        by_factors = self.factors.items @ self.factors.together(self.fold_in(history)[0])
        by_ties = self.ties.combined(history.items, history.strengths)
        return by_factors / spread(by_factors) + self.options.item_weight * by_ties / spread(by_ties)

    def fold_in(self, history: History) -> tuple[Floats, Floats]:
        """Factors of a person with this history, a row for each set, and the matrices that they solve.

        No training.
        """
        return folded_in(
            history.strengths,
            factors=self.factors.factors_of(history.items),
            bases=self.bases,
            options=self.options,
        )

    def recommended(
        self, history: History, *, count: int, without: Integers | None = None, among: Integers | None = None
    ) -> Integers:
        """The items that fit best, best first, `count` of them if there are as many.

        None of the history, none of `without`, and only those of `among` when it is given. Of items that fit
        as well the more popular goes first.
        """
        scores = self.scores(history)
        taken = np.zeros(len(scores), bool)
        if among is not None:
            taken[:] = True
            taken[among] = False
        taken[history.items] = True
        if without is not None:
            taken[without] = True
        return best(np.where(taken, -np.inf, scores), count)


def best(scores: Floats, count: int) -> Integers:
    """Where the highest are, highest first, of equals the first first; never where it is -inf."""
    possible = int(np.sum(scores > -np.inf))
    count = min(count, possible)
    if count <= 0:
        return np.zeros(0, np.int64)
    least = np.partition(scores, len(scores) - count)[len(scores) - count]
    found = np.flatnonzero(scores >= least)
    return found[np.argsort(-scores[found], kind="stable")[:count]]


def spread(scores: Floats) -> float:
    """The standard deviation, which makes opinions on different scales comparable; 1 where all agree."""
    return float(scores.std()) or 1.0


def train(listening: InteractionDataset, options: Hyperparameters | None = None) -> Model:
    """The same listening and the same seed give the same model. Raises NothingToLearnError."""
    options = options or Hyperparameters()
    listens, names = _by_popularity(listening)
    if not len(listens.values):
        raise NothingToLearnError("There is no listen to learn from.")
    people = np.bincount(listens.columns, minlength=listens.width)
    # First, so that its large matrix is gone before the factors need room.
    listens = strengths_by_row(listens)
    ties = item_weights(listens, options)
    factors = FactorEnsemble.of(item_factors(listens, options), directions=options.directions)
    return Model(items=names, people=people, factors=factors, ties=ties, options=options)


def _by_popularity(listening: InteractionDataset) -> tuple[SparseMatrix, list[str]]:
    """People by items, with the items in the model's order; those without listens are left out."""
    shape = (len(listening.people), len(listening.items))
    listens = SparseMatrix.of(listening.person, listening.item, listening.weight, shape=shape)
    people = np.bincount(listens.columns, minlength=listens.width)
    alphabetical = np.argsort(np.array(listening.items, dtype=object), kind="stable")
    order = alphabetical[np.argsort(-people[alphabetical], kind="stable")]
    order = order[people[order] > 0]
    places = np.empty(listens.width, np.int32)
    places[order] = np.arange(len(order), dtype=np.int32)
    rows = np.repeat(np.arange(listens.height, dtype=np.int32), listens.counts())
    shape = (listens.height, len(order))
    moved = SparseMatrix.of(rows, places[listens.columns], listens.values, shape=shape)
    return moved, [listening.items[number] for number in order]


# --- Explanations: how much each listen of a history adds to a score ---------------------------------


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


def main_reasons(model: Model, history: History, items: Integers, *, most: int) -> list[list[int]]:
    """For each item up to `most` listens that contribute to its score, the strongest first."""
    if not len(history) or not len(items):
        return [[] for _ in items]
    added = contributions(model, history, items)
    strongest = np.argsort(-added, axis=1, kind="stable")[:, :most]
    return [
        [int(history.items[listen]) for listen in listens if added[row, listen] > 0]
        for row, listens in enumerate(strongest)
    ]


def _ties_of(model: Model, listen: int, items: Integers) -> Floats:
    columns, values = model.ties.row(listen)
    row = np.zeros(model.ties.width, np.float32)
    row[columns] = values
    return row[items]


# --- Evaluation --------------------------------------------------------------------------------------


Listens = Sequence[tuple[str, float]]


@dataclass(frozen=True, slots=True)
class Evaluated:
    """The number of people with recommendations, and how many of them were known."""

    answers: int
    known: int


def evaluate(
    *,
    train_file: Path,
    queries: Path,
    out: Path,
    histories: Path | None = None,
    count: int = 20,
    options: Hyperparameters | None = None,
) -> Evaluated:
    """Trains on one file and prints recommendations for the people of another, in that file's order, as JSON
    lines.

    People of neither file get what is popular. Raises DatasetError, NothingToLearnError and OSError, and
    writes nothing then, unless the disk fails half-way.
    """
    people = read_people(queries)
    listening = read_dataset(train_file)
    listens = listens_of(listening, set(people))
    if histories is not None:
        for person, item, weight in rows_of(histories):
            listens[person].append((item, weight))
    model = train(listening, options)
    with out.open("w", encoding="utf-8") as written:
        for person in people:
            response = {"user": person, "items": answered(model, listens.get(person, ()), count)}
            written.write(json.dumps(response, ensure_ascii=False) + "\n")
    return Evaluated(len(people), sum(person in listens for person in people))


def answered(model: Model, listens: Listens, count: int) -> list[str]:
    """What fits these listens best, best first, without any of them, also those of weight 0."""
    had = [model.numbers[item] for item, _ in listens if item in model.numbers]
    found = model.recommended(model.history(listens), count=count, without=np.array(had, np.int64))
    return [model.items[number] for number in found]


def listens_of(listening: InteractionDataset, people: set[str]) -> defaultdict[str, list[tuple[str, float]]]:
    """Items and weights of those among `people` who are in it."""
    found: defaultdict[str, list[tuple[str, float]]] = defaultdict(list)
    for person, item, weight in _rows_of_people(listening, people):
        found[person].append((item, weight))
    return found


def _rows_of_people(listening: InteractionDataset, people: set[str]) -> Iterator[tuple[str, str, float]]:
    is_wanted = np.array([person in people for person in listening.people], bool)
    for row in np.flatnonzero(is_wanted[listening.person]) if len(listening) else ():
        person, item = listening.people[listening.person[row]], listening.items[listening.item[row]]
        yield person, item, float(listening.weight[row])
