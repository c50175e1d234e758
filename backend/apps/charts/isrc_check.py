"""The database's own check of ISRCs, the same on PostgreSQL and SQLite."""

from typing import Any

from django.db import models
from django.db.models.expressions import Func

PATTERN = "^[A-Z]{2}[A-Z0-9]{3}[0-9]{7}$"
# SQLite's own words for it: its REGEXP is Django's, which a backup's `PRAGMA integrity_check` doesn't have.
GLOB = "[A-Z]" * 2 + "[A-Z0-9]" * 3 + "[0-9]" * 7


class IsIsrc(Func):
    """Whether a column holds an ISRC in its one way of writing."""

    output_field = models.BooleanField()
    conditional = True
    template = f"(%(expressions)s::text ~ '{PATTERN}')"

    def as_sqlite(self, compiler: Any, connection: Any, **_: Any) -> Any:
        return super().as_sql(compiler, connection, template=f"(%(expressions)s GLOB '{GLOB}')")


def isrc_constraint(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=IsIsrc(models.F("isrc")), name=name)
