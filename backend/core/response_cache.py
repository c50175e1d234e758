"""Caches responses until a table that they are read from changes.

The state of these tables is their generation: a number in the database that each committed write changes.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, NamedTuple

import msgspec
from django.db import connection
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from core.database import consistent_read
from core.json_codec import json_bytes
from core.metrics import CACHE_RESULTS
from core.resilience import SingleFlight
from core.statements import fetch_all

# --- Generations of tables ---------------------------------------------------------------------------


# ruff: noqa: S608 - every statement is made of words of this module and of names of tables


# Sums are computed modulo this number, so that they fit into a column.
MODULUS = 2**62
# Above this number, the rows of one name are combined into one.
MAX_ROWS = 200
WRITES = ("INSERT", "UPDATE", "DELETE")

_READ = f"SELECT count(*), coalesce(sum(number), 0) %% {MODULUS} FROM core_tablewrite WHERE name = %s"
# Combines the rows that no other transaction has locked into one, with the same sum.
_FOLD = (
    "WITH chosen AS (SELECT id FROM core_tablewrite WHERE name = %s FOR UPDATE SKIP LOCKED),"
    " gone AS (DELETE FROM core_tablewrite AS w USING chosen WHERE w.id = chosen.id RETURNING number)"
    " INSERT INTO core_tablewrite (name, number)"
    f" SELECT %s, sum(number) %% {MODULUS} FROM gone HAVING count(*) > 0 RETURNING id"
)
_NUMBER_POSTGRESQL = f"(random() * {2**52})::bigint"
_NUMBER_SQLITE = f"abs(random() % {MODULUS})"


def generation(name: str) -> int:
    """The generation of the tables with this name, as the caller's transaction reads it."""
    return _read(name)[1]


def current_generation(name: str) -> int:
    """The same, outside of a transaction; combines the rows if there are many."""
    rows, number = _read(name)
    if rows > MAX_ROWS:
        fetch_all(_FOLD, [name, name])
    return number


def count_writes(name: str, tables: Sequence[str], schema_editor: Any) -> None:
    """For migrations: writes to these tables change the generation from now on."""
    for table in tables:
        for statement in _triggers(name, table, schema_editor.connection.vendor):
            schema_editor.execute(statement, params=None)


def stop_counting(name: str, tables: Sequence[str], schema_editor: Any) -> None:
    """Reverses `count_writes`."""
    is_sqlite = schema_editor.connection.vendor == "sqlite"
    for table in tables:
        if is_sqlite:
            for write in WRITES:
                schema_editor.execute(f"DROP TRIGGER {_trigger(name, table)}_{write.lower()}")
        else:
            schema_editor.execute(f"DROP TRIGGER {_trigger(name, table)} ON {table}")
    if not is_sqlite:
        # Other tables may still be counted under this name.
        schema_editor.execute(
            f"DO $$ BEGIN DROP FUNCTION note_write_of_{name}();"
            " EXCEPTION WHEN dependent_objects_still_exist THEN NULL; END $$",
            params=None,
        )


def _trigger(name: str, table: str) -> str:
    return f"{table}_counts_for_{name}"


def _triggers(name: str, table: str, vendor: str) -> list[str]:
    if vendor == "sqlite":
        note = (
            f"UPDATE core_tablewrite SET number = (number + 1) % {MODULUS} WHERE name = '{name}';"
            f" INSERT INTO core_tablewrite (name, number) SELECT '{name}', {_NUMBER_SQLITE}"
            f" WHERE NOT EXISTS (SELECT 1 FROM core_tablewrite WHERE name = '{name}');"
        )
        trigger = _trigger(name, table)
        return [
            f"CREATE TRIGGER {trigger}_{write.lower()} AFTER {write} ON {table} BEGIN {note} END"
            for write in WRITES
        ]
    return [
        f"CREATE OR REPLACE FUNCTION note_write_of_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" INSERT INTO core_tablewrite (name, number) VALUES ('{name}', {_NUMBER_POSTGRESQL});"
        " RETURN NULL; END $$",
        f"CREATE TRIGGER {_trigger(name, table)} AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION note_write_of_{name}()",
    ]


def _read(name: str) -> tuple[int, int]:
    ((rows, number),) = fetch_all(_READ, [name])
    return int(rows), int(number)


# --- Responses ---------------------------------------------------------------------------------------


MAX_BYTES = 8 * 1024 * 1024
# Larger responses are not stored: one would evict many others.
MAX_RESPONSE_BYTES = 1024 * 1024
# The memory of a stored response in addition to its texts.
ENTRY_BYTES = 1024
# The time that a request waits for another that computes the same response, before it computes it too.
PATIENCE_SECONDS = 5.0


class State(NamedTuple):
    """The generation of the tables, and the day, on which “recent” depends."""

    generation: int
    day: date


class _Stored(NamedTuple):
    # None if the response must not be stored.
    state: State | None
    body: bytes
    headers: dict[str, str]
    key: str

    @property
    def size(self) -> int:
        """Bytes of body, key and headers: a URL may be longer than its response, and headers repeat it."""
        texts = (self.key, *self.headers, *self.headers.values())
        return ENTRY_BYTES + len(self.body) + sum(map(len, texts))


class StoredResponses:
    """Cached responses of one process that depend on the tables of this name, the day and the key only.

    A response is the same for all callers, and computed once for concurrent requests. Errors are not stored.
    The least recently used responses are evicted.
    """

    def __init__(self, name: str, *, max_bytes: int = MAX_BYTES) -> None:
        self._name, self._max_bytes, self._bytes = name, max_bytes, 0
        self._stored: OrderedDict[str, _Stored] = OrderedDict()
        self._lock = threading.Lock()
        self._flights: SingleFlight[_Stored] = SingleFlight()
        self._hit, self._miss = (CACHE_RESULTS.labels(name, result) for result in ("hit", "miss"))

    def response(self, request: Request, make: Callable[[], Response]) -> Response:
        """The stored response to this URL, or that of `make`, which reads one snapshot of the database."""
        if connection.in_atomic_block:
            return make()  # it may read data that is never committed
        key = request.build_absolute_uri()
        stored = self._found(key, lambda state: self._read(key, state, make))
        return Response(msgspec.Raw(stored.body), headers=stored.headers)

    def body(self, key: str, make: Callable[[], tuple[bytes, bool]]) -> bytes:
        """The stored bytes, or those of `make`, which also returns whether to store them."""
        if connection.in_atomic_block:
            return make()[0]

        def made(state: State) -> _Stored:
            body, is_final = make()
            return _Stored(state if is_final else None, body, {}, key)

        return self._found(key, made).body

    def _found(self, key: str, make: Callable[[State], _Stored]) -> _Stored:
        state = State(current_generation(self._name), timezone.now().date())
        with self._lock:
            stored = self._stored.get(key)
            if stored is not None and stored.state == state:
                self._stored.move_to_end(key)
                self._hit.inc()
                return stored
        self._miss.inc()
        return self._flights.once((key, state), lambda: self._store(make(state)), seconds=PATIENCE_SECONDS)

    def _read(self, key: str, state: State, make: Callable[[], Response]) -> _Stored:
        with consistent_read():
            state = state._replace(generation=generation(self._name))
            response = make()
        headers = {name: value for name, value in response.items() if name != "Content-Type"}
        return _Stored(state, json_bytes(response.data), headers, key)

    def _store(self, made: _Stored) -> _Stored:
        with self._lock:
            self._drop(made.key)
            if made.state is not None and made.size <= MAX_RESPONSE_BYTES:
                self._stored[made.key] = made
                self._bytes += made.size
            while self._bytes > self._max_bytes:
                self._drop(next(iter(self._stored)))
        return made

    def _drop(self, key: str) -> None:
        gone = self._stored.pop(key, None)
        self._bytes -= gone.size if gone else 0
