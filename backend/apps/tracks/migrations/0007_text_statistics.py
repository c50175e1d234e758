"""PostgreSQL estimates how many texts contain a few letters.

With its usual 100 samples it takes frequent letters for rare ones, and reads most of the library by an index.
"""

from django.db import migrations

SAMPLES = 500


def set_samples(_apps, schema_editor):
    _run(schema_editor, SAMPLES)


def reset_samples(_apps, schema_editor):
    _run(schema_editor, -1)  # PostgreSQL's default


def _run(schema_editor, samples):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"ALTER TABLE tracks_track ALTER search_text SET STATISTICS {samples}")
        schema_editor.execute("ANALYZE tracks_track (search_text)")


class Migration(migrations.Migration):
    dependencies = [("tracks", "0006_audio")]

    operations = [migrations.RunPython(set_samples, reset_samples)]
