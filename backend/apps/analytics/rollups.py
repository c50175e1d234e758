"""Roll-ups, and the buckets of 15 minutes (quarters) by which they count.

**Buckets**: days and hours of every time zone are sums of quarters. Since 1980, every time zone's offset from
UTC is a multiple of 15 minutes, also with daylight saving time. Until 2011 a few zones, such as
America/St_Johns, changed their clocks a minute after midnight. There, the following 14 minutes are counted by
the previous offset.

**Statements**: roll-ups are kept consistent with the raw rows by statements that add to a count and never
overwrite one. For each column of its key, a roll-up has an expression over a raw row (`counted_by`). One
statement adds what some raw rows amount to, subtracts it, or adds the difference between a recount and the
stored count. Concurrent writers lose nothing, because all statements only add; they do not deadlock, because
they lock rows in the order of the keys.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.db import connection, models

# --- Buckets -----------------------------------------------------------------------------------------


QUARTER_SECONDS = 15 * 60
QUARTERS_A_DAY = 96
# Before 1980, some offsets were not multiples of 15 minutes.
EARLIEST = datetime(1980, 1, 1, tzinfo=UTC)
_FIRST_DAY = date(1970, 1, 1)


class UnknownZone(ValueError):
    """No time zone has this name."""


def quarter_of(moment: datetime) -> int:
    """The number of the quarter that contains `moment`, counted from the beginning of 1970."""
    return int(moment.timestamp() // QUARTER_SECONDS)


def local_time(quarter: int, zone: ZoneInfo) -> datetime:
    """The beginning of the quarter in local time."""
    return datetime.fromtimestamp(quarter * QUARTER_SECONDS, zone)


def day_of(moment: datetime) -> int:
    """The number of the UTC day, counted from the beginning of 1970."""
    return quarter_of(moment) // QUARTERS_A_DAY


def date_of(day: int) -> date:
    return _FIRST_DAY + timedelta(days=day)


def beginning_of(day: int) -> datetime:
    return datetime.combine(date_of(day), time(), UTC)


def quarters_of(day: int) -> range:
    """The quarters of a UTC day."""
    return range(day * QUARTERS_A_DAY, (day + 1) * QUARTERS_A_DAY)


def zone_named(name: str) -> ZoneInfo:
    """A zone of the IANA database, such as Europe/Berlin. Raises UnknownZone."""
    if name not in _zone_names():
        raise UnknownZone(name)
    return ZoneInfo(name)


@cache
def _zone_names() -> frozenset[str]:
    """Cached, because reading them opens several hundred files."""
    return frozenset(available_timezones())


# These statements contain names of tables and columns, and nothing that a client has sent.
# ruff: noqa: S608

# A class below apps.analytics.models.RollUp, whose statements are made here.
RollUpType = Any


@dataclass(frozen=True, slots=True)
class SqlCondition:
    """A condition in SQL, and the values that it takes."""

    sql: str
    values: Sequence[Any]


def add(roll_ups: Sequence[RollUpType], *, raw: str, where: SqlCondition) -> None:
    """Adds the rows of the table `raw` that fit to every roll-up."""
    for roll_up in roll_ups:
        if roll_up.rows_counted_by:
            continue  # it follows the rows of another
        if above := roll_up.rows_counted_in:
            _begin(roll_up, raw, where)
            _add_rows(above, of=roll_up, sign="")
        _add(roll_up, raw, where, sign="")


def subtract(roll_ups: Sequence[RollUpType], *, raw: str, where: SqlCondition) -> None:
    """Takes them off again, as long as they are still there."""
    for roll_up in roll_ups:
        if roll_up.rows_counted_by:
            continue
        _add(roll_up, raw, where, sign="-")
        if above := roll_up.rows_counted_in:
            _add_rows(above, of=roll_up, sign="-")
            delete_empty(above)
        delete_empty(roll_up)


def add_counts(roll_up: RollUpType, numbers: Mapping[tuple[Any, ...], int]) -> None:
    """Adds to the counts of these keys, whose parts are in the order of `counted_by`."""
    if not numbers:
        return
    columns = list(roll_up.counted_by)
    row = f"({', '.join(['%s'] * (len(columns) + 1))})"
    values = [value for key in sorted(numbers) for value in (*key, numbers[key])]
    rows = ", ".join([row] * len(numbers))
    _run(f"INSERT INTO {_table(roll_up)} ({_listed(columns)}, count) VALUES {rows} {_added(roll_up)}", values)
    if min(numbers.values()) < 0:
        delete_empty(roll_up)


def reconcile(roll_up: RollUpType, *, raw: str, where: SqlCondition, own: SqlCondition) -> int:
    """Adds the difference between a recount of raw rows and the stored counts; returns how many were wrong.

    `where` selects the raw rows, `own` the counts that are made of them. Needs a transaction in which no
    other writes raw rows.
    """
    columns = list(roll_up.counted_by)
    columns_as = ", ".join(f'{expression} AS "{name}"' for name, expression in roll_up.counted_by.items())
    wrong = _run(
        f"INSERT INTO {_table(roll_up)} ({_listed(columns)}, count)"
        f" SELECT {_listed(columns)}, SUM(counted) FROM ("
        f"SELECT {columns_as}, {roll_up.counted} AS counted FROM {_quoted(raw)}"
        f" WHERE {_narrowed(roll_up, where.sql)} GROUP BY {_keys(roll_up)}"
        f" UNION ALL SELECT {_listed(columns)}, -count FROM {_table(roll_up)} WHERE {own.sql}"
        f") AS difference WHERE 1 = 1 GROUP BY {_listed(columns)} HAVING SUM(counted) <> 0"
        f" ORDER BY {_listed(columns)} {_added(roll_up)}",
        [*where.values, *own.values],
    )
    delete_empty(roll_up)
    return wrong


def delete_empty(roll_up: RollUpType) -> None:
    """A count of zero has no row; a small index finds those."""
    _run(f"DELETE FROM {_table(roll_up)} WHERE count = 0", [])


def lock_shared(model: type[models.Model]) -> None:
    """Locks `model` for writing rows, after waiting for a transaction that has locked it exclusively."""
    _lock(model, "ROW EXCLUSIVE")


def lock_exclusive(model: type[models.Model]) -> None:
    """Blocks other writers of `model` until the transaction ends; on SQLite there are none anyway."""
    _lock(model, "SHARE ROW EXCLUSIVE")


def _lock(model: type[models.Model], mode: str) -> None:
    if connection.vendor == "postgresql":
        _run(f"LOCK TABLE {_quoted(model._meta.db_table)} IN {mode} MODE", [])


def _add(roll_up: RollUpType, raw: str, where: SqlCondition, *, sign: str) -> None:
    _run(
        f"INSERT INTO {_table(roll_up)} ({_listed(list(roll_up.counted_by))}, count)"
        f" SELECT {_keys(roll_up)}, {sign}COUNT(*) FROM {_quoted(raw)} WHERE {_narrowed(roll_up, where.sql)}"
        f" GROUP BY {_keys(roll_up)} ORDER BY {_keys(roll_up)} {_added(roll_up)}",
        where.values,
    )


def _begin(roll_up: RollUpType, raw: str, where: SqlCondition) -> None:
    """Empty rows for new keys. Waits for a transaction that inserts the same key at the same time."""
    columns = _listed(list(roll_up.counted_by))
    _run(
        f"INSERT INTO {_table(roll_up)} ({columns}, count)"
        f" SELECT {_keys(roll_up)}, 0 FROM {_quoted(raw)} WHERE {_narrowed(roll_up, where.sql)}"
        f" GROUP BY {_keys(roll_up)} ORDER BY {_keys(roll_up)} ON CONFLICT ({columns}) DO NOTHING",
        where.values,
    )


def _add_rows(roll_up: RollUpType, *, of: RollUpType, sign: str) -> None:
    """Counts the empty rows of another: this transaction has inserted them, or is about to delete them.

    Empty rows of others are never visible: when they commit, the rows have a count or are gone.
    """
    keys = ", ".join(roll_up.rows_counted_by.values())
    _run(
        f"INSERT INTO {_table(roll_up)} ({_listed(list(roll_up.rows_counted_by))}, count)"
        f" SELECT {keys}, {sign}COUNT(*) FROM {_table(of)} WHERE count = 0"
        f" GROUP BY {keys} ORDER BY {keys} {_added(roll_up)}",
        [],
    )


def _added(roll_up: RollUpType) -> str:
    table, columns = _table(roll_up), _listed(list(roll_up.counted_by))
    return f"ON CONFLICT ({columns}) DO UPDATE SET count = {table}.count + EXCLUDED.count"


def _narrowed(roll_up: RollUpType, where: str) -> str:
    return f"({where}) AND {roll_up.counted_where}" if roll_up.counted_where else where


def _keys(roll_up: RollUpType) -> str:
    return ", ".join(roll_up.counted_by.values())


def _table(roll_up: RollUpType) -> str:
    return _quoted(roll_up._meta.db_table)


def _listed(columns: Sequence[str]) -> str:
    return ", ".join(map(_quoted, columns))


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def _run(statement: str, values: Sequence[Any]) -> int:
    """How many rows it wrote."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows: int = cursor.rowcount
        return max(0, rows)
