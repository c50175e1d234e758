"""What the stage counts is asked to do."""

from dataclasses import dataclass
from datetime import datetime

from apps.charts.progress import Progress
from apps.charts.supplies import Scope, Supply


@dataclass(frozen=True, slots=True)
class Counting:
    """What is to be counted, asked of whom, and who is told of progress."""

    scope: Scope
    now: datetime
    progress: Progress
    supply: Supply
