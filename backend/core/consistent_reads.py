"""Several reads that all see the same moment."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

_BEGIN = {
    "postgresql": "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    # Deferred: takes no lock that a writer waits for. atomic() would be IMMEDIATE here and stop every writer.
    "sqlite": "BEGIN DEFERRED",
}


@contextmanager
def consistent_read() -> Iterator[None]:
    """One snapshot of the database for everything read inside; never for writing.

    Inside a transaction that is open already, that one serves.
    """
    if connection.in_atomic_block:
        yield
        return
    connection.ensure_connection()
    _run(_BEGIN[connection.vendor])
    try:
        yield
    except BaseException:
        _run("ROLLBACK")
        raise
    _run("COMMIT")


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
