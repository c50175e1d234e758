"""Analytics: the summary over 10 million activities beside the one over 10 thousand, and counting raw rows.

Two servers on PostgreSQL with equal users, tracks and days receive requests alternately over one connection
each, which stays open. The baseline counts raw rows in the database, as a summary without roll-ups would.
"""

import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx

from bench import document
from bench.analytics.synthetic_data import FilledServer, fill
from bench.results import Result, ratio
from tests.processes import TuttiServer
from tests.services import Postgres, Redis

FEW, MANY, QUICK_MANY = 10_000, 10_000_000, 100_000
# The number of users, and of tracks.
SIZE, QUICK_SIZE = 1000, 200
ROUNDS, QUICK_ROUNDS = 200, 30
# A count of all raw rows is slow, so a few repetitions suffice.
RECOUNTS = 5
SUMMARY, TRENDS = "/api/analytics/summary/", "/api/analytics/trends/"
ENDPOINTS = {"summary": SUMMARY, "trends of 7 days": TRENDS, "trends of 90 days": f"{TRENDS}?days=90"}
# The statistics that the requirements name.
WANTED_MS = 200
Ask = Callable[[], Any]


def measure(*, is_quick: bool) -> Result:
    many = QUICK_MANY if is_quick else MANY
    with ExitStack() as running:
        postgres, redis = running.enter_context(Postgres()), running.enter_context(Redis())
        servers = []
        for activities in (FEW, many):
            data: dict[str, Any] = {"database_url": postgres.create_database(), "redis_url": redis.new_url()}
            server = running.enter_context(TuttiServer(**data))
            sys.stderr.write(f"{activities:,} activities …\n")
            began = time.monotonic()
            servers.append(fill(server, activities, size=QUICK_SIZE if is_quick else SIZE))
            sys.stderr.write(f"… in {time.monotonic() - began:.0f} s\n")
        found = {
            "activities": [FEW, many],
            **dict(_figures(servers, rounds=QUICK_ROUNDS if is_quick else ROUNDS)),
        }
    return result_of(found)


def write_document() -> None:
    document.write_table("analytics")


def result_of(found: dict[str, Any]) -> Result:
    few, many = found["activities"]
    rows = [["ms", f"{few:,} activities", f"{many:,}", "ratio", "wanted"]]
    ratios = {}
    for name, (of_few, of_many) in found.items():
        if name != "activities":
            growth = ratio(of_many, of_few)
            wanted = "" if "count" in name else f"< {WANTED_MS}"
            rows.append([name, f"{of_few:,.2f}", f"{of_many:,.2f}", f"{growth:g}", wanted])
            ratios[f"{name.replace(' ', '_')}_many_over_few"] = growth
    ratios["summary_over_recount"] = ratio(found["summary"][1], found["raw recount"][1])
    return Result(name="analytics", ratios=ratios, table=rows, raw=found)


def _figures(servers: list[FilledServer], *, rounds: int) -> Iterator[tuple[str, list[float]]]:
    """The median of each in milliseconds, small data set first."""
    with ExitStack() as opened:
        lines = [opened.enter_context(server.server.client()) for server in servers]
        for name, path in ENDPOINTS.items():
            yield name, _middles([_asked(line, path) for line in lines], rounds)
    yield "raw recount", _middles([server.recount for server in servers], RECOUNTS)


def _asked(line: httpx.Client, path: str) -> Ask:
    return lambda: line.get(path).raise_for_status()


def _middles(asks: list[Ask], rounds: int) -> list[float]:
    """Interleaved, after one warm-up request of each."""
    taken: list[list[float]] = [[] for _ in asks]
    for number in range(rounds + 1):
        for ask, times in zip(asks, taken, strict=True):
            began = time.perf_counter()
            ask()
            if number:
                times.append((time.perf_counter() - began) * 1000)
    return [round(statistics.median(times), 3) for times in taken]
