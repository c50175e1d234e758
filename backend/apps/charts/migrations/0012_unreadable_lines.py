"""How many lines of a list could not be read.

SQLite adds the column in place. Django would make the table again, and drop the triggers that count writes.
"""

from django.db import migrations, models

ADD = (
    "ALTER TABLE charts_rawedition"
    " ADD COLUMN unreadable integer DEFAULT 0 NOT NULL CHECK (unreadable >= 0)"
)
DROP = "ALTER TABLE charts_rawedition DROP COLUMN unreadable"


class Migration(migrations.Migration):
    dependencies = [("charts", "0011_stored_response")]

    operations = [
        migrations.RunSQL(
            ADD,
            DROP,
            state_operations=[
                migrations.AddField(
                    "rawedition", "unreadable", models.PositiveIntegerField(db_default=0, default=0)
                )
            ],
        )
    ]
