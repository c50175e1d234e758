"""Names as services write them, all invented: which are one recording."""

import csv
from pathlib import Path

import pytest

from apps.charts.matching.finding import THRESHOLD, Recording, likeness_of

PAIRS = Path(__file__).resolve().parent / "invented_pairs.tsv"


def pairs() -> list[list[str]]:
    with PAIRS.open(encoding="utf-8", newline="") as lines:
        return list(csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def test_there_are_two_hundred_of_both_kinds():
    verdicts = [verdict for verdict, *_ in pairs()]
    assert len(verdicts) >= 200
    assert {verdict: verdicts.count(verdict) >= 80 for verdict in verdicts} == {"=": True, "≠": True}


@pytest.mark.parametrize(("verdict", "title", "artist", "other_title", "other_artist"), pairs())
def test_pair(verdict, title, artist, other_title, other_artist):
    one, other = Recording("1", title, artist), Recording("2", other_title, other_artist)
    score = likeness_of(one, other)
    assert score == pytest.approx(likeness_of(other, one)), "whichever comes first"
    assert (score >= THRESHOLD) == (verdict == "="), f"{score:.2f}"
