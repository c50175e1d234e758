"""A PostgreSQL connection that waits for a response only as long as its thread allows."""

from typing import Any

import psycopg
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from psycopg.errors import IdleInTransactionSessionTimeout, _WaitTimeout

from core.database import allowed_seconds

# How often psycopg looks for a signal meanwhile; its own default.
POLL_SECONDS = 0.1


class DeadlineConnection(psycopg.Connection[Any]):
    """Closes itself when PostgreSQL does not respond in time, and has its pool replace the others.

    TCP alone notices a peer that vanished after 15 minutes or more, and never one behind a middlebox that
    acknowledges packets and drops them.
    """

    _is_idle_limited = True  # as in the OPTIONS of settings

    def limit_idle_transactions(self, *, is_limited: bool) -> None:
        """Whether PostgreSQL ends a transaction in which this process says nothing for too long."""
        if is_limited != self._is_idle_limited:
            name = "idle_in_transaction_session_timeout"
            self.execute(f"RESET {name}" if is_limited else f"SET {name} = 0")
            self._is_idle_limited = is_limited

    def wait(self, gen: Any, interval: float = POLL_SECONDS, timeout: float | None = None) -> Any:
        seconds = allowed_seconds() if timeout is None else timeout
        try:
            return super().wait(gen, interval, seconds)
        except IdleInTransactionSessionTimeout as error:
            # A lost connection as any other; psycopg takes it for a fault of the statement.
            raise psycopg.OperationalError(str(error)) from None
        except _WaitTimeout:
            if timeout is not None:  # the caller of psycopg wants to know
                raise
            pool: Any = getattr(self, "_pool", None)
            self.pgconn.finish()
            if pool is not None:
                pool.drain()  # what is idle there is probably dead as well
            message = f"PostgreSQL did not respond within {seconds:g} seconds; the connection was closed."
            raise psycopg.OperationalError(message) from None


def _limit_idle_transactions(*, connection: BaseDatabaseWrapper, **_: object) -> None:
    """For the thread that gets it. Migrations, jobs and commands may compute for long in a transaction."""
    if isinstance(connection.connection, DeadlineConnection):
        connection.connection.limit_idle_transactions(is_limited=allowed_seconds() is not None)


connection_created.connect(_limit_idle_transactions)
