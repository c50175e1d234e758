"""Whether tracks have audio, and whether they are explicit.

SQLite adds both columns in place. Django would make the table again, and drop the triggers of the search.
"""

from django.db import migrations, models

ADD = "ALTER TABLE tracks_track ADD COLUMN has_audio boolean DEFAULT false NOT NULL"
DROP = "ALTER TABLE tracks_track DROP COLUMN has_audio"


class Migration(migrations.Migration):
    dependencies = [("tracks", "0005_places")]

    operations = [
        migrations.AddField("track", "explicit", models.BooleanField(blank=True, null=True)),
        migrations.RunSQL(
            ADD,
            DROP,
            state_operations=[
                migrations.AddField(
                    "track",
                    "has_audio",
                    models.BooleanField(db_default=False, default=False, editable=False),
                )
            ],
        ),
    ]
