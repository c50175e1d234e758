"""Whether a room's player was used."""


from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('rooms', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='room',
            name='has_player',
            field=models.BooleanField(default=False, editable=False),
        ),
    ]
