"""Fan-out: one event to many sockets, beside the usual ways, Node's `ws`, nchan and plain C in the same run.

Counted is what a server's processes use from the moment an event is handed to them until every socket has
been sent it: for Tutti from the call that tells the hubs of a committed write (`bench.fanout.fed`), for the
others from a line, or an HTTP request, that brings the event. The write itself, which only Tutti has, is left
out.
"""

import argparse
import sys
from collections.abc import Iterator
from functools import partial

from bench.fanout import peers, tutti
from bench.fanout.cells import Measured, Plan, measure_cell
from bench.fanout.contestant import Contestant
from bench.fanout.ready_data import ReadyData
from bench.fanout.report import result_of
from bench.fanout.tables import write_document
from bench.machine import Cores, allow_many_files
from bench.results import Result

__all__ = ["add_options", "measure", "write_document"]

SIZES, QUICK_SIZES = [100, 500, 1000, 2000, 5000], [100, 500]
REPEATS = 2
PLAN = Plan(fixed_seconds=5, window_seconds=4, longest_seconds=30)
QUICK_PLAN = Plan(fixed_seconds=0.8, window_seconds=0.4, longest_seconds=2)

TUTTI: list[type[Contestant]] = [tutti.Tutti, tutti.TuttiPlain]
TUTTI_ON_SERVICES: list[type[Contestant]] = [tutti.TuttiServerSize, tutti.TuttiTwo, tutti.TuttiPlainTwo]
PEERS: list[type[Contestant]] = [peers.NaiveCore, peers.NaivePubsub, peers.NodePlain, peers.NodeJoined]
MORE_PEERS: list[type[Contestant]] = [peers.Nchan, peers.PlainC]


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--all", dest="is_all", action="store_true", help="nginx with nchan and plain C, too")
    parser.add_argument("--only", type=_words, default=[], metavar="NAME,…", help="only these servers")
    parser.add_argument("--sizes", type=_numbers, default=[], metavar="N,…", help="only so many sockets")
    parser.add_argument("--repeats", type=int, default=0, metavar="N", help=f"not {REPEATS} times")


def measure(
    *, is_quick: bool, is_all: bool = False, only: list[str], sizes: list[int], repeats: int
) -> Result:
    """Every server in turn at every size, and all of that again: what slows the machine slows all of them."""
    allow_many_files()
    cores, data = Cores(), ReadyData()
    kinds = contestants(is_quick=is_quick, is_all=is_all, only=only)
    wanted_sizes = sizes or (QUICK_SIZES if is_quick else SIZES)
    times = repeats or (1 if is_quick else REPEATS)
    found: list[Measured] = []
    try:
        for repeat, size, kind in turns(times, wanted_sizes, kinds):
            sys.stderr.write(f"{repeat + 1}/{times}  {size:>5} sockets  {kind.title}\n")
            plan = QUICK_PLAN if is_quick else PLAN
            start = partial(_made, kind, cores, data)
            found += [{"repeat": repeat, **one} for one in measure_cell(start, size, plan)]
    finally:
        data.close()
    result = result_of(found, kinds)
    result.is_whole = not (only or sizes or repeats)
    return result


def contestants(*, is_quick: bool, is_all: bool, only: list[str]) -> list[type[Contestant]]:
    """What needs PostgreSQL to be started would not fit into a minute."""
    named = {kind.name: kind for kind in [*TUTTI, *TUTTI_ON_SERVICES, *PEERS, *MORE_PEERS]}
    if unknown := set(only) - set(named):
        raise SystemExit(f"There is no {' or '.join(unknown)}, only: {' '.join(named)}")
    if only:
        return [named[name] for name in only]
    return [
        *TUTTI,
        *([] if is_quick else TUTTI_ON_SERVICES),
        *PEERS,
        *(MORE_PEERS if is_all else []),
    ]


def turns(
    times: int, sizes: list[int], kinds: list[type[Contestant]]
) -> Iterator[tuple[int, int, type[Contestant]]]:
    """Each time another one begins, so that nobody always comes behind the same one."""
    for repeat in range(times):
        for size in sizes:
            first = repeat % len(kinds)
            for kind in [*kinds[first:], *kinds[:first]]:
                yield repeat, size, kind


def _made(kind: type[Contestant], cores: Cores, data: ReadyData) -> Contestant:
    return kind(cores, data) if issubclass(kind, tutti.Tutti) else kind(cores)


def _words(text: str) -> list[str]:
    return text.split(",")


def _numbers(text: str) -> list[int]:
    return [int(word) for word in text.split(",")]
