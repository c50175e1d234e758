"""A database from before view counts had an app of their own."""

from datetime import UTC, date, datetime

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

BEFORE = ("charts", "0007_contradictory_counts")
AT = datetime(2025, 3, 1, 12, tzinfo=UTC)
OF = {"isrc": "ZZTST2500001", "service": "spotify"}
ROWS = {
    "ViewCount": OF | {"view_count": 7, "last_updated": AT, "created_at": AT},
    "HistoricalViewCount": OF
    | {"view_count": 7, "recorded_date": date(2025, 3, 1), "counted_at": AT, "status": "ok", "flag": ""},
    "CacheInvalidation": OF | {"prefix": "", "dropped_at": AT},
}
OLD_NAMES = {"CacheInvalidation": "DroppedView"}


@pytest.mark.django_db(transaction=True)
def test_migrations_keep_every_count_and_all_permissions():
    granted = Permission.objects.get(codename="view_viewcount").pk
    MigrationExecutor(connection).migrate([("counts", None), BEFORE])
    old = MigrationExecutor(connection).loader.project_state(BEFORE).apps
    for name, values in ROWS.items():
        old.get_model("charts", OLD_NAMES.get(name, name)).objects.create(**values)
    assert _labels() == {"charts"}

    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())

    for name, values in ROWS.items():
        assert list(apps.get_model("counts", name).objects.values(*values)) == [values]
    assert _labels() == {"counts"}
    assert Permission.objects.get(codename="view_viewcount").pk == granted


def _labels() -> set[str]:
    names = [OLD_NAMES.get(name, name).lower() for name in ROWS]
    kinds = ContentType.objects.filter(model__in=names)
    return set(kinds.values_list("app_label", flat=True))
