"""Names as services write them, all invented: which are one recording."""

import csv
from pathlib import Path

from apps.charts.matching.matcher import THRESHOLD, Recording, similarity_of

PAIRS = Path(__file__).resolve().parent / "invented_pairs.tsv"


def pairs() -> list[list[str]]:
    with PAIRS.open(encoding="utf-8", newline="") as lines:
        return list(csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def test_two_hundred_invented_pairs_are_matched_correctly():
    verdicts = [verdict for verdict, *_ in pairs()]
    assert len(verdicts) >= 200
    assert {verdict: verdicts.count(verdict) >= 80 for verdict in verdicts} == {"=": True, "≠": True}

    wrong = []
    for verdict, title, artist, other_title, other_artist in pairs():
        one, other = Recording("1", title, artist), Recording("2", other_title, other_artist)
        score = similarity_of(one, other)
        assert score == similarity_of(other, one), "whichever comes first"
        if (score >= THRESHOLD) != (verdict == "="):
            wrong.append((verdict, f"{score:.2f}", title, artist, other_title, other_artist))
    assert wrong == []
