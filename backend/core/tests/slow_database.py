"""A database by a clock of its own: how long each transaction takes does not depend on the machine."""

from typing import Any

from django.db import connection, transaction

from core.tests.clocks import FakeClock


class SlowDatabase:
    """Each statement takes a millisecond of the clock, and each row that it writes another fifth.

    Notes of every transaction how many rows it writes and how long it takes, and what is asked within one.
    """

    def __init__(self, clock: FakeClock) -> None:
        self.rows: list[int] = []
        self.seconds: list[float] = []
        self.asked: list[str] = []
        self._clock = clock
        self._is_counting = False

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        is_write = sql.startswith(("INSERT", "UPDATE", "DELETE"))
        written = max(0, context["cursor"].rowcount) if is_write else 0
        seconds = 0.001 + 0.0002 * written
        self._clock.advance(seconds)
        if not connection.in_atomic_block:
            self.rows.append(written)
            self.seconds.append(seconds)
            return result
        self.asked.append(sql)
        if not self._is_counting:
            self._is_counting = True
            self.rows.append(0)
            self.seconds.append(0)
            transaction.on_commit(self._end)
        self.rows[-1] += written
        self.seconds[-1] += seconds
        return result

    def _end(self) -> None:
        self._is_counting = False
