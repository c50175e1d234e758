"""A PostgreSQL connection that waits no longer than its thread allows, and as seldom as possible.

An exchange with PostgreSQL takes more processor time than most statements. So a statement whose result is
not needed immediately is buffered, and sent together with the next one of its transaction, in order.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, Self

import psycopg
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.postgresql import base
from django.db.backends.signals import connection_created
from psycopg.errors import IdleInTransactionSessionTimeout, _WaitTimeout

from core.database import allowed_seconds

# How often psycopg checks for a signal while it waits; its own default.
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
            # Handled as a lost connection; psycopg reports it as an error of the statement.
            raise psycopg.OperationalError(str(error)) from None
        except _WaitTimeout:
            if timeout is not None:  # the caller of psycopg wants to know
                raise
            pool: Any = getattr(self, "_pool", None)
            self.pgconn.finish()
            if pool is not None:
                pool.drain()  # its idle connections are probably dead as well
            message = f"PostgreSQL did not respond within {seconds:g} seconds; the connection was closed."
            raise psycopg.OperationalError(message) from None


def _limit_idle_transactions(*, connection: BaseDatabaseWrapper, **_: object) -> None:
    """For the thread that gets it. Migrations, jobs and commands may compute for long in a transaction."""
    if isinstance(connection.connection, DeadlineConnection):
        connection.connection.limit_idle_transactions(is_limited=allowed_seconds() is not None)


connection_created.connect(_limit_idle_transactions)


# --- Statements that wait for the next one -----------------------------------------------------------


Check = Callable[[Any], None]


class Waiting(NamedTuple):
    """A statement that is to be sent with the next one; `check` is given the cursor with its result."""

    sql: str
    check: Check | None = None


BEGIN = Waiting("BEGIN")


class BatchingCursor(base.CursorMixin, psycopg.ClientCursor[Any]):
    """Django's, which sends what waits on its connection together with its own statement."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> Self:
        if waiting := _waiting_on(self.connection):
            return self.send([*waiting, Waiting(self.mogrify(query, params))])
        return super().execute(query, params, **options)

    def executemany(self, *args: Any, **kwargs: Any) -> None:
        self.send_waiting()
        super().executemany(*args, **kwargs)

    def send_waiting(self) -> None:
        if waiting := _waiting_on(self.connection):
            self.send(list(waiting))

    def send(self, statements: list[Waiting]) -> Self:
        """In one exchange. The result is that of the last one."""
        _waiting_on(self.connection).clear()
        super().execute("; ".join(statement.sql for statement in statements))
        for number, statement in enumerate(statements):
            if statement.check is not None:
                statement.check(self.set_result(number))
        self.set_result(-1)
        return self


def _waiting_on(connection: Any) -> list[Waiting]:
    waiting: list[Waiting] = getattr(connection, "waiting", [])  # others may connect with our parameters
    return waiting


_DjangoWrapper: Any = base.DatabaseWrapper


class DatabaseWrapper(_DjangoWrapper):  # type: ignore[misc]
    """Django's, whose transactions and savepoints begin with their first statement.

    It overrides Django's hooks for backends, which are missing in the type stubs.
    """

    def get_connection_params(self) -> dict[str, Any]:
        return {**super().get_connection_params(), "cursor_factory": BatchingCursor}

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        self._waiting: list[Waiting] = []
        connection.waiting = self._waiting
        self._composer = BatchingCursor(connection)
        return connection

    def create_cursor(self, name: str | None = None) -> Any:
        if name is None:
            return super().create_cursor()
        # Within a transaction, it need not outlive it. Django's check does not know buffered statements.
        self._send_waiting()
        named: Any = base.ServerSideCursor
        return named(self.connection, name=name, scrollable=False, withhold=not self.in_atomic_block)

    def run_later(self, sql: str, params: Any, check: Check | None = None) -> None:
        """Runs it with the next statement of this transaction, at the latest before its commit.

        Errors, and those that `check` raises, are that statement's, or the commit's.
        """
        self.validate_no_broken_transaction()
        if self.in_atomic_block and not self.queries_logged and not self.execute_wrappers:
            self._waiting.append(Waiting(self._composer.mogrify(sql, params), check))
            return
        with self.cursor() as cursor:
            cursor.execute(sql, params)
            if check is not None:
                check(cursor)

    def _start_transaction_under_autocommit(self) -> None:
        self._waiting.append(BEGIN)

    def _set_autocommit(self, autocommit: bool) -> None:  # noqa: FBT001 - as Django has it
        if autocommit != self.connection.autocommit:
            super()._set_autocommit(autocommit)

    def _commit(self) -> None:
        if self._has_not_begun() and len(self._waiting) == 1:
            self._waiting.clear()
        elif self.connection is None or not self._waiting:
            super()._commit()
        elif any(statement.check for statement in self._waiting):
            try:
                self._send_waiting()
            except BaseException:
                self._rollback()  # Django does so for errors of the database alone
                raise
            super()._commit()
        else:
            self._waiting.append(Waiting("COMMIT"))
            self._send_waiting()

    def _rollback(self) -> None:
        if self._has_not_begun():
            self._waiting.clear()
        else:
            self._drop_waiting()
            super()._rollback()

    def _has_not_begun(self) -> bool:
        """Whether PostgreSQL knows nothing of this transaction yet."""
        return self.connection is not None and self._waiting[:1] == [BEGIN]

    def _savepoint(self, sid: str) -> None:
        self.run_later(self.ops.savepoint_create_sql(sid), None)

    def _savepoint_rollback(self, sid: str) -> None:
        own = self.ops.savepoint_create_sql(sid)
        kept = [statement.sql for statement in self._waiting]
        del self._waiting[kept.index(own) + 1 if own in kept else 0 :]
        super()._savepoint_rollback(sid)

    def _savepoint_commit(self, sid: str) -> None:
        if any(statement.check for statement in self._waiting):
            try:
                self._send_waiting()
            except BaseException:
                self._savepoint_rollback(sid)
                raise
        super()._savepoint_commit(sid)

    def _close(self) -> None:
        self._drop_waiting()
        super()._close()

    def _drop_waiting(self) -> None:
        if self.connection is not None:
            self._waiting.clear()

    def _send_waiting(self) -> None:
        with self.wrap_database_errors, self.connection.cursor() as cursor:
            cursor.send_waiting()
