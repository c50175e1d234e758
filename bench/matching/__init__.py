"""Matching of names: precision and recall on pairs labelled by hand, and against what a catalogue resolved.

Reads names from a folder (--data DIR: tables *.csv.gz with titles, artists and ids at the services). The
labels are ids and verdicts only. --errors prints the pairs that went wrong, to the terminal alone. Beside it,
in the same run: that both names are letter for letter the same, and a usual fuzzy ratio of all words.
"""

import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path

from rapidfuzz.fuzz import token_set_ratio

from apps.charts.matching import THRESHOLD, Recording
from apps.charts.matching.finding import likeness_of
from apps.charts.matching.words import words_of
from bench.matching.labels import Pair, Tally, labelled, tally
from bench.matching.names import FULL_CREDITS, Named, names_below
from bench.matching.recorded import against_isrcs, against_videos, resolved_below
from bench.results import Result, ratio

# What people usually take for "the same" with this ratio.
USUAL_RATIO = 85


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, metavar="DIR", help="a folder with tables of charts")
    parser.add_argument("--errors", action="store_true", help="print what went wrong, by name; kept nowhere")


def measure(*, is_quick: bool, data: Path | None, errors: bool) -> Result:
    if data is None:
        raise SystemExit("Say where the charts are: bench/run matching --data DIR")
    names = names_below(data)
    pairs, missing = labelled(names)
    if not pairs:
        raise SystemExit(f"None of the labelled recordings is in {data}.")
    if errors:
        print_errors(pairs)
    questions = [] if is_quick else resolved_below(data)
    parts = {
        "labels, seen when the rules were made": [pair for pair in pairs if not pair.is_kept_aside],
        "labels, kept aside": [pair for pair in pairs if pair.is_kept_aside],
        "labels, between two services": [
            pair for pair in pairs if _service(pair.one) != _service(pair.other)
        ],
        "all labels": pairs,
    }
    found = {title: tally(part, matches) for title, part in parts.items()}
    found["all labels: letter for letter"] = tally(pairs, is_letter_for_letter)
    found["all labels: usual ratio"] = tally(pairs, is_usually_alike)
    if questions:
        found["recorded ISRCs"] = against_isrcs(questions, names)
        found["recorded videos"] = against_videos(questions, THRESHOLD)
    return result_of(found, missing=missing, comparisons_a_second=_speed(pairs), is_whole=not missing)


def matches(one: Named, other: Named) -> bool:
    return likeness_of(_recording(one), _recording(other)) >= THRESHOLD


def is_letter_for_letter(one: Named, other: Named) -> bool:
    return (words_of(one.title), words_of(one.artist)) == (words_of(other.title), words_of(other.artist))


def is_usually_alike(one: Named, other: Named) -> bool:
    words, others = (words_of(f"{named.artist} {named.title}") for named in (one, other))
    return token_set_ratio(words, others) >= USUAL_RATIO


def _recording(named: Named) -> Recording:
    return Recording(named.key, named.title, named.artist, _service(named) in FULL_CREDITS)


def _service(named: Named) -> str:
    return named.key.partition(":")[0]


def print_errors(pairs: Iterable[Pair]) -> None:
    for pair in pairs:
        score = likeness_of(_recording(pair.one), _recording(pair.other))
        if (score >= THRESHOLD) != pair.is_same:
            what = "missed" if pair.is_same else "wrong "
            one, other = (f"{named.title} — {named.artist} ({named.key})" for named in (pair.one, pair.other))
            sys.stderr.write(f"{what} {score:.2f}  {one}\n             {other}\n")


def _speed(pairs: list[Pair]) -> float:
    """Comparisons a second, of names that were taken apart before, as among a chart's."""
    tally(pairs, matches)
    begun = time.perf_counter()
    tally(pairs, matches)
    return len(pairs) / (time.perf_counter() - begun)


def result_of(
    found: dict[str, Tally], *, missing: int, comparisons_a_second: float, is_whole: bool
) -> Result:
    rows = [["", "precision", "recall", "right", "wrong", "missed", "refused"]]
    rows += [
        [
            title,
            f"{one.precision:.4f}",
            f"{one.recall:.4f}",
            *map(str, (one.right, one.wrong, one.missed, one.refused)),
        ]
        for title, one in found.items()
    ]
    rows.append([f"{comparisons_a_second:,.0f} comparisons a second", *[""] * 6])
    if missing:
        rows.append([f"{missing} labelled pairs are not in the data", *[""] * 6])
    ours, plain, usual = (
        found[title] for title in ("all labels", "all labels: letter for letter", "all labels: usual ratio")
    )
    return Result(
        name="matching",
        ratios={
            "precision": round(ours.precision, 4),
            "recall": round(ours.recall, 4),
            "precision_kept_aside": round(found["labels, kept aside"].precision, 4),
            "recall_kept_aside": round(found["labels, kept aside"].recall, 4),
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
