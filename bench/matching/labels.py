"""Pairs labelled by hand: IDs at the services and a verdict. Half of them are held out."""

import csv
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

from bench.matching.names import Named

LABELS = Path(__file__).resolve().parent / "labels.csv"


@dataclass(frozen=True)
class Pair:
    """Two names, and whether they were labelled as one recording."""

    one: Named
    other: Named
    is_same: bool
    is_held_out: bool


@dataclass(frozen=True)
class MatchCounts:
    """Counts of a rule's results on pairs."""

    right: int
    wrong: int
    missed: int
    rejected: int

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 0.0

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed) if self.right + self.missed else 0.0


def labelled(names: Mapping[str, Named]) -> tuple[list[Pair], int]:
    """The pairs with both names in the data, and the number of the others."""
    pairs, missing = [], 0
    with LABELS.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["one"] not in names or row["other"] not in names:
                missing += 1
                continue
            is_held_out = crc32(f"{row['one']} {row['other']}".encode()) % 2 == 0
            pairs.append(Pair(names[row["one"]], names[row["other"]], row["verdict"] == "same", is_held_out))
    return pairs, missing


def count_matches(pairs: Iterable[Pair], is_match: Callable[[Named, Named], bool]) -> MatchCounts:
    counts = {(said, is_same): 0 for said in (True, False) for is_same in (True, False)}
    for pair in pairs:
        counts[is_match(pair.one, pair.other), pair.is_same] += 1
    return MatchCounts(
        right=counts[True, True],
        wrong=counts[True, False],
        missed=counts[False, True],
        rejected=counts[False, False],
    )
