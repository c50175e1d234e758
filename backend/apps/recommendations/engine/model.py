"""The trained model: what it says of a history. It holds items alone, and nobody who listened."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from apps.recommendations.engine.arrays import Floats, Integers
from apps.recommendations.engine.factors import folded_in, item_factors
from apps.recommendations.engine.item_ties import item_ties
from apps.recommendations.engine.joined_sets import JoinedSets
from apps.recommendations.engine.listening import Listening
from apps.recommendations.engine.options import Options
from apps.recommendations.engine.sparse import SparseMatrix
from apps.recommendations.engine.strength import strengths, strengths_by_row


class NothingToLearnError(Exception):
    """A listening set without a single listen."""


@dataclass(frozen=True, slots=True)
class History:
    """What somebody has listened to, by the model's own numbers of items, each once."""

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
    factors: JoinedSets
    ties: SparseMatrix
    options: Options = field(default_factory=Options)

    @cached_property
    def numbers(self) -> dict[str, int]:
        return {item: number for number, item in enumerate(self.items)}

    @cached_property
    def bases(self) -> Floats:
        """What everybody who is folded in shares."""
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
        """Factors of whoever has this history, a row for each set, and the matrices that they solve.

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


def train(listening: Listening, options: Options | None = None) -> Model:
    """The same listening and the same seed give the same model. Raises NothingToLearnError."""
    options = options or Options()
    listens, names = _by_popularity(listening)
    if not len(listens.values):
        raise NothingToLearnError("There is no listen to learn from.")
    people = np.bincount(listens.columns, minlength=listens.width)
    # First, so that its large matrix is gone before the factors need room.
    listens = strengths_by_row(listens)
    ties = item_ties(listens, options)
    factors = JoinedSets.of(item_factors(listens, options), directions=options.directions)
    return Model(items=names, people=people, factors=factors, ties=ties, options=options)


def _by_popularity(listening: Listening) -> tuple[SparseMatrix, list[str]]:
    """People by items, with the items in the model's order; those that nobody listens to are left out."""
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
