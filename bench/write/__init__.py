"""Writes and reads of a room; the baseline is a bare Django REST framework view that inserts or lists rows.

Both servers run under Daphne on one core, which this process does not use. Measured is the processor time of
a server's processes per response. Writes are those of guests with an `Idempotency-Key`, rate limits,
event, hint and log line. Both are interleaved, so that background load affects them equally.
"""

import argparse
import contextlib
import json
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.machine import Cores, allow_many_files
from bench.results import Result
from bench.write.clients import Requests, Run, Target, send_at_rate, send_closed_loop
from bench.write.listeners import listening
from bench.write.reads import LONG_QUEUE_PATH, READS, SNAPSHOT, read_repeatedly, rows_of, take_snapshots
from bench.write.report import SECOND, Measured, result_of, write_document
from bench.write.servers import MeasuredServer, Services, bare_servers, tutti_servers
from bench.write.time_breakdown import STATEMENTS
from bench.write.workload import (
    ADD,
    BARE,
    MOVE,
    PLAY,
    SPARE_TRACKS,
    VOTE,
    WRITES,
    FilledRooms,
    bare_writes,
    filled,
)
from tests.processes import TuttiServer
from tests.services import Postgres, Redis, versions

__all__ = ["add_options", "measure", "write_document"]

SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"
ROOMS, CLIENTS, LISTENERS = (1, 50), (1, 8, 32), 500
PACE = 10
WARM_UP = 30
# No limit but the time.
MOST = 10**9


@dataclass(frozen=True)
class Plan:
    """Numbers of rounds, durations in seconds, and the number of writes at ten per second."""

    sizes: tuple[str, ...] = (SQLITE, POSTGRESQL)
    rounds: int = 5
    seconds: float = 1.5
    matrix_seconds: float = 0.8
    at_a_pace: int = 500
    parts: int = 300
    has_matrix: bool = True


PLAN = Plan()
QUICK_PLAN = Plan(sizes=(SQLITE,), rounds=2, seconds=0.7, at_a_pace=0, parts=60, has_matrix=False)


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--only", choices=(SQLITE, POSTGRESQL), help="only on this database")
    parser.add_argument(
        "--rounds", type=int, default=0, metavar="N", help=f"rounds of each write (default {PLAN.rounds})"
    )
    parser.add_argument("--no-matrix", action="store_true", help="one client in one room, one process")
    parser.add_argument("--again", action="store_true", help="save it as the second run, besides the first")


def measure(
    *,
    is_quick: bool,
    only: str | None = None,
    rounds: int = 0,
    no_matrix: bool = False,
    again: bool = False,
) -> Result:
    allow_many_files()
    plan = QUICK_PLAN if is_quick else PLAN
    plan = Plan(
        **{
            **vars(plan),
            **({"sizes": (only,)} if only else {}),
            **({"rounds": rounds} if rounds else {}),
            **({"has_matrix": False} if no_matrix else {}),
        }
    )
    cores, found = Cores(), Measured()
    for size in plan.sizes:
        with contextlib.ExitStack() as things:
            services = Services()
            if size == POSTGRESQL:
                services = Services(things.enter_context(Postgres()), things.enter_context(Redis()))
            _measure_parts(found, plan, cores, services, size)
            for processes in (1, 2) if plan.has_matrix and size == POSTGRESQL else (1,):
                _measure_size(found, plan, cores, services, size, processes)
    if POSTGRESQL in plan.sizes:
        found["services"] = [{"versions": versions()}]
    result = result_of(found, name=SECOND if again else "write")
    result.is_whole = not (only or rounds or no_matrix)
    return result


def _measure_size(
    found: Measured, plan: Plan, cores: Cores, services: Services, size: str, processes: int
) -> None:
    with (
        bare_servers(cores, services, processes=processes) as bare,
        tutti_servers(cores, services, processes=processes) as servers,
    ):
        both = _Both(bare, servers, filled(servers[0]))
        if processes == 1:
            _measure_rounds(found, plan, size, both)
            _measure_reads(found, plan, size, both)
        paths = [f"/ws/playlist/{slug}/" for slug in ("one", *both.filled.many)]
        if processes == 1 and plan.at_a_pace:
            with listening(both.tutti.ports, paths[:1], LISTENERS):
                _measure_pace(found, plan, size, both)
        if not plan.has_matrix:
            return
        _measure_matrix(found, plan, {"size": size, "processes": processes, "listeners": 0}, both)
        for some, heard in ((1, paths[:1]), (ROOMS[1], paths[1:])):
            with listening(both.tutti.ports, heard, LISTENERS):
                where = {"size": size, "processes": processes, "listeners": LISTENERS}
                _measure_matrix(found, plan, where, both, rooms=(some,))


class _Both:
    """A bare server and Tutti, in the same mode."""

    def __init__(self, bare: MeasuredServer, servers: list[TuttiServer], rooms: FilledRooms) -> None:
        self.bare = bare
        self.servers = servers
        self.tutti = MeasuredServer([server.port for server in servers], [server.pid for server in servers])
        self.filled = rooms

    def server_of(self, kind: str) -> MeasuredServer:
        return self.bare if kind == BARE else self.tutti

    def requests(self, kind: str, *, rooms: int = 1, clients: int = 1) -> list[Requests]:
        return (
            bare_writes(clients) if kind == BARE else self.filled.writes(kind, rooms=rooms, clients=clients)
        )


def _measure_rounds(found: Measured, plan: Plan, size: str, both: _Both) -> None:
    """One client in one room: the cost of a write."""
    kinds = {kind: both.requests(kind) for kind in (BARE, *WRITES)}
    for kind, requests in kinds.items():
        _run(both.server_of(kind), requests, seconds=60, most=WARM_UP)
    for number in range(plan.rounds):
        _say(f"{size}: writes, {number + 1} of {plan.rounds}")
        for kind, requests in kinds.items():
            most = (SPARE_TRACKS - WARM_UP) // plan.rounds if kind == ADD else MOST
            run = _run(both.server_of(kind), requests, seconds=plan.seconds, most=most)
            found.note("turns", run, size=size, kind=kind, turn=number)


def _measure_reads(found: Measured, plan: Plan, size: str, both: _Both) -> None:
    server = both.servers[0]
    rows = {name: rows_of(server, path) for name, path in READS.items()}
    rows[SNAPSHOT] = rows_of(server, LONG_QUEUE_PATH)
    for number in range(plan.rounds):
        _say(f"{size}: reads, {number + 1} of {plan.rounds}")
        for name, count in rows.items():
            listed = read_repeatedly(both.bare, f"/rows/{count}/", seconds=plan.seconds / 3)
            if name == SNAPSHOT:
                run = take_snapshots(both.tutti, seconds=plan.seconds / 3)
            else:
                run = read_repeatedly(both.tutti, READS[name], seconds=plan.seconds / 3)
            found.note("reads", listed, size=size, kind=name, turn=number, rows=count, is_bare=True)
            found.note("reads", run, size=size, kind=name, turn=number, rows=count, is_bare=False)


def _measure_matrix(
    found: Measured, plan: Plan, where: dict[str, Any], both: _Both, *, rooms: tuple[int, ...] = ROOMS
) -> None:
    for some in rooms:
        for clients in CLIENTS:
            _say(f"{where['size']}: {some} rooms, {clients} clients, {where['listeners']} listeners")
            for kind in (BARE, VOTE, ADD, MOVE, PLAY):
                requests = both.requests(kind, rooms=some, clients=clients)
                run = _run(both.server_of(kind), requests, seconds=plan.matrix_seconds)
                found.note("matrix", run, **where, rooms=some, clients=clients, kind=kind)


def _measure_pace(found: Measured, plan: Plan, size: str, both: _Both) -> None:
    """Ten writes per second to each server, in turns, in one room with listeners."""
    _say(f"{size}: {PACE} writes a second, {plan.at_a_pace} to each server")
    targets = {
        kind: Target(server.ports[0], both.requests(kind)[0], server.pids)
        for kind, server in ((BARE, both.bare), (VOTE, both.tutti))
    }
    runs = send_at_rate(list(targets.values()), per_second=PACE, count=plan.at_a_pace)
    for kind, run in zip(targets, runs, strict=True):
        found.note("pace", run, saves_response_times=True, size=size, kind=kind)


def _measure_parts(found: Measured, plan: Plan, cores: Cores, services: Services, size: str) -> None:
    """Breakdown of the time, on an instrumented server, which is a little slower."""
    _say(f"{size}: breakdown of the time")
    with tempfile.TemporaryDirectory(prefix="tutti-parts-") as folder:
        place = Path(folder) / "parts.json"
        with tutti_servers(cores, services, parts=place) as servers:
            rooms, target = filled(servers[0]), MeasuredServer([servers[0].port], [servers[0].pid])
            runs = {kind: _parts_run(rooms, target, kind, plan.parts) for kind in (VOTE, ADD, MOVE, PLAY)}
            servers[0].stop()
        parts = json.loads(place.read_text())
    names = {VOTE: "POST vote", ADD: "POST playlist", MOVE: "PATCH", PLAY: "POST play"}
    for kind, run in runs.items():
        spent, count = parts["spent"][names[kind]], parts["requests"][names[kind]]
        statements = spent.pop(STATEMENTS) / count
        milliseconds = {part: spent[part] / count / 1e6 for part in spent}
        milliseconds["server, loop"] = run.processor_ms - sum(milliseconds.values())
        found.note_parts(size=size, kind=kind, statements=statements, milliseconds=milliseconds)


def _parts_run(rooms: FilledRooms, target: MeasuredServer, kind: str, count: int) -> Run:
    return _run(target, rooms.writes(kind, rooms=1, clients=1), seconds=60, most=count)


def _run(target: MeasuredServer, requests: list[Requests], *, seconds: float, most: int = MOST) -> Run:
    return send_closed_loop(target.ports, requests, target.pids, seconds=seconds, most=most)


def _say(text: str) -> None:
    sys.stderr.write(f"{text} …\n")
