"""The model of rooms is that of the app `rooms`; nothing in the database changes."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('playlist', '0004_rooms_move'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel('Room')]),
    ]
