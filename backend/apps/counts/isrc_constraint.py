"""A database constraint for ISRCs, with the same meaning on PostgreSQL and SQLite."""

from typing import Any

from django.db import models
from django.db.models.expressions import Func

PATTERN = "^[A-Z]{2}[A-Z0-9]{3}[0-9]{7}$"
# The same for SQLite, where REGEXP is a function of Django that `PRAGMA integrity_check` of a backup lacks.
GLOB = "[A-Z]" * 2 + "[A-Z0-9]" * 3 + "[0-9]" * 7


class IsIsrc(Func):
    """Whether a column contains an ISRC in its normalised form."""

    output_field = models.BooleanField()
    conditional = True
    template = f"(%(expressions)s::text ~ '{PATTERN}')"

    def as_sqlite(self, compiler: Any, connection: Any, **_: Any) -> Any:
        return super().as_sql(compiler, connection, template=f"(%(expressions)s GLOB '{GLOB}')")


def isrc_constraint(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=IsIsrc(models.F("isrc")), name=name)
