"""The library's one table."""

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Track",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=300)),
                ("artist", models.CharField(max_length=300)),
                ("album", models.CharField(blank=True, default="", max_length=300)),
                ("duration_seconds", models.PositiveIntegerField(blank=True, null=True)),
                ("genre", models.CharField(blank=True, default="", max_length=100)),
                ("cover_url", models.CharField(blank=True, max_length=1000, null=True)),
                ("isrc", models.CharField(blank=True, max_length=12, null=True, verbose_name="ISRC")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("title_key", models.TextField(editable=False)),
                ("artist_key", models.TextField(editable=False)),
                ("album_key", models.TextField(editable=False)),
                ("genre_key", models.CharField(db_index=True, editable=False, max_length=300)),
                ("search_text", models.TextField(editable=False)),
                ("identity", models.CharField(db_index=True, editable=False, max_length=32)),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.UniqueConstraint(fields=["isrc"], name="tracks_track_isrc_unique"),
                    models.CheckConstraint(
                        condition=models.Q(duration_seconds__gt=0), name="tracks_track_duration_above_zero"
                    ),
                ],
            },
        ),
    ]
