"""What people in a room wish for."""

import core.names
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('playlist', '0002_adders'),
    ]

    operations = [
        migrations.CreateModel(
            name='Wish',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.CharField(max_length=100, validators=[core.names.validate_name])),
                ('wished_by', models.CharField(default='Anonymous', max_length=50, validators=[core.names.validate_name])),
                ('wisher', models.CharField(db_index=True, editable=False, max_length=64)),
                ('wished_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, editable=False)),
                ('room', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='wishes', to='playlist.room')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
    ]
