"""Writes of what charts are read from are counted, so that each is made once for each state."""

from django.db import migrations

from core.response_cache import count_writes, stop_counting

TABLES = (
    "charts_edition",
    "charts_editionentry",
    "charts_editionsource",
    "charts_rawedition",
    "charts_rawentry",
    "charts_charttrack",
    "historical_view_counts",
)


def count(_apps, schema_editor):
    count_writes("charts", TABLES, schema_editor)


def stop(_apps, schema_editor):
    stop_counting("charts", TABLES, schema_editor)


class Migration(migrations.Migration):
    dependencies = [("charts", "0005_forget_days_to_come"), ("core", "0004_table_writes")]

    operations = [migrations.RunPython(count, stop)]
