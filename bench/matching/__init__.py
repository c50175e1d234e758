"""Matching of names: precision and recall on pairs labelled by hand, and against resolutions of a catalogue.

Reads names from a folder (--data DIR: tables *.csv.gz with titles, artists and ids at the services). The
labels are IDs and verdicts only. --errors prints wrong pairs to the terminal only. The baselines are
equality of both names, and a common fuzzy ratio of all words.
"""

import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path

from rapidfuzz.fuzz import token_set_ratio

from apps.charts.matching import THRESHOLD, Recording
from apps.charts.matching.matcher import similarity_of
from apps.charts.matching.text_similarity import words_of
from bench.matching.catalogue import against_isrcs, against_videos, resolved_below
from bench.matching.labels import MatchCounts, Pair, count_matches, labelled
from bench.matching.names import FULL_CREDITS, Named, names_below
from bench.results import Result, ratio

# The usual threshold of this ratio.
USUAL_RATIO = 85


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, metavar="DIR", help="a folder with tables of charts")
    parser.add_argument(
        "--errors", action="store_true", help="print wrong pairs with names, without saving them"
    )


def measure(*, is_quick: bool, data: Path | None, errors: bool) -> Result:
    if data is None:
        raise SystemExit("Specify the folder with charts: bench/run matching --data DIR")
    names = names_below(data)
    pairs, missing = labelled(names)
    if not pairs:
        raise SystemExit(f"None of the labelled recordings is in {data}.")
    if errors:
        print_errors(pairs)
    queries = [] if is_quick else resolved_below(data)
    parts = {
        "labels of the training half": [pair for pair in pairs if not pair.is_held_out],
        "labels, held out": [pair for pair in pairs if pair.is_held_out],
        "labels, between two services": [
            pair for pair in pairs if _service(pair.one) != _service(pair.other)
        ],
        "all labels": pairs,
    }
    found = {title: count_matches(part, matches) for title, part in parts.items()}
    found["all labels: exact equality"] = count_matches(pairs, is_equal)
    found["all labels: fuzzy ratio"] = count_matches(pairs, is_similar_by_ratio)
    if queries:
        found["recorded ISRCs"] = against_isrcs(queries, names)
        found["recorded videos"] = against_videos(queries, THRESHOLD)
    return result_of(found, missing=missing, comparisons_a_second=_speed(pairs), is_whole=not missing)


def matches(one: Named, other: Named) -> bool:
    return similarity_of(_recording(one), _recording(other)) >= THRESHOLD


def is_equal(one: Named, other: Named) -> bool:
    return (words_of(one.title), words_of(one.artist)) == (words_of(other.title), words_of(other.artist))


def is_similar_by_ratio(one: Named, other: Named) -> bool:
    words, others = (words_of(f"{named.artist} {named.title}") for named in (one, other))
    return token_set_ratio(words, others) >= USUAL_RATIO


def _recording(named: Named) -> Recording:
    return Recording(named.key, named.title, named.artist, _service(named) in FULL_CREDITS)


def _service(named: Named) -> str:
    return named.key.partition(":")[0]


def print_errors(pairs: Iterable[Pair]) -> None:
    for pair in pairs:
        score = similarity_of(_recording(pair.one), _recording(pair.other))
        if (score >= THRESHOLD) != pair.is_same:
            what = "missed" if pair.is_same else "wrong "
            one, other = (f"{named.title} — {named.artist} ({named.key})" for named in (pair.one, pair.other))
            sys.stderr.write(f"{what} {score:.2f}  {one}\n             {other}\n")


def _speed(pairs: list[Pair]) -> float:
    """Comparisons per second of parsed names, as within a chart."""
    count_matches(pairs, matches)
    begun = time.perf_counter()
    count_matches(pairs, matches)
    return len(pairs) / (time.perf_counter() - begun)


def result_of(
    found: dict[str, MatchCounts], *, missing: int, comparisons_a_second: float, is_whole: bool
) -> Result:
    rows = [["", "precision", "recall", "right", "wrong", "missed", "rejected"]]
    rows += [
        [
            title,
            f"{one.precision:.4f}",
            f"{one.recall:.4f}",
            *map(str, (one.right, one.wrong, one.missed, one.rejected)),
        ]
        for title, one in found.items()
    ]
    rows.append([f"{comparisons_a_second:,.0f} comparisons per second", *[""] * 6])
    if missing:
        rows.append([f"{missing} labelled pairs are not in the data", *[""] * 6])
    ours, plain, usual = (
        found[title] for title in ("all labels", "all labels: exact equality", "all labels: fuzzy ratio")
    )
    return Result(
        name="matching",
        ratios={
            "precision": round(ours.precision, 4),
            "recall": round(ours.recall, 4),
            "precision_held_out": round(found["labels, held out"].precision, 4),
            "recall_held_out": round(found["labels, held out"].recall, 4),
            "recall_to_letter_for_letter": ratio(ours.recall, plain.recall),
            "precision_to_usual_ratio": ratio(ours.precision, usual.precision),
        },
        table=rows,
        raw={
            "labels": {
                title: {"precision": one.precision, "recall": one.recall, **vars(one)}
                for title, one in found.items()
            },
            "missing": missing,
            "comparisons_a_second": round(comparisons_a_second),
        },
        is_whole=is_whole,
    )
