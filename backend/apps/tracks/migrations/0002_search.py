"""The words of the library, and the indexes of its search."""

from django.db import migrations, models

from apps.tracks.normalisation import latin
from apps.tracks.search_index import drop_index, make_index

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
    dependencies = [("tracks", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="track",
            name="latin_text",
            field=models.TextField(default="", editable=False),
        ),
        migrations.CreateModel(
            name="SearchWord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("word", models.TextField(unique=True)),
                ("padded", models.TextField()),
            ],
        ),
        migrations.RunPython(fill_latin_texts, migrations.RunPython.noop),
        migrations.RunPython(make_index, drop_index),
    ]
