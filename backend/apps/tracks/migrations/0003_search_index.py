"""The indexes of the search.

Apart from the columns, so that on PostgreSQL others read the library meanwhile; writes of it wait.
"""

from django.db import migrations

from apps.tracks.normalisation import latin
from apps.tracks.search_index import drop_index, make_index, need_trigrams

PORTION = 2_000


def fill_latin_texts(apps, schema_editor):
    del schema_editor
    Track = apps.get_model("tracks", "Track")
    rows = Track.objects.only("id", "search_text").order_by("id").iterator(chunk_size=PORTION)
    changed = []
    for track in rows:
        if track.search_text.isascii():
            continue
        track.latin_text = " ".join(map(latin, track.search_text.split()))
        changed.append(track)
        if len(changed) == PORTION:
            Track.objects.bulk_update(changed, ["latin_text"], batch_size=300)
            changed = []
    Track.objects.bulk_update(changed, ["latin_text"], batch_size=300)


class Migration(migrations.Migration):
    dependencies = [("tracks", "0002_search")]

    operations = [
        migrations.RunPython(need_trigrams, migrations.RunPython.noop),
        migrations.RunPython(fill_latin_texts, migrations.RunPython.noop),
        migrations.RunPython(make_index, drop_index),
    ]
