"""Pairs that a person looked at: ids at the services and a verdict. By half of them no rule was changed."""

import csv
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

from bench.matching.names import Named

LABELS = Path(__file__).resolve().parent / "labels.csv"


@dataclass(frozen=True)
class Pair:
    """Two names, and whether a person says that they are one recording."""

    one: Named
    other: Named
    is_same: bool
    is_kept_aside: bool


@dataclass(frozen=True)
class Tally:
    """How a rule did on pairs."""

    right: int
    wrong: int
    missed: int
    refused: int

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 0.0

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed) if self.right + self.missed else 0.0


def labelled(names: Mapping[str, Named]) -> tuple[list[Pair], int]:
    """The pairs of which both are in the data, and how many are not."""
    pairs, missing = [], 0
    with LABELS.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["one"] not in names or row["other"] not in names:
                missing += 1
                continue
            is_kept_aside = crc32(f"{row['one']} {row['other']}".encode()) % 2 == 0
            pairs.append(
                Pair(names[row["one"]], names[row["other"]], row["verdict"] == "same", is_kept_aside)
            )
    return pairs, missing


def tally(pairs: Iterable[Pair], says_same: Callable[[Named, Named], bool]) -> Tally:
    counts = {(said, is_same): 0 for said in (True, False) for is_same in (True, False)}
    for pair in pairs:
        counts[says_same(pair.one, pair.other), pair.is_same] += 1
    return Tally(
        right=counts[True, True],
        wrong=counts[True, False],
        missed=counts[False, True],
        refused=counts[False, False],
    )
