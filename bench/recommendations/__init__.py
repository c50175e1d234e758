"""Recommendations: quality, with popularity and item neighbours as baselines, and costs.

Reads a listening data set (--data DIR: train.csv or train.csv.gz with users, items and plays), holds out a
part, and predicts it with the functions of `manage.py evaluate_recommendations`. The costs
are those of synthetic data with up to 10 million listens and 300,000 tracks; --quick leaves out large sizes.
"""

from argparse import ArgumentParser
from itertools import pairwise
from pathlib import Path
from typing import Any

from bench import document
from bench.recommendations import http_latency, inference_latency, quality, training
from bench.results import Result, ratio

SEEDS = (1, 2, 3)
LISTENS, QUICK_LISTENS = (100_000, 1_000_000, 10_000_000), (100_000,)
TRACKS, QUICK_TRACKS = (10_000, 30_000, 100_000, 300_000), (10_000, 100_000)
SERVED_TRACKS, QUICK_SERVED_TRACKS = (10_000, 100_000), (10_000,)


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, metavar="DIR", help="a folder with train.csv or train.csv.gz")


def measure(*, is_quick: bool, data: Path | None) -> Result:
    if data is None:
        raise SystemExit("Specify the listening data set: bench/run recommendations --data DIR")
    asked = [quality.measured(data, seed) for seed in (SEEDS[:1] if is_quick else SEEDS)]
    answered = [inference_latency.measured(tracks) for tracks in (QUICK_TRACKS if is_quick else TRACKS)]
    trained = [training.measured(listens) for listens in (QUICK_LISTENS if is_quick else LISTENS)]
    over_http = [
        http_latency.measured(tracks, is_quick=is_quick)
        for tracks in (QUICK_SERVED_TRACKS if is_quick else SERVED_TRACKS)
    ]
    return result_of(asked, trained, answered, over_http)


def write_document() -> None:
    document.write_table("recommendations")


def result_of(asked: list[Any], trained: list[Any], answered: list[Any], over_http: list[Any]) -> Result:
    found = {
        name: {figure: sum(one[name][figure] for one in asked) / len(asked) for figure in quality.FIGURES}
        for name in quality.SYSTEMS
    }
    rows = [["", *quality.FIGURES.values()]]
    for name, title in quality.SYSTEMS.items():
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
    rows.append(["inference among tracks, ms", "known", "p99", "new", "p99", ""])
    rows += [
        [f"{one['tracks']:,}", *(f"{one[figure]:.2f}" for figure in inference_latency.FIGURES), ""]
        for one in answered
    ]
    rows.append(["over HTTP among tracks, ms", "computed", "p99", "cached", "p99", "health"])
    rows += [
        [f"{one['tracks']:,}", *(f"{one[figure]:.1f}" for figure in http_latency.FIGURES)]
        for one in over_http
    ]
    return Result(
        name="recommendations",
        ratios={
            **_ratios(found, trained, answered),
            **{
                f"cached_to_health_{one['tracks']}_tracks": ratio(one["cached_ms"], one["alive_ms"])
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
