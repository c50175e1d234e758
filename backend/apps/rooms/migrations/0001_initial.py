"""Rooms move here from the app `playlist`; their table, its rows and their numbers stay as they are.

The content type is renamed, so that permissions and lines of the admin's log stay with rooms.
"""

import core.names
import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


def rename_content_type(apps, schema_editor, *, old='playlist', new='rooms'):
    types = apps.get_model('contenttypes', 'ContentType').objects.using(schema_editor.connection.alias)
    if not types.filter(app_label=new, model='room').exists():
        types.filter(app_label=old, model='room').update(app_label=new)


def rename_content_type_back(apps, schema_editor):
    rename_content_type(apps, schema_editor, old='rooms', new='playlist')


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('contenttypes', '0002_remove_content_type_name'),
        ('playlist', '0003_wishes'),
        ('realtime', '0001_initial'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name='Room',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('slug', models.SlugField(unique=True, validators=[django.core.validators.RegexValidator('\\A[a-z0-9-]+\\Z', 'Only a to z, 0 to 9 and - are allowed.')])),
                        ('name', models.CharField(max_length=80, validators=[core.names.validate_name])),
                        ('is_public', models.BooleanField(default=True)),
                        ('chosen_order', models.CharField(blank=True, choices=[('manual', 'Manual'), ('votes', 'Votes')], default='', max_length=6)),
                        ('created_by', models.CharField(blank=True, default='', editable=False, max_length=64)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('playing', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='playlist.playlisttrack')),
                        ('stream', models.OneToOneField(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='room', to='realtime.stream')),
                    ],
                    options={
                        'db_table': 'playlist_room',
                        'ordering': ['id'],
                    },
                ),
            ],
        ),
        migrations.RunPython(rename_content_type, rename_content_type_back),
    ]
