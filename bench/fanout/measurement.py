"""Measures one system at one number of sockets: opens, warms up, then runs each of the three paces."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bench.fanout.system import System
from bench.loadgen import BUSY_SHARE, LoadGenerator
from bench.machine import core_busy_seconds, processor_seconds, resident_kilobytes

# The first events are not measured: programs warm up and allocate memory.
WARM_UP = {"amount": 50.0, "seconds": 0.4}
IDLE_SECONDS = 0.5


@dataclass(frozen=True)
class Plan:
    """How long each pace lasts, equally for all systems."""

    fixed_seconds: float
    window_seconds: float
    longest_seconds: float
    # 10 events per second, as in a busy room; a window of a few unacknowledged events; a burst.
    fixed_per_second: int = 10
    window_events: int = 8
    burst_events: int = 400

    def paces(self) -> dict[str, tuple[float, float]]:
        """The amount and the seconds of each; the closed loop comes first."""
        return {
            "window": (self.window_events, self.window_seconds),
            "fixed": (self.fixed_per_second, self.fixed_seconds),
            "burst": (self.burst_events, 0),
        }


Measured = dict[str, Any]


def measure_cell(start: Callable[[], System], sockets: int, plan: Plan) -> list[Measured]:
    """One measurement for each pace. After a measurement was cut off, the next starts a new server."""
    found: list[Measured] = []
    paces = [*plan.paces().items()]
    while len(found) < len(paces):
        found += _until_cut(start(), sockets, paces[len(found) :], plan.longest_seconds)
    return found


def _until_cut(
    system: System,
    sockets: int,
    paces: list[tuple[str, tuple[float, float]]],
    longest_seconds: float,
) -> list[Measured]:
    with system, LoadGenerator() as load_generator:
        load_generator.target(system.ports, system.path, greeting=system.greeting)
        load_generator.open(sockets)
        start_feed(system, load_generator)
        load_generator.phase("fixed", WARM_UP["amount"], seconds=WARM_UP["seconds"])
        known = {
            "system": system.name,
            "resident_kilobytes": resident_kilobytes(system.pids()),
            "idle_share": idle_share(system),
        }
        found: list[Measured] = []
        for pace, (amount, seconds) in paces:
            measured = measure_phase(system, load_generator, pace, amount, seconds, longest_seconds)
            found.append({**known, **measured})
            if measured["cut"]:
                break
        return found


def start_feed(system: System, load_generator: LoadGenerator) -> None:
    text, first_seq = system.event()
    template = system.folder / "event"
    template.write_text(f"{text}\n")
    load_generator.feed(system.feed_port, template, first_seq, http_path=system.http_path)
    load_generator.watch(system.pids())


def idle_share(system: System) -> float:
    """The idle server's share of its core, which is part of all measurements."""
    before = processor_seconds(system.pids())
    time.sleep(IDLE_SECONDS)
    return (processor_seconds(system.pids()) - before) / IDLE_SECONDS


def measure_phase(
    system: System,
    load_generator: LoadGenerator,
    pace: str,
    amount: float,
    seconds: float,
    longest_seconds: float,
) -> Measured:
    pids, redis = system.pids(), system.redis_pids()
    core = system.cores.others[0]
    server_before, redis_before = processor_seconds(pids), processor_seconds(redis)
    busy_before, begun = core_busy_seconds(core), time.monotonic()
    counted = load_generator.phase(
        pace,
        amount,
        seconds=seconds,
        longest_seconds=longest_seconds,
        on_published=system.note_published,
    )
    taken = time.monotonic() - begun
    received = max(counted["received"], 1)
    return {
        **counted,
        "server_us": (processor_seconds(pids) - server_before) * 1e6 / received,
        "redis_us": (processor_seconds(redis) - redis_before) * 1e6 / received,
        "delivered_per_second": counted["received"] / max(counted["seconds"], 1e-6),
        "other_core_busy": (core_busy_seconds(core) - busy_before) / taken,
        "is_load_generator_busy": counted["load_generator_share"] > BUSY_SHARE,
    }
