"""Fan-out: one event to many sockets, with Channels, Node's `ws`, nchan and plain C as baselines.

Measured is the processor time of a server's processes from receiving an event until every socket has been
sent it: for Tutti from the call that notifies the hubs (`bench.fanout.event_injector`), for the
others from the line or the HTTP request with the event. The write itself, which only Tutti has, is left
out.
"""

import argparse
import sys
from collections.abc import Iterator
from functools import partial

from bench.fanout import baselines, tutti
from bench.fanout.document_tables import write_document
from bench.fanout.measurement import Measured, Plan, measure_cell
from bench.fanout.prepared_databases import PreparedDatabases
from bench.fanout.report import result_of
from bench.fanout.system import System
from bench.machine import Cores, allow_many_files
from bench.results import Result

__all__ = ["add_options", "measure", "write_document"]

SIZES, QUICK_SIZES = [100, 500, 1000, 2000, 5000], [100, 500]
REPEATS = 2
PLAN = Plan(fixed_seconds=5, window_seconds=4, longest_seconds=30)
QUICK_PLAN = Plan(fixed_seconds=0.8, window_seconds=0.4, longest_seconds=2)

TUTTI: list[type[System]] = [tutti.Tutti, tutti.TuttiPlain]
TUTTI_ON_SERVICES: list[type[System]] = [tutti.TuttiServerSize, tutti.TuttiTwo, tutti.TuttiPlainTwo]
PEERS: list[type[System]] = [
    baselines.NaiveCore,
    baselines.NaivePubsub,
    baselines.NodePlain,
    baselines.NodeJoined,
]
MORE_PEERS: list[type[System]] = [baselines.Nchan, baselines.PlainC]


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--all", dest="is_all", action="store_true", help="also nginx with nchan, and plain C"
    )
    parser.add_argument("--only", type=_words, default=[], metavar="NAME,…", help="only these servers")
    parser.add_argument(
        "--sizes", type=_numbers, default=[], metavar="N,…", help="only these numbers of sockets"
    )
    parser.add_argument(
        "--repeats", type=int, default=0, metavar="N", help=f"repetitions (default {REPEATS})"
    )


def measure(
    *, is_quick: bool, is_all: bool = False, only: list[str], sizes: list[int], repeats: int
) -> Result:
    """Interleaves all servers at each size, then repeats: background load affects all of them equally."""
    allow_many_files()
    cores, data = Cores(), PreparedDatabases()
    kinds = systems(is_quick=is_quick, is_all=is_all, only=only)
    wanted_sizes = sizes or (QUICK_SIZES if is_quick else SIZES)
    times = repeats or (1 if is_quick else REPEATS)
    found: list[Measured] = []
    try:
        for repeat, size, kind in rotations(times, wanted_sizes, kinds):
            sys.stderr.write(f"{repeat + 1}/{times}  {size:>5} sockets  {kind.title}\n")
            plan = QUICK_PLAN if is_quick else PLAN
            start = partial(_made, kind, cores, data)
            found += [{"repeat": repeat, **one} for one in measure_cell(start, size, plan)]
    finally:
        data.close()
    result = result_of(found, kinds)
    result.is_whole = not (only or sizes or repeats)
    return result


def systems(*, is_quick: bool, is_all: bool, only: list[str]) -> list[type[System]]:
    """The quick run leaves out servers that need PostgreSQL, whose start takes too long."""
    named = {kind.name: kind for kind in [*TUTTI, *TUTTI_ON_SERVICES, *PEERS, *MORE_PEERS]}
    if unknown := set(only) - set(named):
        raise SystemExit(f"Unknown: {', '.join(unknown)}. Choose from: {' '.join(named)}")
    if only:
        return [named[name] for name in only]
    return [
        *TUTTI,
        *([] if is_quick else TUTTI_ON_SERVICES),
        *PEERS,
        *(MORE_PEERS if is_all else []),
    ]


def rotations(
    times: int, sizes: list[int], kinds: list[type[System]]
) -> Iterator[tuple[int, int, type[System]]]:
    """Rotates the order in each repetition, so that no server always follows the same one."""
    for repeat in range(times):
        for size in sizes:
            first = repeat % len(kinds)
            for kind in [*kinds[first:], *kinds[:first]]:
                yield repeat, size, kind


def _made(kind: type[System], cores: Cores, data: PreparedDatabases) -> System:
    return kind(cores, data) if issubclass(kind, tutti.Tutti) else kind(cores)


def _words(text: str) -> list[str]:
    return text.split(",")


def _numbers(text: str) -> list[int]:
    return [int(word) for word in text.split(",")]
