"""One unit of a stage's work: a transaction of its own, whose failure is counted and stops no other."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import InterfaceError, OperationalError, connection, transaction

from apps.charts.tallies import Tally

logger = logging.getLogger(__name__)


class StageStopped(OperationalError):
    """A stage could not go on; `tally` has what it had done by then."""

    def __init__(self, tally: Tally, why: Exception) -> None:
        super().__init__(str(why))
        self.tally = tally


@contextmanager
def unit(tally: Tally, name: str) -> Iterator[None]:
    """What fails in it has not happened, and is due again at the next run.

    Raises StageStopped when it cannot even begin: the database is away, or another process has SQLite's lock.
    """
    has_begun = False
    rows_out, rows_for_review = tally.rows_out, tally.rows_for_review
    try:
        with transaction.atomic():
            has_begun = True
            yield
    except Exception as error:  # the one place where errors of a unit become a failure of a part
        if not has_begun:
            raise StageStopped(tally, error) from error
        tally.rows_out, tally.rows_for_review = rows_out, rows_for_review  # undone with the transaction
        logger.exception("The chart pipeline failed at %s", name)
        tally.fail(f"{name}: {type(error).__name__}")
        leave_broken_connection(error)


def leave_broken_connection(error: Exception) -> None:
    """After an error that may be the connection's: the database may be back for the next one."""
    if isinstance(error, (OperationalError, InterfaceError)) and not connection.in_atomic_block:
        connection.close()
