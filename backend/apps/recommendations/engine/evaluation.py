"""Answers for a file of people, as `manage.py evaluate_recommendations` writes them."""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from apps.recommendations.engine.listening import Listening, read_listening, read_people, rows_of
from apps.recommendations.engine.model import Model, train
from apps.recommendations.engine.options import Options

Listens = Sequence[tuple[str, float]]


@dataclass(frozen=True, slots=True)
class Evaluated:
    """How many people were answered, and how many of them were known."""

    answers: int
    known: int


def evaluate(
    *,
    train_file: Path,
    queries: Path,
    out: Path,
    histories: Path | None = None,
    count: int = 20,
    options: Options | None = None,
) -> Evaluated:
    """Trains on one file and answers the people of another, in that file's order, as JSON lines.

    People of neither file get what is popular. Raises ListeningError, NothingToLearnError and OSError, and
    writes nothing then but for what the disk refuses half-way.
    """
    people = read_people(queries)
    listening = read_listening(train_file)
    listens = listens_of(listening, set(people))
    if histories is not None:
        for person, item, weight in rows_of(histories):
            listens[person].append((item, weight))
    model = train(listening, options)
    with out.open("w", encoding="utf-8") as written:
        for person in people:
            answer = {"user": person, "items": answered(model, listens.get(person, ()), count)}
            written.write(json.dumps(answer, ensure_ascii=False) + "\n")
    return Evaluated(len(people), sum(person in listens for person in people))


def answered(model: Model, listens: Listens, count: int) -> list[str]:
    """What fits these listens best, best first, without any of them, also those of weight 0."""
    had = [model.numbers[item] for item, _ in listens if item in model.numbers]
    found = model.recommended(model.history(listens), count=count, without=np.array(had, np.int64))
    return [model.items[number] for number in found]


def listens_of(listening: Listening, people: set[str]) -> defaultdict[str, list[tuple[str, float]]]:
    """Items and weights of those among `people` who are in it."""
    found: defaultdict[str, list[tuple[str, float]]] = defaultdict(list)
    for person, item, weight in _rows(listening, people):
        found[person].append((item, weight))
    return found


def _rows(listening: Listening, people: set[str]) -> Iterator[tuple[str, str, float]]:
    is_wanted = np.array([person in people for person in listening.people], bool)
    for row in np.flatnonzero(is_wanted[listening.person]) if len(listening) else ():
        person, item = listening.people[listening.person[row]], listening.items[listening.item[row]]
        yield person, item, float(listening.weight[row])
