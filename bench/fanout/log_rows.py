"""Writes the published events to the real log, so that the server's log poller finds them."""

import contextlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import psycopg

from bench.fanout.event import SEQ_MARK

# Rows are written after the hints: one commit for each would make the writer the bottleneck. They
# are written every 0.2 seconds, more often than the hubs compare the log with their deliveries.
CREATED_AT = "2025-12-04 12:34:56.789+00:00"


@dataclass(frozen=True)
class Stream:
    id: int
    epoch: str
    seq: int


class Log:
    """The log of room `main`, in the database that a server runs on."""

    def __init__(self, *, database_url: str, sqlite_file: str) -> None:
        self._connection: Any = (
            psycopg.connect(database_url) if database_url else sqlite3.connect(sqlite_file, timeout=20)
        )
        self._value = "%s" if urlsplit(database_url).scheme else "?"
        self.stream = self._read_stream()
        self._written = 0

    def close(self) -> None:
        self._connection.close()

    def write_up_to(self, count: int, template: str) -> None:
        """Writes those of the `count` events published so far that are not in the log."""
        first, self._written = self.stream.seq + self._written + 1, max(count, self._written)
        top = self.stream.seq + self._written
        rows = [
            (self.stream.id, seq, "track.voted", template.replace(SEQ_MARK, str(seq)), CREATED_AT)
            for seq in range(first, top + 1)
        ]
        values = ", ".join([self._value] * 5)
        with self._transaction() as cursor:
            insert = "INSERT INTO realtime_event (stream_id, seq, type, message, created_at)"
            cursor.executemany(f"{insert} VALUES ({values})", rows)
            cursor.execute(
                f"UPDATE realtime_stream SET seq = {self._value} WHERE id = {self._value}",  # noqa: S608
                (top, self.stream.id),
            )

    def _read_stream(self) -> Stream:
        with self._transaction() as cursor:
            cursor.execute(
                "SELECT id, epoch, seq FROM realtime_stream WHERE kind = 'playlist' AND name = 'main'"
            )
            return Stream(*cursor.fetchone())

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[Any]:
        cursor = self._connection.cursor()
        try:
            yield cursor
            self._connection.commit()
        finally:
            cursor.close()
