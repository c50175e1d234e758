"""What belongs to a room refers to the model of the app `rooms`. The columns and the table stay as they are."""

import django.db.models.deletion
from django.db import migrations, models


def moved(model, related_name):
    field = models.ForeignKey(
        on_delete=django.db.models.deletion.CASCADE, related_name=related_name, to='rooms.room'
    )
    return migrations.AlterField(model_name=model, name='room', field=field)


class Migration(migrations.Migration):

    dependencies = [
        ('playlist', '0003_wishes'),
        ('rooms', '0001_initial'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                moved('playlisttrack', 'items'),
                moved('play', 'plays'),
                moved('removeditem', '+'),
                moved('wish', 'wishes'),
            ],
        ),
    ]
