"""One contestant at one number of sockets: opened, warmed up, then measured at each of the three paces."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bench.fanout.contestant import Contestant
from bench.machine import busy_seconds, processor_seconds, resident_kilobytes
from bench.ruler import BUSY_SHARE, Ruler

# Nobody's first events are measured: programs warm up, and memory is taken.
WARM_UP = {"amount": 50.0, "seconds": 0.4}
IDLE_SECONDS = 0.5


@dataclass(frozen=True)
class Plan:
    """How long each pace lasts: the same for everybody."""

    fixed_seconds: float
    window_seconds: float
    longest_seconds: float
    # An event a tenth of a second, as in a busy room; a few under way at once; many at once.
    fixed_per_second: int = 10
    window_events: int = 8
    burst_events: int = 400

    def paces(self) -> dict[str, tuple[float, float]]:
        """The amount and the seconds of each; the one that waits for the server comes first."""
        return {
            "window": (self.window_events, self.window_seconds),
            "fixed": (self.fixed_per_second, self.fixed_seconds),
            "burst": (self.burst_events, 0),
        }


Measured = dict[str, Any]


def measure_cell(start: Callable[[], Contestant], sockets: int, plan: Plan) -> list[Measured]:
    """One measurement for each pace. Behind one that was cut off, the next begins with a new start."""
    found: list[Measured] = []
    paces = [*plan.paces().items()]
    while len(found) < len(paces):
        found += _until_cut(start(), sockets, paces[len(found) :], plan.longest_seconds)
    return found


def _until_cut(
    contestant: Contestant,
    sockets: int,
    paces: list[tuple[str, tuple[float, float]]],
    longest_seconds: float,
) -> list[Measured]:
    with contestant, Ruler() as ruler:
        ruler.target(contestant.ports, contestant.path, greeting=contestant.greeting)
        ruler.open(sockets)
        start_feed(contestant, ruler)
        ruler.phase("fixed", WARM_UP["amount"], seconds=WARM_UP["seconds"])
        known = {
            "contestant": contestant.name,
            "resident_kilobytes": resident_kilobytes(contestant.pids()),
            "idle_share": idle_share(contestant),
        }
        found: list[Measured] = []
        for pace, (amount, seconds) in paces:
            measured = measure_phase(contestant, ruler, pace, amount, seconds, longest_seconds)
            found.append({**known, **measured})
            if measured["cut"]:
                break
        return found


def start_feed(contestant: Contestant, ruler: Ruler) -> None:
    text, first_seq = contestant.event()
    template = contestant.folder / "event"
    template.write_text(f"{text}\n")
    ruler.feed(contestant.feed_port, template, first_seq, http_path=contestant.http_path)
    ruler.watch(contestant.pids())


def idle_share(contestant: Contestant) -> float:
    """The part of its core that the server uses while nothing happens; it is in all that is measured."""
    before = processor_seconds(contestant.pids())
    time.sleep(IDLE_SECONDS)
    return (processor_seconds(contestant.pids()) - before) / IDLE_SECONDS


def measure_phase(
    contestant: Contestant, ruler: Ruler, pace: str, amount: float, seconds: float, longest_seconds: float
) -> Measured:
    pids, redis = contestant.pids(), contestant.redis_pids()
    core = contestant.cores.others[0]
    server_before, redis_before = processor_seconds(pids), processor_seconds(redis)
    busy_before, begun = busy_seconds(core), time.monotonic()
    counted = ruler.phase(
        pace,
        amount,
        seconds=seconds,
        longest_seconds=longest_seconds,
        on_published=contestant.note_published,
    )
    taken = time.monotonic() - begun
    received = max(counted["received"], 1)
    return {
        **counted,
        "server_us": (processor_seconds(pids) - server_before) * 1e6 / received,
        "redis_us": (processor_seconds(redis) - redis_before) * 1e6 / received,
        "delivered_per_second": counted["received"] / max(counted["seconds"], 1e-6),
        "other_core_busy": (busy_seconds(core) - busy_before) / taken,
        "is_ruler_busy": counted["ruler_share"] > BUSY_SHARE,
    }
