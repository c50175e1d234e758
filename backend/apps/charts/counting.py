"""The stage counts: asks whoever counts plays and views. Without a counter it does nothing, and says so.

`apps.charts.view_counts` registers itself in `AppConfig.ready()`.
"""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from apps.charts.progress import Progress
from apps.charts.supplies import Scope
from apps.charts.tallies import Tally

# Given the scope, the moment, who is told of progress, and a folder of recorded figures where there is one.
Count = Callable[[Scope, datetime, Progress, Path | None], Tally]

_counters: list[Count] = []


def register_counter(count: Count) -> None:
    """Registering again replaces."""
    _counters[:] = [count]


def count_plays(*, scope: Scope, now: datetime, progress: Progress, folder: Path | None) -> Tally:
    return _counters[0](scope, now, progress, folder) if _counters else Tally()
