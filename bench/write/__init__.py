"""Writes and reads of a room, beside a bare Django REST framework view that inserts or lists as many rows.

Both servers run under Daphne on one core, which this process leaves to them. Counted is the processor time of
a server's processes for one answer. Writes are those of guests, each under an `Idempotency-Key`, with limits,
event, hint and log line. In turns with the bare view, so that whatever slows the machine slows both.
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
from bench.write.asked import ADD, BARE, MOVE, PLAY, SPARE_TRACKS, VOTE, WRITES, Filled, bare_writes, filled
from bench.write.clients import Requests, Run, ask_as_fast_as_answered, ask_at_a_pace
from bench.write.listeners import listening
from bench.write.parts import STATEMENTS
from bench.write.reads import LONG_QUEUE_PATH, READS, SNAPSHOT, read_again_and_again, rows_of, take_snapshots
from bench.write.report import Measured, result_of, write_document
from bench.write.servers import Asked, Services, bare_servers, tutti_servers
from tests.processes import TuttiServer
from tests.services import Postgres, Redis

__all__ = ["add_options", "measure", "write_document"]

SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"
ROOMS, CLIENTS, LISTENERS = (1, 50), (1, 8, 32), 500
PACE = 10
WARM_UP = 30
# As many as there is time for.
MOST = 10**9


@dataclass(frozen=True)
class Plan:
    """How often and how long, in seconds; and how many writes at a pace of ten a second."""

    sizes: tuple[str, ...] = (SQLITE, POSTGRESQL)
    turns: int = 5
    seconds: float = 1.5
    matrix_seconds: float = 1.0
    at_a_pace: int = 150
    pace_turns: int = 2
    parts: int = 300
    has_matrix: bool = True


PLAN = Plan()
QUICK_PLAN = Plan(
    sizes=(SQLITE,), turns=2, seconds=0.7, at_a_pace=0, pace_turns=0, parts=60, has_matrix=False
)


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--only", choices=(SQLITE, POSTGRESQL), help="only on this database")
    parser.add_argument("--turns", type=int, default=0, metavar="N", help=f"not {PLAN.turns} of each write")
    parser.add_argument("--no-matrix", action="store_true", help="one client in one room, one process")


def measure(*, is_quick: bool, only: str | None = None, turns: int = 0, no_matrix: bool = False) -> Result:
    allow_many_files()
    plan = QUICK_PLAN if is_quick else PLAN
    plan = Plan(
        **{
            **vars(plan),
            **({"sizes": (only,)} if only else {}),
            **({"turns": turns} if turns else {}),
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
    result = result_of(found)
    result.is_whole = not (only or turns or no_matrix)
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
            _measure_turns(found, plan, size, both)
            _measure_reads(found, plan, size, both)
        if not plan.has_matrix:
            return
        _measure_matrix(found, plan, {"size": size, "processes": processes, "listeners": 0}, both)
        paths = [f"/ws/playlist/{slug}/" for slug in ("one", *both.filled.many)]
        if processes == 1:
            with listening(both.tutti.ports, paths[:1], LISTENERS):
                _measure_pace(found, plan, size, both)
        for some, heard in ((1, paths[:1]), (ROOMS[1], paths[1:])):
            with listening(both.tutti.ports, heard, LISTENERS):
                where = {"size": size, "processes": processes, "listeners": LISTENERS}
                _measure_matrix(found, plan, where, both, rooms=(some,))


class _Both:
    """A bare server and Tutti, of the same size."""

    def __init__(self, bare: Asked, servers: list[TuttiServer], rooms: Filled) -> None:
        self.bare = bare
        self.servers = servers
        self.tutti = Asked([server.port for server in servers], [server.pid for server in servers])
        self.filled = rooms

    def asked_of(self, kind: str) -> Asked:
        return self.bare if kind == BARE else self.tutti

    def requests(self, kind: str, *, rooms: int = 1, clients: int = 1) -> list[Requests]:
        return (
            bare_writes(clients) if kind == BARE else self.filled.writes(kind, rooms=rooms, clients=clients)
        )


def _measure_turns(found: Measured, plan: Plan, size: str, both: _Both) -> None:
    """One client in one room: what a write costs."""
    kinds = {kind: both.requests(kind) for kind in (BARE, *WRITES)}
    for kind, requests in kinds.items():
        _run(both.asked_of(kind), requests, seconds=60, most=WARM_UP)
    for turn in range(plan.turns):
        _say(f"{size}: writes, {turn + 1} of {plan.turns}")
        for kind, requests in kinds.items():
            most = (SPARE_TRACKS - WARM_UP) // plan.turns if kind == ADD else MOST
            run = _run(both.asked_of(kind), requests, seconds=plan.seconds, most=most)
            found.note("turns", run, size=size, kind=kind, turn=turn)


def _measure_reads(found: Measured, plan: Plan, size: str, both: _Both) -> None:
    server = both.servers[0]
    rows = {name: rows_of(server, path) for name, path in READS.items()}
    rows[SNAPSHOT] = rows_of(server, LONG_QUEUE_PATH)
    for turn in range(plan.turns):
        _say(f"{size}: reads, {turn + 1} of {plan.turns}")
        for name, count in rows.items():
            listed = read_again_and_again(both.bare, f"/rows/{count}/", seconds=plan.seconds / 3)
            if name == SNAPSHOT:
                run = take_snapshots(both.tutti, seconds=plan.seconds / 3)
            else:
                run = read_again_and_again(both.tutti, READS[name], seconds=plan.seconds / 3)
            found.note("reads", listed, size=size, kind=name, turn=turn, rows=count, is_bare=True)
            found.note("reads", run, size=size, kind=name, turn=turn, rows=count, is_bare=False)


def _measure_matrix(
    found: Measured, plan: Plan, where: dict[str, Any], both: _Both, *, rooms: tuple[int, ...] = ROOMS
) -> None:
    for some in rooms:
        for clients in CLIENTS:
            _say(f"{where['size']}: {some} rooms, {clients} clients, {where['listeners']} listeners")
            for kind in (BARE, VOTE, ADD, MOVE, PLAY):
                requests = both.requests(kind, rooms=some, clients=clients)
                run = _run(both.asked_of(kind), requests, seconds=plan.matrix_seconds)
                found.note("matrix", run, **where, rooms=some, clients=clients, kind=kind)


def _measure_pace(found: Measured, plan: Plan, size: str, both: _Both) -> None:
    """Ten writes a second in one room with listeners."""
    kinds = {kind: both.requests(kind)[0] for kind in (BARE, VOTE)}
    for turn in range(plan.pace_turns):
        _say(f"{size}: {PACE} writes a second, {turn + 1} of {plan.pace_turns}")
        for kind, requests in kinds.items():
            asked = both.asked_of(kind)
            count = plan.at_a_pace
            run = ask_at_a_pace(asked.ports[0], requests, asked.pids, per_second=PACE, count=count)
            found.note("pace", run, keeps_answers=True, size=size, kind=kind, turn=turn)


def _measure_parts(found: Measured, plan: Plan, cores: Cores, services: Services, size: str) -> None:
    """Where the time goes, on a server that watches itself, which costs a little."""
    _say(f"{size}: where the time goes")
    with tempfile.TemporaryDirectory(prefix="tutti-parts-") as folder:
        place = Path(folder) / "parts.json"
        with tutti_servers(cores, services, parts=place) as servers:
            rooms, asked = filled(servers[0]), Asked([servers[0].port], [servers[0].pid])
            runs = {kind: _parts_run(rooms, asked, kind, plan.parts) for kind in (VOTE, ADD, MOVE, PLAY)}
            servers[0].stop()
        parts = json.loads(place.read_text())
    names = {VOTE: "POST vote", ADD: "POST playlist", MOVE: "PATCH", PLAY: "POST play"}
    for kind, run in runs.items():
        spent, count = parts["spent"][names[kind]], parts["requests"][names[kind]]
        statements = spent.pop(STATEMENTS) / count
        milliseconds = {part: spent[part] / count / 1e6 for part in spent}
        milliseconds["server, loop"] = run.processor_ms - sum(milliseconds.values())
        found.note_parts(size=size, kind=kind, statements=statements, milliseconds=milliseconds)


def _parts_run(rooms: Filled, asked: Asked, kind: str, count: int) -> Run:
    return _run(asked, rooms.writes(kind, rooms=1, clients=1), seconds=60, most=count)


def _run(asked: Asked, requests: list[Requests], *, seconds: float, most: int = MOST) -> Run:
    return ask_as_fast_as_answered(asked.ports, requests, asked.pids, seconds=seconds, most=most)


def _say(text: str) -> None:
    sys.stderr.write(f"{text} …\n")
