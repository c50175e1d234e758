"""Charts to query: the folder of recorded responses, and runs over it."""

from apps.charts.tests.conftest import folder, run
from apps.counts.tests.conftest import fresh_process

__all__ = ["folder", "fresh_process", "run"]
