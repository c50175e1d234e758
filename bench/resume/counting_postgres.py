"""A PostgreSQL that counts its statements (extension pg_stat_statements)."""

from typing import Any

import psycopg

from tests.services import Postgres

# Statements that only control transactions or set up a session are not counted.
NO_QUERY = r"^\s*(BEGIN|START|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|SET|RESET|DISCARD|SHOW)\M"


class CountingPostgres(Postgres):
    def _command(self) -> list[str]:
        return [
            *super()._command(),
            *("-c", "shared_preload_libraries=pg_stat_statements"),
            *("-c", "pg_stat_statements.track=all"),
        ]

    def reset_statement_count(self, database_url: str) -> None:
        _ask(database_url, "CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        _ask(database_url, "SELECT pg_stat_statements_reset()")

    def counted(self, database_url: str) -> int:
        """Queries in this database since the reset."""
        (found,) = _ask(
            database_url,
            "SELECT coalesce(sum(calls), 0) FROM pg_stat_statements JOIN pg_database ON oid = dbid"
            " WHERE datname = current_database() AND query !~* %s AND query !~* 'pg_stat_statements'",
            [NO_QUERY],
        )
        return int(found)


def _ask(database_url: str, query: Any, values: list[str] | None = None) -> Any:
    with psycopg.connect(database_url, autocommit=True) as connection:
        cursor = connection.execute(query, values)
        return cursor.fetchone() if cursor.description else None
