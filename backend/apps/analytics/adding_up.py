"""Roll-ups kept in step with the raw rows, by statements that add: to a count, never over one.

Every roll-up says, column by column, which expression over a raw row its key is made of (`counted_by`). One
statement then adds what some raw rows amount to, takes it off again, or adds the difference between a recount
and what stands there. Since all of them only add, two writers at once lose nothing of each other; and since
rows are taken in the order of their keys, neither waits for the other in a ring.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection, models

if TYPE_CHECKING:
    from apps.analytics.models import RollUp

# Names of tables and columns stand in these statements, and nothing that anybody has sent.
# ruff: noqa: S608

Roll = type["RollUp"]


@dataclass(frozen=True, slots=True)
class Where:
    """A condition in SQL, and the values that it takes."""

    sql: str
    values: Sequence[Any]


def add(roll_ups: Sequence[Roll], *, raw: str, where: Where) -> None:
    """Adds the rows of the table `raw` that fit to every roll-up."""
    for roll_up in roll_ups:
        if roll_up.rows_counted_by:
            continue  # it follows the rows of another
        if above := roll_up.rows_counted_in:
            _begin(roll_up, raw, where)
            _add_rows(above, of=roll_up, sign="")
        _add(roll_up, raw, where, sign="")


def take_off(roll_ups: Sequence[Roll], *, raw: str, where: Where) -> None:
    """Takes them off again, as long as they are still there."""
    for roll_up in roll_ups:
        if roll_up.rows_counted_by:
            continue
        _add(roll_up, raw, where, sign="-")
        if above := roll_up.rows_counted_in:
            _add_rows(above, of=roll_up, sign="-")
            forget_empty(above)
        forget_empty(roll_up)


def add_numbers(roll_up: Roll, numbers: Mapping[tuple[Any, ...], int]) -> None:
    """Adds to the counts of these keys, whose parts stand in the order of `counted_by`."""
    if not numbers:
        return
    columns = list(roll_up.counted_by)
    row = f"({', '.join(['%s'] * (len(columns) + 1))})"
    values = [value for key in sorted(numbers) for value in (*key, numbers[key])]
    rows = ", ".join([row] * len(numbers))
    _run(f"INSERT INTO {_table(roll_up)} ({_listed(columns)}, count) VALUES {rows} {_added(roll_up)}", values)
    if min(numbers.values()) < 0:
        forget_empty(roll_up)


def mend(roll_up: Roll, *, raw: str, where: Where, own: Where) -> int:
    """Adds the difference between a recount of raw rows and what stands; how many counts were wrong.

    `where` says which raw rows, `own` which counts are made of them. Within a transaction in which nobody
    else writes raw rows.
    """
    columns = list(roll_up.counted_by)
    told = ", ".join(f'{expression} AS "{name}"' for name, expression in roll_up.counted_by.items())
    wrong = _run(
        f"INSERT INTO {_table(roll_up)} ({_listed(columns)}, count)"
        f" SELECT {_listed(columns)}, SUM(counted) FROM ("
        f"SELECT {told}, {roll_up.counted} AS counted FROM {_quoted(raw)}"
        f" WHERE {_narrowed(roll_up, where.sql)} GROUP BY {_keys(roll_up)}"
        f" UNION ALL SELECT {_listed(columns)}, -count FROM {_table(roll_up)} WHERE {own.sql}"
        f") AS difference WHERE 1 = 1 GROUP BY {_listed(columns)} HAVING SUM(counted) <> 0"
        f" ORDER BY {_listed(columns)} {_added(roll_up)}",
        [*where.values, *own.values],
    )
    forget_empty(roll_up)
    return wrong


def forget_empty(roll_up: Roll) -> None:
    """What counts nothing any more is no row; a small index knows those."""
    _run(f"DELETE FROM {_table(roll_up)} WHERE count = 0", [])


def join_writers(model: type[models.Model]) -> None:
    """From here on this transaction writes rows of `model`: whoever holds the writers is done, or waits."""
    _lock(model, "ROW EXCLUSIVE")


def hold_writers(model: type[models.Model]) -> None:
    """Until the transaction ends nobody else writes rows of `model`; on SQLite that is so anyway."""
    _lock(model, "SHARE ROW EXCLUSIVE")


def _lock(model: type[models.Model], mode: str) -> None:
    if connection.vendor == "postgresql":
        _run(f"LOCK TABLE {_quoted(model._meta.db_table)} IN {mode} MODE", [])


def _add(roll_up: Roll, raw: str, where: Where, *, sign: str) -> None:
    _run(
        f"INSERT INTO {_table(roll_up)} ({_listed(list(roll_up.counted_by))}, count)"
        f" SELECT {_keys(roll_up)}, {sign}COUNT(*) FROM {_quoted(raw)} WHERE {_narrowed(roll_up, where.sql)}"
        f" GROUP BY {_keys(roll_up)} ORDER BY {_keys(roll_up)} {_added(roll_up)}",
        where.values,
    )


def _begin(roll_up: Roll, raw: str, where: Where) -> None:
    """Rows for keys that have had none, empty as yet. Whoever makes one at the same time is waited for."""
    columns = _listed(list(roll_up.counted_by))
    _run(
        f"INSERT INTO {_table(roll_up)} ({columns}, count)"
        f" SELECT {_keys(roll_up)}, 0 FROM {_quoted(raw)} WHERE {_narrowed(roll_up, where.sql)}"
        f" GROUP BY {_keys(roll_up)} ORDER BY {_keys(roll_up)} ON CONFLICT ({columns}) DO NOTHING",
        where.values,
    )


def _add_rows(roll_up: Roll, *, of: Roll, sign: str) -> None:
    """Counts the empty rows of another: this transaction has begun them, or is about to forget them.

    Nobody else's are seen: where one commits, its rows count something or are gone.
    """
    keys = ", ".join(roll_up.rows_counted_by.values())
    _run(
        f"INSERT INTO {_table(roll_up)} ({_listed(list(roll_up.rows_counted_by))}, count)"
        f" SELECT {keys}, {sign}COUNT(*) FROM {_table(of)} WHERE count = 0"
        f" GROUP BY {keys} ORDER BY {keys} {_added(roll_up)}",
        [],
    )


def _added(roll_up: Roll) -> str:
    table, columns = _table(roll_up), _listed(list(roll_up.counted_by))
    return f"ON CONFLICT ({columns}) DO UPDATE SET count = {table}.count + EXCLUDED.count"


def _narrowed(roll_up: Roll, where: str) -> str:
    return f"({where}) AND {roll_up.counted_where}" if roll_up.counted_where else where


def _keys(roll_up: Roll) -> str:
    return ", ".join(roll_up.counted_by.values())


def _table(roll_up: Roll) -> str:
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
