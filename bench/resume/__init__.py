"""Resuming: 2,000 clients reconnect after a restart; the baseline fetches the whole queue instead.

Both join the room's socket again, on PostgreSQL and Redis. A resuming client sends its last sequence number,
and is in sync after it has received each later event once. A fetching client requests the queue after
joining. They reconnect all at the same time, or spread as clients do after the close code of a restart.
"""

from statistics import median
from typing import Any

from bench import document
from bench.machine import Cores, allow_many_files
from bench.results import Result, ratio
from bench.resume.counting_postgres import CountingPostgres
from bench.resume.restarts import Stage, Way, restart
from bench.room import Room
from tests.processes import TuttiServer
from tests.services import Redis

CLIENTS, QUICK_CLIENTS = 2000, 300
REPEATS = 3
ITEMS = 200
# As the web app does after 4012.
SPREAD_SECONDS = 2.0
SPREAD = f"within {SPREAD_SECONDS:g} s"

WAYS = [
    Way("resume", "resume, all at once", is_fetch=False, spread_seconds=0),
    Way("fetch", "fetch, all at once", is_fetch=True, spread_seconds=0),
    Way("resume_spread", f"resume, {SPREAD}", is_fetch=False, spread_seconds=SPREAD_SECONDS),
    Way("fetch_spread", f"fetch, {SPREAD}", is_fetch=True, spread_seconds=SPREAD_SECONDS),
]
FIGURES = {
    "in_sync": "in sync",
    "seconds": "after s",
    "p50_ms": "half, ms",
    "queries": "queries",
    "server_seconds": "processor s",
    "peak_megabytes": "peak MB",
    "megabytes_before": "before",
    "snapshots": "snapshots",
    "retries": "retries",
}
COMPARED = ["seconds", "queries", "server_seconds", "peak_megabytes"]


def measure(*, is_quick: bool) -> Result:
    allow_many_files()
    cores = Cores()
    clients, times = (QUICK_CLIENTS, 1) if is_quick else (CLIENTS, REPEATS)
    with CountingPostgres() as postgres, Redis() as redis:
        data: dict[str, Any] = {"database_url": postgres.create_database(), "redis_url": redis.new_url()}
        with TuttiServer(**data) as writer, TuttiServer(**data) as server:
            room = Room(writer, name="Restarts", items=ITEMS)
            stage = Stage(server, writer, room, postgres, cores)
            found = [
                {"repeat": repeat, **restart(stage, way, clients=clients)}
                for repeat in range(times)
                for way in WAYS
            ]
    return result_of(found, clients)


def write_document() -> None:
    document.write_table("resume")


def result_of(found: list[dict[str, Any]], clients: int) -> Result:
    """The median of the repetitions; of the clients in sync the minimum."""

    def median_of(way: str, figure: str) -> float:
        return float(median(one[figure] for one in found if one["way"] == way))

    def shown(way: str, figure: str) -> float:
        return (
            min(one[figure] for one in found if one["way"] == way)
            if figure == "in_sync"
            else median_of(way, figure)
        )

    rows = [[f"{clients:,} clients", *FIGURES.values()]]
    rows += [[way.title, *(f"{shown(way.name, figure):,.5g}" for figure in FIGURES)] for way in WAYS]
    ratios = {
        f"{figure}{suffix}": ratio(median_of(f"resume{suffix}", figure), median_of(f"fetch{suffix}", figure))
        for suffix in ("", "_spread")
        for figure in COMPARED
    }
    return Result(name="resume", ratios=ratios, table=rows, raw={"clients": clients, "restarts": found})
