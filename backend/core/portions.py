"""Many rows, a portion at a time: neither memory nor a lock has to hold all of them."""

from collections.abc import Iterator
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

M = TypeVar("M", bound=Model)
ROWS_AT_ONCE = 500


def in_portions(rows: "QuerySet[M]", *, at_once: int = ROWS_AT_ONCE) -> Iterator[M]:
    """All rows in the order of their ids, read portion by portion: each is a query of its own."""
    rows = rows.order_by("pk")
    last: Any = None
    while True:
        portion = list((rows if last is None else rows.filter(pk__gt=last))[:at_once])
        yield from portion
        if len(portion) < at_once:
            return
        last = portion[-1].pk


def delete_in_portions(rows: "QuerySet[Any]", *, at_once: int = ROWS_AT_ONCE) -> None:
    """Each portion is a transaction of its own, unless one is open: others write in between."""
    while chosen := list(rows.order_by("pk").values_list("pk", flat=True)[:at_once]):
        rows.model._default_manager.filter(pk__in=chosen).delete()
        if len(chosen) < at_once:
            return
