"""The database's own check of ISRCs: the same on both, and one that any program can read."""

import sqlite3

import pytest
from django.db import DataError, IntegrityError, connection, transaction
from django.utils import timezone

from apps.charts.models import ChartTrack, RawEdition, RawEntry

pytestmark = pytest.mark.django_db
NO_ISRCS = ["", "zztst2500001", "ZZTST250000A", "Z1TST2500001", "ZZTST250001", "ZZTST250001\n"]


def test_an_invalid_isrc_is_rejected_and_a_missing_one_is_none():
    edition = RawEdition.objects.create(
        genre="pop", service="spotify", issued_on="2025-03-01", status="ok", tried_at=timezone.now()
    )
    for text in NO_ISRCS:
        for row in (
            ChartTrack(isrc=text, name="Title", artist="Ada"),
            RawEntry(edition=edition, rank=1, isrc=text, name="Title", artist="Ada"),
        ):
            with pytest.raises((IntegrityError, DataError)), transaction.atomic():
                row.save()
    RawEntry.objects.create(edition=edition, rank=1, name="Title", artist="Ada")


def test_the_constraint_on_sqlite_needs_no_function_of_django():
    """Else `PRAGMA integrity_check` of a backup, and every program but ours, fails."""
    if connection.vendor != "sqlite":
        pytest.skip("asked of SQLite")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sql FROM sqlite_master JOIN pragma_table_list USING (name)"
            " WHERE sqlite_master.type = 'table' AND pragma_table_list.type != 'shadow'"
            " AND name NOT LIKE 'sqlite_%'"
        )
        tables = [sql for (sql,) in cursor.fetchall()]
    plain = sqlite3.connect(":memory:")
    for sql in tables:
        plain.execute(sql)
    assert plain.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
