"""Lists of rooms refer to the model of the app `rooms`. The column stays as it is."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('recommendations', '0001_initial'),
        ('rooms', '0001_initial'),
    ]
    # Which ends the model that the column referred to.
    run_before = [('playlist', '0005_rooms_moved')]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name='recommendationlist',
                    name='room',
                    field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='rooms.room'),
                ),
            ],
        ),
    ]
