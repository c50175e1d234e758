"""Charts: a run over recorded days and its repetition, a million rows of history, every endpoint, GraphQL.

Measured on SQLite and on PostgreSQL with Redis, each on its own server. The days are synthetic, or
those of `--data DIR`, which has raw/<service>/<genre>/<day>.json.
"""

import argparse
import json
import statistics
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from bench import document
from bench.charts import server_scripts
from bench.charts.synthetic_data import write_days
from bench.django_shell import run_in_django_shell
from bench.results import Result, ratio
from tests.contract.charts.graphql import FIGURES, NAMES
from tests.processes import TuttiServer
from tests.services import Postgres, Redis

DAYS, QUICK_DAYS = 14, 3
ROWS, QUICK_ROWS = 1_000_000, 40_000
ASKED, QUICK_ASKED = 500, 50
ROUNDS, QUICK_ROUNDS = 20, 5
# Targets: milliseconds of one query and one response, part of tracks, part of the first run's time.
TARGET_QUERY_MS, TARGET_RESPONSE_MS, TARGET_PROCESSED, TARGET_REPEATED = 50, 500, 0.99, 0.1
TARGET_COLD_MS, TARGET_CACHED = 200, 0.1
LIVE = "/api/health/live"
# A whole chart with names, ranks and counts, and the history of each track.
CHART = f"""{{ playlist(genre: "pop", service: "tunemeld") {{
    genreName serviceName updatedAt tracks {{ {NAMES} {FIGURES} viewCountDataJson }}
}} }}"""


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, metavar="DIR", help="recorded days instead of synthetic ones")


def measure(*, is_quick: bool, data: Path | None = None) -> Result:
    found: dict[str, Any] = {}
    with ExitStack() as running:
        folder = data or Path(running.enter_context(TemporaryDirectory(prefix="tutti-days-")))
        if data is None:
            write_days(folder, days=QUICK_DAYS if is_quick else DAYS)
        postgres, redis = running.enter_context(Postgres()), running.enter_context(Redis())
        sizes = {
            "SQLite": {},
            "PostgreSQL": {"database_url": postgres.create_database(), "redis_url": redis.new_url()},
        }
        for name, reported in sizes.items():
            sys.stderr.write(f"{name} …\n")
            with TuttiServer(**reported) as server:
                found[name] = _figures(server, folder.resolve(), is_quick=is_quick)
    result = result_of(found)
    result.is_whole = data is None
    return result


def write_document() -> None:
    document.write_table("charts")


def _figures(server: TuttiServer, folder: Path, *, is_quick: bool) -> dict[str, Any]:
    runs = json.loads(run_in_django_shell(server, server_scripts.RUN_TWICE.format(folder=str(folder))))
    run_in_django_shell(server, server_scripts.FILL.format(rows=QUICK_ROWS if is_quick else ROWS))
    history = json.loads(
        run_in_django_shell(
            server, server_scripts.ASK_HISTORY.format(asked=QUICK_ASKED if is_quick else ASKED)
        )
    )
    rounds = QUICK_ROUNDS if is_quick else ROUNDS
    responses = _response_times(server, rounds=rounds)
    run_in_django_shell(server, server_scripts.FILL_CHARTS)
    asked = server_scripts.ASK_GRAPHQL.format(query=CHART, base_url=server.base_url, rounds=rounds)
    return {
        **{"runs": runs, "history": history, "responses": responses},
        "graphql": json.loads(run_in_django_shell(server, asked)),
    }


def _response_times(server: TuttiServer, *, rounds: int) -> dict[str, dict[str, float]]:
    """Milliseconds by path: the median and the slowest."""
    with server.client() as client:
        isrc = client.get("/api/charts/pop/").raise_for_status().json()["data"]["tracks"][0]["isrc"]
        return {path: _asked(client, path, rounds) for path in (LIVE, *_paths(isrc))}


def _paths(isrc: str) -> list[str]:
    of_genre = [f"/api/{name}/pop/" for name in ("graph-data", "playlist-data", "last-updated", "header-art")]
    return [
        *(
            "/api/charts/",
            "/api/charts/pop/",
            "/api/charts/pop/?sort=plays",
            "/api/charts/pop/?sort=trending",
        ),
        *("/api/charts/pop/spotify/", f"/api/charts/tracks/{isrc}/", *of_genre),
        *("/api/service-playlist/pop/spotify/", "/api/trending-isrcs/", "/api/health/"),
    ]


def _asked(client: httpx.Client, path: str, rounds: int) -> dict[str, float]:
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        client.get(path).raise_for_status()
        times.append((time.perf_counter() - began) * 1000)
    return {"median": round(statistics.median(times), 2), "slowest": round(max(times), 2)}


def result_of(found: dict[str, Any]) -> Result:
    rows = [["", *found, "wanted"]]
    ratios: dict[str, float | None] = {}
    cells = {name: _cells(database) for name, database in found.items()}
    for label, wanted in {
        "first run, s": "",
        "again, s": "",
        "repeated / first": f"< {TARGET_REPEATED}",
        "again changed": "0",
        "lines processed": f"> {TARGET_PROCESSED:.0%}",
        "history of a track, ms": f"< {TARGET_QUERY_MS}",
        "… by a scan, ms": "",
        "… by the index alone": "True",
        "slowest response, ms": f"< {TARGET_RESPONSE_MS}",
        "GraphQL: tracks, days": "",
        "… cold, ms, median": "",
        "… cold, ms, p95": f"< {TARGET_COLD_MS}",
        "… cached, ms": "",
        "… cached / cold": f"< {TARGET_CACHED}",
    }.items():
        rows.append([label, *(str(cells[name][label]) for name in found), wanted])
    for name, database in found.items():
        key = name.lower()
        ratios[f"{key}_again_over_first"] = ratio(
            database["runs"]["again_seconds"], database["runs"]["first_seconds"]
        )
        ratios[f"{key}_processed"] = round(database["runs"]["processed"], 5)
        ratios[f"{key}_history_over_scan"] = ratio(
            database["history"]["mean_ms"], database["history"]["scan_ms"]
        )
        ratios[f"{key}_slowest_response_over_wanted"] = ratio(_slowest(database)[0], TARGET_RESPONSE_MS)
        graphql = database["graphql"]
        ratios[f"{key}_graphql_p95_over_wanted"] = ratio(_p95(graphql["cold_ms"]), TARGET_COLD_MS)
        ratios[f"{key}_graphql_cached_over_cold"] = _cached_ratio(graphql)
    return Result(name="charts", ratios=ratios, table=rows, raw=found)


def _cells(found: dict[str, Any]) -> dict[str, object]:
    runs, history = found["runs"], found["history"]
    slowest, path = _slowest(found)
    graphql = found["graphql"]
    return {
        "first run, s": round(runs["first_seconds"], 2),
        "again, s": round(runs["again_seconds"], 3),
        "repeated / first": round(runs["again_seconds"] / runs["first_seconds"], 4),
        "again changed": runs["changed_again"],
        "lines processed": f"{runs['processed']:.2%} of {runs['lines']}",
        "history of a track, ms": round(history["mean_ms"], 3),
        "… by a scan, ms": round(history["scan_ms"], 1),
        "… by the index alone": history["is_index_alone"],
        "slowest response, ms": f"{slowest:.0f} ({path})",
        "GraphQL: tracks, days": f"{graphql['tracks']}, {graphql['days']:,}",
        "… cold, ms, median": round(statistics.median(graphql["cold_ms"]), 1),
        "… cold, ms, p95": round(_p95(graphql["cold_ms"]), 1),
        "… cached, ms": round(statistics.median(graphql["cached_ms"]), 2),
        "… cached / cold": _cached_ratio(graphql),
    }


def _slowest(found: dict[str, Any]) -> tuple[float, str]:
    return max((one["slowest"], path) for path, one in found["responses"].items())


def _p95(times: list[float]) -> float:
    return sorted(times)[-(-95 * len(times) // 100) - 1]


def _cached_ratio(graphql: dict[str, Any]) -> float | None:
    return ratio(statistics.median(graphql["cached_ms"]), statistics.median(graphql["cold_ms"]))
