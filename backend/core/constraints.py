"""Which named constraint of a model the database found broken."""

from django.db import IntegrityError, models


def violated_constraint(error: IntegrityError, *, among: type[models.Model]) -> str | None:
    """The name of the unique constraint of `among` that `error` tells of, if it is one of them.

    PostgreSQL names the constraint. SQLite names it only where it is an index with a condition, and else
    lists its columns.
    """
    text = str(error)
    for constraint in among._meta.constraints:
        if not isinstance(constraint, models.UniqueConstraint):
            continue
        columns = [getattr(among._meta.get_field(name), "column", name) for name in constraint.fields]
        listed = ", ".join(f"{among._meta.db_table}.{column}" for column in columns)
        if f'"{constraint.name}"' in text or f"'{constraint.name}'" in text or text.endswith(f": {listed}"):
            return constraint.name
    return None
