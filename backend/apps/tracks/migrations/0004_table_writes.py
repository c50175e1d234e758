"""Writes of the library are counted, so that its lists are made once for each state."""

from django.db import migrations

from core.response_cache import count_writes, stop_counting

TABLES = ("tracks_track", "tracks_searchword")


def count(_apps, schema_editor):
    count_writes("tracks", TABLES, schema_editor)


def stop(_apps, schema_editor):
    stop_counting("tracks", TABLES, schema_editor)


class Migration(migrations.Migration):
    dependencies = [("tracks", "0003_search_index"), ("core", "0004_table_writes")]

    operations = [migrations.RunPython(count, stop)]
