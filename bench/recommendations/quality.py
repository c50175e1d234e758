"""The part of the held-out items that the product and two baselines find."""

import csv
import json
import math
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from apps.recommendations.engine.algorithms import Hyperparameters
from apps.recommendations.engine.model import evaluate
from bench.recommendations.baselines import by_neighbours, by_popularity
from bench.recommendations.splits import Row, Split, split_of

SHOWN = 20
FIGURES = {
    "seen_recall": f"recall@{SHOWN}, seen",
    "seen_ndcg": f"NDCG@{SHOWN}, seen",
    "later_recall": f"recall@{SHOWN}, later",
    "later_ndcg": f"NDCG@{SHOWN}, later",
    "distinct": "distinct items",
}
SYSTEMS = {"tutti": "Tutti", "neighbours": "item-kNN", "popularity": "popularity"}

Answers = Mapping[str, list[str]]


def measured(data: Path, seed: int, options: Hyperparameters | None = None) -> dict[str, dict[str, float]]:
    """FIGURES of each of COMPARED. Raises DatasetError."""
    split = split_of(data, seed)
    return {
        "tutti": figures(split, by_product(split, options)),
        "neighbours": figures(split, by_neighbours(split, SHOWN)),
        "popularity": figures(split, by_popularity(split, SHOWN)),
    }


def by_product(split: Split, options: Hyperparameters | None = None) -> Answers:
    """As the command does it: from files to a file."""
    with tempfile.TemporaryDirectory(prefix="tutti-bench-") as folder:
        train, histories, queries, out = (
            Path(folder, name) for name in ("train.csv", "histories.csv", "queries.csv", "out.jsonl")
        )
        _write(train, ("user", "item", "weight"), split.train)
        _write(histories, ("user", "item", "weight"), split.histories)
        _write(queries, ("user",), ((person,) for person in split.held))
        evaluate(
            train_file=train, queries=queries, out=out, histories=histories, count=SHOWN, options=options
        )
        found = map(json.loads, out.read_text().splitlines())
        return {response["user"]: response["items"] for response in found}


def figures(split: Split, responses: Answers) -> dict[str, float]:
    seen = [person for person in split.held if person not in split.later]
    shown = {item for person in split.held for item in responses[person]}
    return {
        **{f"seen_{name}": figure for name, figure in _means(split, responses, seen).items()},
        **{f"later_{name}": figure for name, figure in _means(split, responses, split.later).items()},
        "distinct": float(len(shown)),
    }


def recall(shown: list[str], held: set[str]) -> float:
    return len(held.intersection(shown)) / len(held)


def ndcg(shown: list[str], held: set[str]) -> float:
    """Discounted by rank; 1 if all findable items come first."""
    gain = sum(1 / math.log2(place + 2) for place, item in enumerate(shown) if item in held)
    return gain / sum(1 / math.log2(place + 2) for place in range(min(len(held), SHOWN)))


def _means(split: Split, responses: Answers, people: Iterable[str]) -> dict[str, float]:
    pairs = [(responses[person], split.held[person]) for person in people]
    return {
        measure.__name__: sum(measure(shown, held) for shown, held in pairs) / max(len(pairs), 1)
        for measure in (recall, ndcg)
    }


def _write(path: Path, header: tuple[str, ...], rows: Iterable[Row | tuple[str]]) -> None:
    with path.open("w", newline="") as stored:
        csv.writer(stored).writerows([header, *rows])
