"""The stage counts: asks whoever counts plays and views. Without a counter it does nothing, and says so.

`apps.charts.counters` registers itself in `AppConfig.ready()`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from apps.charts.progress import Progress
from apps.charts.supplies import Scope, Supply
from apps.charts.tallies import Tally


@dataclass(frozen=True, slots=True)
class Counting:
    """What is to be counted, asked of whom, and who is told of progress."""

    scope: Scope
    now: datetime
    progress: Progress
    supply: Supply


Count = Callable[[Counting], Tally]

_counters: list[Count] = []


def register_counter(count: Count) -> None:
    """Registering again replaces."""
    _counters[:] = [count]


def count_plays(counting: Counting) -> Tally:
    return _counters[0](counting) if _counters else Tally()
