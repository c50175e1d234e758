"""A run of a stage: its statistics, its units of work, and its progress for users of a terminal."""

import logging
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from django.db import InterfaceError, OperationalError, connection, transaction

MAX_FAILURES = 100
# A few unreadable or implausible rows are normal: only more than FEW and more than FEW_SHARE are reported.
FEW, FEW_SHARE = 2, 0.05


@dataclass(slots=True)
class StageStats:
    rows_in: int = 0
    rows_out: int = 0
    rows_for_review: int = 0
    rows_failed: int = 0
    # Lines of lists and rows of tables that could not be read.
    unreadable: int = 0
    # Counts or lists; how many of them are anomalies or were rejected; how many are copies of older ones.
    figures: int = 0
    anomalies: int = 0
    stale: int = 0
    failures: list[str] = field(default_factory=list)

    def fail(self, why: str) -> None:
        self.rows_failed += 1
        if len(self.failures) < MAX_FAILURES:
            self.failures.append(why)

    def leave_out(self, unreadable: int, *, of: int, name: str) -> None:
        self.unreadable += unreadable
        self.report_many(unreadable, of, f"{name}: {unreadable} of {of} lines could not be read")

    def report_figures(self) -> None:
        """Reports the shares of anomalies and copies. Call it at the end."""
        self.report_many(
            self.anomalies, self.figures, f"{self.anomalies} of {self.figures} counts are anomalies"
        )
        self.report_many(self.stale, self.figures, f"{self.stale} of {self.figures} counts repeat older ones")

    def report_many(self, number: int, of: int, why: str, *, share: float = FEW_SHARE) -> None:
        if number > max(FEW, share * of) and len(self.failures) < MAX_FAILURES:
            self.failures.append(why)

    @property
    def is_mostly_doubtful(self) -> bool:
        doubtful = self.anomalies + self.stale
        return doubtful > max(FEW, self.figures / 2)

    def nothing_was_done(self) -> None:
        """Counts all rows as failed, because their common transaction was rolled back."""
        self.rows_in = self.rows_failed = max(self.rows_in, self.rows_failed)
        self.rows_out = self.rows_for_review = self.figures = self.anomalies = self.stale = 0

    def add(self, other: "StageStats") -> None:
        self.rows_in += other.rows_in
        self.rows_out += other.rows_out
        self.rows_for_review += other.rows_for_review
        self.rows_failed += other.rows_failed
        self.unreadable += other.unreadable
        self.figures += other.figures
        self.anomalies += other.anomalies
        self.stale += other.stale
        self.failures += other.failures[: max(0, MAX_FAILURES - len(self.failures))]


logger = logging.getLogger(__name__)


class StageStopped(OperationalError):
    """A stage could not continue; `tally` is its statistics until then."""

    def __init__(self, tally: StageStats, why: Exception) -> None:
        super().__init__(str(why))
        self.tally = tally


@contextmanager
def unit(tally: StageStats, name: str) -> Iterator[None]:
    """A unit of work in a transaction. If it fails, it is rolled back, and the next run repeats it.

    Raises StageStopped if it cannot begin: the database is unavailable, or another process has SQLite's lock.
    """
    has_begun = False
    rows_out, rows_for_review = tally.rows_out, tally.rows_for_review
    try:
        with transaction.atomic():
            has_begun = True
            yield
    except Exception as error:  # errors of a unit become partial failures only here
        if not has_begun:
            raise StageStopped(tally, error) from error
        tally.rows_out, tally.rows_for_review = rows_out, rows_for_review  # rolled_back with the transaction
        logger.exception("The chart pipeline failed at %s", name)
        tally.fail(f"{name}: {type(error).__name__}")
        leave_broken_connection(error)


def leave_broken_connection(error: Exception) -> None:
    """Closes the connection after an error that may be due to it, so that the next use opens another."""
    if isinstance(error, (OperationalError, InterfaceError)) and not connection.in_atomic_block:
        connection.close()


T = TypeVar("T")


class Progress(Protocol):
    def over(self, work: Iterable[T], total: int, name: str) -> Iterator[T]:
        """Yields the items of `work`, and shows the progress."""


class NullProgress:
    """Shows no progress."""

    def over(self, work: Iterable[T], total: int, name: str) -> Iterator[T]:
        del total, name
        yield from work


# The number of lines in a log.
LINES = 4


class ProgressBar:
    """Shows progress on standard error."""

    def over(self, work: Iterable[T], total: int, name: str) -> Iterator[T]:
        return self._bar(work, total, name) if sys.stderr.isatty() else self._lines(work, total, name)

    def _bar(self, work: Iterable[T], total: int, name: str) -> Iterator[T]:
        from tqdm import tqdm  # only terminals need it

        yield from tqdm(work, desc=name, total=total, file=sys.stderr, leave=False)

    def _lines(self, work: Iterable[T], total: int, name: str) -> Iterator[T]:
        for done, one in enumerate(work, start=1):
            yield one
            if done == total or done * LINES // max(total, 1) > (done - 1) * LINES // max(total, 1):
                sys.stderr.write(f"{name}: {done} of {total}\n")
                sys.stderr.flush()
