"""The index of the words that each track has.

Apart from the other indexes, so that a library that has these already gets only this one.
"""

from django.db import migrations

from apps.tracks.search_index import drop_places, make_places


class Migration(migrations.Migration):
    dependencies = [("tracks", "0004_table_writes")]

    operations = [migrations.RunPython(make_places, drop_places)]
