"""Many rows, a portion at a time: neither memory nor a lock has to hold all of them."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Model, QuerySet

T = TypeVar("T")
M = TypeVar("M", bound=Model)
ROWS_AT_ONCE = 500
# What is read is held in memory, which each thread that ever read so much goes on to hold.
READ_AT_ONCE = 50
# However slow the machine is: fewer in a statement would hardly be quicker, and take longer together.
LEAST_ROWS = 20
# How long a portion that writes should take. Others wait for its locks: far below the 100 ms that they may.
WRITE_SECONDS = 0.04


class PortionSize:
    """How many rows the next transaction writes: as many as were written in WRITE_SECONDS of late.

    Rows differ in what they cost, and machines in how fast they are.
    """

    def __init__(self, *, most: int = ROWS_AT_ONCE) -> None:
        self._most = most
        self._least = self.rows = min(LEAST_ROWS, most)

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Around what writes `rows` rows, behind the wait for the lock."""
        began = time.monotonic()
        yield
        seconds = time.monotonic() - began
        if seconds > WRITE_SECONDS:
            self.rows = max(self._least, int(self.rows * WRITE_SECONDS / seconds))
        elif seconds < WRITE_SECONDS / 2:
            self.rows = min(self._most, 2 * self.rows)


def while_time_lasts(rows: Iterable[T]) -> Iterator[T]:
    """At least the first of them, and as many as can be written in WRITE_SECONDS, one after the other."""
    end = time.monotonic() + WRITE_SECONDS
    for row in rows:
        yield row
        if time.monotonic() >= end:
            return


def in_portions(rows: "QuerySet[M]", *, at_once: int = READ_AT_ONCE) -> Iterator[M]:
    """All rows in the order of their ids, read portion by portion: each is a query of its own."""
    rows = rows.order_by("pk")
    last: Any = None
    while True:
        portion = list((rows if last is None else rows.filter(pk__gt=last))[:at_once])
        yield from portion
        if len(portion) < at_once:
            return
        last = portion[-1].pk


def delete_in_portions(rows: "QuerySet[Any]", *, order: str = "pk", at_once: int = ROWS_AT_ONCE) -> int:
    """Each portion is a transaction of its own, unless one is open: others write in between.

    Returns how many went.
    """
    gone, size = 0, PortionSize(most=at_once)
    while chosen := list(rows.order_by(order).values_list("pk", flat=True)[: size.rows]):
        with transaction.atomic(), size.timed():
            rows.model._default_manager.filter(pk__in=chosen).delete()
        gone += len(chosen)
    return gone
