"""The time of the server: one clock for all of its processes.

On SQLite all processes are on one machine and use its clock. On PostgreSQL they use that of the database,
because the clocks of several machines differ: each process measures by how much its own clock is off.
"""

import time
from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

SAMPLES = 3
MEASURED_FOR_SECONDS = 30.0


class _Offset:
    """What has to be added to the clock of this process."""

    def __init__(self) -> None:
        self.difference = timedelta(0)
        self.measured_at = float("-inf")


_offset = _Offset()


def server_now() -> datetime:
    """The time of the server, as it was measured last. It never reads the database."""
    return timezone.now() + _offset.difference


def measure_clock() -> None:
    """Compares this process's clock with the database's, unless that was done in the last 30 seconds.

    The sample with the shortest round trip is the most exact.
    """
    if connection.vendor == "sqlite" or time.monotonic() - _offset.measured_at < MEASURED_FOR_SECONDS:
        return
    samples = []
    with connection.cursor() as cursor:
        for _ in range(SAMPLES):
            asked_at = timezone.now()
            cursor.execute("SELECT clock_timestamp()")
            (answered,) = cursor.fetchone()
            round_trip = timezone.now() - asked_at
            samples.append((round_trip, answered - (asked_at + round_trip / 2)))
    _offset.difference = min(samples)[1]
    _offset.measured_at = time.monotonic()
