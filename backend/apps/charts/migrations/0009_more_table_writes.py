"""Counts writes also of what only GraphQL reads: tracks at services, audio features, dropped view counts."""

from django.db import migrations

from core.response_cache import count_writes, stop_counting

TABLES = ("charts_servicetrack", "charts_trackfeatures", "charts_droppedview")


def count(_apps, schema_editor):
    count_writes("charts", TABLES, schema_editor)


def stop(_apps, schema_editor):
    stop_counting("charts", TABLES, schema_editor)


class Migration(migrations.Migration):
    dependencies = [("charts", "0008_counts_leave"), ("counts", "0001_initial")]

    operations = [migrations.RunPython(count, stop)]
