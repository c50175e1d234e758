"""One unit of a stage's work: a transaction of its own, whose failure is counted and stops no other."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import InterfaceError, OperationalError, connection, transaction

from apps.charts.tallies import Tally

logger = logging.getLogger(__name__)


@contextmanager
def unit(tally: Tally, name: str) -> Iterator[None]:
    """What fails in it has not happened, and is due again at the next run.

    Raises OperationalError when it cannot even begin.
    """
    has_begun = False
    try:
        with transaction.atomic():
            has_begun = True
            yield
    except Exception as error:  # the one place where errors of a unit become a failure of a part
        if not has_begun:
            raise
        logger.exception("The pipeline of charts failed at %s", name)
        tally.fail(f"{name}: {type(error).__name__}")
        leave_broken_connection(error)


def leave_broken_connection(error: Exception) -> None:
    """After an error that may be the connection's: the database may be back for the next one."""
    if isinstance(error, (OperationalError, InterfaceError)) and not connection.in_atomic_block:
        connection.close()
