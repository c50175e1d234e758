"""Statements whose SQL is composed once. The ORM compiles it for each call, which takes longer than most run.

Values go through the model's fields both ways, as in the ORM: both databases store and return the same.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Col

M = TypeVar("M", bound=models.Model)
Field = models.Field[Any, Any]
# Fields that store a value of this type unchanged, on both databases.
_PLAIN: dict[type[Any], type] = {
    **dict.fromkeys([models.CharField, models.SlugField, models.TextField], str),
    **dict.fromkeys([models.SmallIntegerField, models.IntegerField, models.BigIntegerField], int),
    **dict.fromkeys([models.AutoField, models.BigAutoField], int),
    models.FloatField: float,
}


def columns(model: type[models.Model], alias: str) -> str:
    """All columns of a table, in the order in which `Rows` expects them."""
    return ", ".join(f'{alias}."{field.column}"' for field in model._meta.concrete_fields)


def for_update(clause: str = "FOR UPDATE") -> str:
    """The clause where the database has row locks; on SQLite the transaction is the lock."""
    return f" {clause}" if _database().features.has_select_for_update else ""


def _database() -> BaseDatabaseWrapper:
    """This thread's connection. Django's `connection` looks for it at each attribute."""
    return connections[DEFAULT_DB_ALIAS]


class Rows(Generic[M]):
    """Makes instances of the rows of a raw query for `columns`."""

    def __init__(self, model: type[M]) -> None:
        self._model = model
        self._fields: Sequence[Field] = model._meta.concrete_fields
        self._names = [field.attname for field in self._fields]
        self.width = len(self._names)

    def from_row(self, values: Sequence[Any]) -> M:
        row, database = list(values), _database()
        for index, column, converters in self._converters(database):
            for convert in converters:
                row[index] = convert(row[index], column, database)
        return self._model.from_db(DEFAULT_DB_ALIAS, self._names, row)

    def _converters(self, database: BaseDatabaseWrapper) -> list[tuple[int, Col, list[Any]]]:
        """Stored with their connection."""
        kept: dict[Any, Any] = database.__dict__.setdefault("tutti_converters", {})
        found: list[tuple[int, Col, list[Any]]] | None = kept.get(self._model)
        if found is None:
            pairs = [(index, Col("", field)) for index, field in enumerate(self._fields)]
            every = [
                (index, column, database.ops.get_db_converters(column) + column.get_db_converters(database))
                for index, column in pairs
            ]
            found = kept[self._model] = [one for one in every if one[2]]
        return found


def fetch_one(sql: str, params: Sequence[Any]) -> Sequence[Any] | None:
    """Of a statement that gives one row at most."""
    cursor = _cursor_of(_database())
    cursor.execute(sql, params)
    row: Sequence[Any] | None = cursor.fetchone()
    return row


def fetch_all(sql: str, params: Sequence[Any]) -> list[Sequence[Any]]:
    cursor = _cursor_of(_database())
    cursor.execute(sql, params)
    rows: list[Sequence[Any]] = cursor.fetchall()
    return rows


def _cursor_of(database: BaseDatabaseWrapper) -> Any:
    """One for all statements of a connection: creating one takes a third of the time of a statement."""
    opened: Any = database.connection
    kept: tuple[Any, Any] | None = database.__dict__.get("tutti_cursor")
    if kept is not None and kept[0] is opened and not database.queries_logged:
        return kept[1]
    cursor = database.cursor()  # connects, where that is needed
    if not database.queries_logged:
        database.__dict__["tutti_cursor"] = database.connection, cursor
    return cursor


def run_later(sql: str, params: Sequence[Any], check: Callable[[Any], None] | None = None) -> None:
    """Runs it in order; with a database on the network, together with the next statement.

    At the latest before the commit. `check` gets the cursor; an exception of it is raised by the next
    statement.
    """
    database = _database()
    if run := getattr(database, "run_later", None):
        run(sql, params, check)
        return
    cursor = _cursor_of(database)
    cursor.execute(sql, params)
    if check is not None:
        check(cursor)


def insert(model: type[models.Model], values: dict[str, Any], *, on_conflict: str = "") -> Any:
    """Inserts one row without sending signals, and returns its id; None if a conflict was ignored."""
    database = _database()
    cursor = _cursor_of(database)
    ending = f'{on_conflict} RETURNING "{_column(model, "pk")}"'
    cursor.execute(_insert_sql(model, tuple(values), ending), _prepared(model, values, database))
    row = cursor.fetchone()
    return row[0] if row else None


def update(model: type[models.Model], pk: Any, values: dict[str, Any], **known: Any) -> bool:
    """Updates one row, if it has the `known` values, without sending signals; whether there was one."""
    sql = _update_sql(model, tuple(values), tuple(known))
    database = _database()
    cursor = _cursor_of(database)
    cursor.execute(sql, [*_prepared(model, values, database), pk, *_prepared(model, known, database)])
    return bool(cursor.rowcount)


def insert_later(model: type[models.Model], values: dict[str, Any]) -> None:
    """`insert` of a row whose id is not needed, by `run_later`."""
    run_later(_insert_sql(model, tuple(values)), _prepared(model, values, _database()))


def update_later(model: type[models.Model], pk: Any, values: dict[str, Any], **known: Any) -> bool:
    """`update` by `run_later`. If no such row exists, this or the next statement raises DatabaseError."""
    database = _database()
    params = [*_prepared(model, values, database), pk, *_prepared(model, known, database)]
    sql = _update_sql(model, tuple(values), tuple(known))
    if run := getattr(database, "run_later", None):
        # PostgreSQL itself fails, so that the statement can be sent together with the commit.
        run(f"WITH changed AS ({sql} RETURNING 1) SELECT 1 / COUNT(*) FROM changed", params)  # noqa: S608
        return True
    cursor = _cursor_of(database)
    cursor.execute(sql, params)
    if not cursor.rowcount:
        raise DatabaseError(f"No row of {model._meta.db_table} was changed.")
    return True


def update_and_read(
    model: type[models.Model], pk: Any, values: dict[str, Any], *, read: str, params: Sequence[Any]
) -> Sequence[Any] | None:
    """Updates one row without sending signals, and returns the new values of the `read` expressions."""
    sql = f"{_update_sql(model, tuple(values), ())} RETURNING {read}"
    return fetch_one(sql, [*_prepared(model, values, _database()), pk, *params])


def _prepared(model: type[models.Model], values: dict[str, Any], database: BaseDatabaseWrapper) -> list[Any]:
    ways = _storage_converters(model, tuple(values))
    return [
        value if type(value) is plain else field.get_db_prep_save(value, database)
        for value, (field, plain) in zip(values.values(), ways, strict=True)
    ]


@cache
def _storage_converters(model: type[models.Model], names: tuple[str, ...]) -> list[tuple[Any, type | None]]:
    """Each field, with the type whose values it stores unchanged."""
    fields = [model._meta.get_field(name) for name in names]
    return [(field, _PLAIN.get(type(getattr(field, "target_field", field)))) for field in fields]


@cache
def _insert_sql(model: type[models.Model], names: tuple[str, ...], ending: str = "") -> str:
    listed = ", ".join(f'"{_column(model, name)}"' for name in names)
    marks = ", ".join(["%s"] * len(names))
    return f'INSERT INTO "{model._meta.db_table}" ({listed}) VALUES ({marks}) {ending}'  # noqa: S608


@cache
def _update_sql(model: type[models.Model], names: tuple[str, ...], known: tuple[str, ...]) -> str:
    written = ", ".join(f'"{_column(model, name)}" = %s' for name in names)
    wanted = " AND ".join(f'"{_column(model, name)}" = %s' for name in ("pk", *known))
    return f'UPDATE "{model._meta.db_table}" SET {written} WHERE {wanted}'  # noqa: S608


def _column(model: type[models.Model], name: str) -> str:
    pk = model._meta.pk
    assert pk is not None  # noqa: S101 - every table has one
    field: Any = pk if name == "pk" else model._meta.get_field(name)
    return str(field.column)


class PreparedModel(models.Model):
    """Base of models whose rows are saved by such statements, with all signals of a save."""

    # Set by a service that has read the row, and those that it refers to, under the locks of their changes.
    is_current = False

    class Meta:
        abstract = True

    def _do_update(self, *arguments: Any) -> Any:
        """Django's hook, by a statement that is not compiled again for each row."""
        _manager, _using, pk, values, *_ = arguments
        if not values or any(hasattr(value, "resolve_expression") for _, _, value in values):
            return super()._do_update(*arguments)
        written = {field.name: value for field, _, value in values}
        write = update_later if self.is_current else update
        return write(type(self), pk, written)

    def _do_insert(
        self,
        manager: Any,
        using: str,
        fields: Sequence[models.Field[Any, Any]],
        returning_fields: Sequence[models.Field[Any, Any]],
        raw: bool,  # noqa: FBT001 - Django says what it is given
    ) -> Any:
        """The same for a new row."""
        key = self._meta.pk
        if raw or returning_fields != [key]:
            return super()._do_insert(manager, using, fields, returning_fields, raw)  # type: ignore[misc]
        return [(insert(type(self), {field.name: field.pre_save(self, add=True) for field in fields}),)]
