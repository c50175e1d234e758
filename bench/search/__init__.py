"""Searching a library of ten thousand to a million tracks, 50 times a second, on both databases.

Partial and complete names, misspelled ones, genres, Chinese characters and names that are not in the
library, in random order; each response has the 50 tracks that the web app requests. The baseline executes the
same searches as table scans without indexes, one after the other. Processor times
are those of the server and its database, and are more reliable than milliseconds on a busy machine.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from threading import Lock
from typing import Any

import httpx

from bench.django_shell import run_in_django_shell
from bench.imports.memory_sampler import run_sampled
from bench.machine import processor_seconds, with_children
from bench.results import Result, ratio
from bench.search.queries import Query, typed
from tests.processes import TuttiServer
from tests.services import Postgres, Redis

SIZES, QUICK_SIZES = (10_000, 100_000, 1_000_000), (2_000, 8_000)
A_SECOND, SHOWN = 50, 50
SECONDS, QUICK_SECONDS = 20, 5
# Requests that warm the process up.
WARM_UP = 60
SCANNED, QUICK_SCANNED = 10, 10
# The number of concurrent connections, each with one request at a time.
SENDERS = 16
SCAN = """
import json, time
from django.db import connection
is_sqlite = connection.vendor == "sqlite"
plan = "SELECT 1" if is_sqlite else "SET enable_bitmapscan = off; SET enable_indexscan = off"
column = "+search_text" if is_sqlite else "search_text"
took = []
with connection.cursor() as cursor:
    cursor.execute(plan)
    for words in {queries!r}:
        where = " AND ".join([f"{{column}} LIKE %s"] * len(words)) or "TRUE"
        likes = ["%" + word + "%" for word in words]
        began = time.perf_counter()
        cursor.execute("SELECT count(*) FROM tracks_track WHERE " + where, likes)
        cursor.fetchall()
        cursor.execute("SELECT id FROM tracks_track WHERE " + where + " ORDER BY"
            " CASE WHEN title_key = %s THEN 0 WHEN title_key LIKE %s THEN 1"
            " WHEN artist_key LIKE %s THEN 2 ELSE 3 END, id LIMIT 50",
            [*likes, " ".join(words), " ".join(words) + "%", " ".join(words) + "%"])
        cursor.fetchall()
        took.append(1000 * (time.perf_counter() - began))
print(json.dumps(took))
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    text = "save the result of each size in this folder, and measure only missing sizes"
    parser.add_argument("--parts", type=Path, metavar="DIR", help=text)
    parser.add_argument("--sizes", type=_sizes, metavar="N,…", help="only these numbers of tracks")


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in text.split(","))


def measure(*, is_quick: bool, parts: Path | None = None, sizes: tuple[int, ...] | None = None) -> Result:
    sizes = sizes or (QUICK_SIZES if is_quick else SIZES)
    found: list[dict[str, Any]] = []
    for tracks in sizes:
        for database in ("SQLite", "PostgreSQL"):
            kept = parts / f"{database}-{tracks}.json" if parts else None
            if kept and kept.exists():
                found.append(json.loads(kept.read_text()))
                continue
            figures = {"database": database, "tracks": tracks, **_part(database, tracks, is_quick=is_quick)}
            found.append(figures)
            if kept:
                kept.parent.mkdir(parents=True, exist_ok=True)
                kept.write_text(json.dumps(figures))
    return result_of(found)


def _part(database: str, tracks: int, *, is_quick: bool) -> dict[str, Any]:
    if database == "SQLite":
        return _measured(database, tracks, {}, [], is_quick=is_quick)
    with Postgres() as postgres, Redis() as redis:
        services = {"database_url": postgres.create_database(), "redis_url": redis.new_url()}
        return _measured(database, tracks, services, [postgres.pid], is_quick=is_quick)


def _measured(
    database: str, tracks: int, services: dict[str, str], pids: list[int], *, is_quick: bool
) -> dict[str, Any]:
    with _filled(database, tracks, services) as (server, seconds):
        seconds_each = QUICK_SECONDS if is_quick else SECONDS
        queries = typed(tracks, WARM_UP + A_SECOND * seconds_each)
        _say(f"{database}, {tracks:,} tracks: {A_SECOND} per second …")
        with ExitStack() as open_clients:
            clients = [open_clients.enter_context(server.client()) for _ in range(SENDERS)]
            _asked(clients, queries[:WARM_UP])
            pids = [server.pid, *pids]
            used = _processor_seconds(pids)
            took = _asked(clients, queries[WARM_UP:])
            used = _processor_seconds(pids) - used
        scanned = queries[WARM_UP:][: QUICK_SCANNED if is_quick else SCANNED]
        _say(f"{database}, {tracks:,} tracks: scans …")
        words = [one.text.lower().split() for one in scanned]
        scans = json.loads(run_in_django_shell(server, SCAN.format(queries=words)))
    kinds = {one.kind: [ms for kind, ms in took if kind == one.kind] for one in queries[WARM_UP:]}
    every = [ms for _, ms in took]
    return {
        "index_seconds": round(seconds, 1),
        "processor_ms": round(1000 * used / len(took), 2),
        "load": os.getloadavg()[0],
        "requests": len(every),
        "median_ms": _end(every, 0.5),
        "p95_ms": _end(every, 0.95),
        "p99_ms": _end(every, 0.99),
        "scan_median_ms": _end(scans, 0.5),
        "scan_p95_ms": _end(scans, 0.95),
        "p95_ms_by_kind": {kind: _end(times, 0.95) for kind, times in sorted(kinds.items())},
    }


@contextmanager
def _filled(database: str, tracks: int, services: dict[str, str]) -> Iterator[tuple[TuttiServer, float]]:
    with tempfile.TemporaryDirectory(prefix="tutti-search-") as folder:
        server = TuttiServer(data_folder=Path(folder, "data"), **services)
        server.data_folder.mkdir()
        environment = {**server.environment, "DJANGO_SETTINGS_MODULE": "config.settings"}
        _say(f"{database}: {tracks:,} tracks …")
        migrate = ["manage.py", "migrate", "--verbosity", "0"]
        # As if the library had been filled before the search indexes existed.
        run_sampled(migrate, environment)
        run_sampled([*migrate, "tracks", "0001"], environment)
        run_sampled(["-m", "bench.search.fill_library", str(tracks)], environment)
        seconds = run_sampled([*migrate, "tracks"], environment).seconds
        run_sampled(["-m", "bench.search.fill_library"], environment)
        with server:
            yield server, seconds


def _processor_seconds(pids: list[int]) -> float:
    return processor_seconds(one for pid in pids for one in with_children(pid))


def _asked(clients: list[httpx.Client], queries: list[Query]) -> list[tuple[str, float]]:
    """The kind and milliseconds of each, measured from its due time: a late response delays later ones.

    The clients exist before: creating one takes tens of milliseconds of processor time outside the server.
    """
    lock, numbers = Lock(), count()
    began = time.perf_counter() + 0.1

    def ask_some(http: httpx.Client) -> list[tuple[str, float]]:
        took = []
        while True:
            with lock:
                number = next(numbers)
            if number >= len(queries):
                return took
            due = began + number / A_SECOND
            time.sleep(max(0.0, due - time.perf_counter()))
            asked = {"search": queries[number].text, "limit": SHOWN}
            http.get("/api/tracks/", params=asked).raise_for_status()
            took.append((queries[number].kind, 1000 * (time.perf_counter() - due)))

    with ThreadPoolExecutor(len(clients)) as senders:
        return [one for took in senders.map(ask_some, clients) for one in took]


def _end(times: list[float], share: float) -> float:
    ordered = sorted(times)
    return round(statistics.median(times) if share == 0.5 else ordered[int(share * (len(ordered) - 1))], 2)


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def result_of(found: list[dict[str, Any]]) -> Result:
    names = (
        "median_ms",
        "p95_ms",
        "p99_ms",
        "processor_ms",
        "scan_median_ms",
        "scan_p95_ms",
        "index_seconds",
    )
    rows = [["", "tracks", *names]]
    rows += [
        [one["database"], f"{one['tracks']:,}", *(f"{one[name]:.1f}" for name in names)] for one in found
    ]
    ratios: dict[str, float | None] = {}
    for one in found:
        name = f"{one['database'].lower()}_p95_over_scan_{one['tracks']}"
        ratios[name] = ratio(one["p95_ms"], one["scan_p95_ms"])
    for database in dict.fromkeys(one["database"] for one in found):
        sizes = [one for one in found if one["database"] == database]
        least, most = sizes[0], sizes[-1]
        if least is most:
            continue
        name = database.lower()
        ratios[f"{name}_processor_most_over_least_tracks"] = ratio(
            most["processor_ms"], least["processor_ms"]
        )
        ratios[f"{name}_p95_most_over_least_tracks"] = ratio(most["p95_ms"], least["p95_ms"])
    is_whole = {one["tracks"] for one in found} == {*SIZES}
    return Result(name="search", ratios=ratios, table=rows, raw={"runs": found}, is_whole=is_whole)
