"""Thirty days of one track come from an index, without the table: on both databases."""

import pytest
from django.db import connection

from apps.counts.models import HistoricalViewCount
from apps.counts.selectors import history_of_track
from apps.counts.tests.conftest import ISRC, day

TABLE = HistoricalViewCount._meta.db_table
ATTEMPTS = 100


@pytest.fixture
def many_days(transactional_db):
    rows = HistoricalViewCount.objects
    if is_postgresql():
        with connection.cursor() as cursor:
            # Else a row is not known to be committed for a while.
            cursor.execute("SET synchronous_commit = on")
    rows.bulk_create(
        HistoricalViewCount(
            isrc=f"QZTUT25{track:05}", service="spotify", recorded_date=day(at), view_count=track + at
        )
        # As they come: day by day, so that a track's rows lie far apart.
        for at in range(60)
        for track in range(200)
    )
    with connection.cursor() as cursor:
        if is_postgresql():
            # What an index says of a row counts only when the row is known to be visible to all, which a
            # transaction of another client, such as autovacuum, delays.
            for _ in range(ATTEMPTS):
                cursor.execute(f"VACUUM ANALYZE {TABLE}")
                cursor.execute("SELECT relallvisible = relpages FROM pg_class WHERE relname = %s", [TABLE])
                if cursor.fetchone() == (True,):
                    break
        else:
            cursor.execute("ANALYZE")
    yield
    rows.all().delete()
    connection.close()


def is_postgresql():
    return connection.vendor == "postgresql"


@pytest.mark.django_db(transaction=True)
def test_the_history_of_a_track_is_read_with_an_index_only_scan(many_days):
    query = history_of_track(ISRC, since=day(10), until=day(39))
    assert len(query) == 30
    plan = query.explain()
    assert ("Index Only Scan" if is_postgresql() else "USING COVERING INDEX historical_of_track") in plan
    assert "Seq Scan" not in plan
