"""Recommendations: how good, beside popularity and neighbours of items in the same run, and what they cost.

Reads a listening set (--data DIR: train.csv or train.csv.gz with people, items and plays), keeps a part of it
back, and asks the product for the rest, by the functions of `manage.py evaluate_recommendations`. The costs
are of made-up listening, up to 10 million listens and 300,000 tracks; --quick leaves the larger out.
"""

from argparse import ArgumentParser
from itertools import pairwise
from pathlib import Path
from typing import Any

from bench import document
from bench.recommendations import latency, quality, served, training
from bench.results import Result, ratio

SEEDS = (1, 2, 3)
LISTENS, QUICK_LISTENS = (100_000, 1_000_000, 10_000_000), (100_000,)
TRACKS, QUICK_TRACKS = (10_000, 30_000, 100_000, 300_000), (10_000, 100_000)
SERVED_TRACKS, QUICK_SERVED_TRACKS = (10_000, 100_000), (10_000,)


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, metavar="DIR", help="a folder with train.csv or train.csv.gz")


def measure(*, is_quick: bool, data: Path | None) -> Result:
    if data is None:
        raise SystemExit("Say which listening set: bench/run recommendations --data DIR")
    asked = [quality.measured(data, seed) for seed in (SEEDS[:1] if is_quick else SEEDS)]
    answered = [latency.measured(tracks) for tracks in (QUICK_TRACKS if is_quick else TRACKS)]
    trained = [training.measured(listens) for listens in (QUICK_LISTENS if is_quick else LISTENS)]
    over_http = [
        served.measured(tracks, is_quick=is_quick)
        for tracks in (QUICK_SERVED_TRACKS if is_quick else SERVED_TRACKS)
    ]
    return result_of(asked, trained, answered, over_http)


def write_document() -> None:
    document.write_table("recommendations")


def result_of(asked: list[Any], trained: list[Any], answered: list[Any], over_http: list[Any]) -> Result:
    found = {
        name: {figure: sum(one[name][figure] for one in asked) / len(asked) for figure in quality.FIGURES}
        for name in quality.CONTESTANTS
    }
    rows = [["", *quality.FIGURES.values()]]
    for name, title in quality.CONTESTANTS.items():
        *shares, distinct = found[name].values()
        rows.append([title, *(f"{share:.3f}" for share in shares), f"{distinct:,.0f}"])
    rows.append(["training on listens", "seconds", "peak MB", "people", "items", ""])
    rows += [
        [
            f"{one['listens']:,}",
            f"{one['seconds']:.1f}",
            f"{one['peak_megabytes']:,.0f}",
            f"{one['people']:,}",
            f"{one['items']:,}",
            "",
        ]
        for one in trained
    ]
    rows.append(["a fresh answer among tracks, ms", "known", "p99", "new", "p99", ""])
    rows += [
        [f"{one['tracks']:,}", *(f"{one[figure]:.2f}" for figure in latency.FIGURES), ""] for one in answered
    ]
    rows.append(["over HTTP among tracks, ms", "found", "p99", "remembered", "p99", "alive"])
    rows += [
        [f"{one['tracks']:,}", *(f"{one[figure]:.1f}" for figure in served.FIGURES)] for one in over_http
    ]
    return Result(
        name="recommendations",
        ratios={
            **_ratios(found, trained, answered),
            **{
                f"remembered_to_alive_{one['tracks']}_tracks": ratio(one["remembered_ms"], one["alive_ms"])
                for one in over_http
            },
        },
        table=rows,
        raw={"quality": asked, "training": trained, "latency": answered, "served": over_http},
    )


def _ratios(
    found: dict[str, dict[str, float]], trained: list[Any], answered: list[Any]
) -> dict[str, float | None]:
    ratios = {
        f"{figure}_to_{other}": ratio(found["tutti"][figure], found[other][figure])
        for other in ("neighbours", "popularity")
        for figure in quality.FIGURES
    }
    for before, after in pairwise(trained):
        ratios[f"training_seconds_{after['listens']}_to_{before['listens']}"] = ratio(
            after["seconds"], before["seconds"]
        )
    for before, after in pairwise(answered):
        ratios[f"answer_{after['tracks']}_to_{before['tracks']}_tracks"] = ratio(
            after["known_ms"], before["known_ms"]
        )
    return ratios
