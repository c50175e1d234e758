"""Players, their speakers, and when a process last looked after them."""


import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('rooms', '0002_room_has_player'),
    ]

    operations = [
        migrations.CreateModel(
            name='ClockBeat',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('alive_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Player',
            fields=[
                ('room', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='player', serialize=False, to='rooms.room')),
                ('state', models.CharField(choices=[('playing', 'Playing'), ('paused', 'Paused'), ('stopped', 'Stopped')], default='stopped', max_length=7)),
                ('play_id', models.BigIntegerField(editable=False, null=True)),
                ('position_ms', models.PositiveIntegerField(default=0)),
                ('anchored_at', models.DateTimeField(null=True)),
                ('duration_ms', models.PositiveIntegerField(null=True)),
                ('reason', models.CharField(blank=True, choices=[('paused', 'Paused'), ('room_empty', 'Room Empty'), ('speaker_lost', 'Speaker Lost'), ('server_restarted', 'Server Restarted')], default='', max_length=16)),
                ('autoplay', models.BooleanField(default=True)),
                ('after_play', models.CharField(choices=[('remove', 'Remove'), ('keep', 'Keep'), ('requeue', 'Requeue')], default='remove', max_length=7)),
                ('volume', models.PositiveSmallIntegerField(default=80, validators=[django.core.validators.MaxValueValidator(100)])),
                ('speakers_gone_at', models.DateTimeField(editable=False, null=True)),
                ('back_at', models.BigIntegerField(editable=False, null=True)),
                ('failures', models.PositiveSmallIntegerField(default=0, editable=False)),
                ('wake_at', models.DateTimeField(db_index=True, editable=False, null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Speaker',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('speaker_id', models.CharField(max_length=16, unique=True)),
                ('name', models.CharField(max_length=60)),
                ('kind', models.CharField(max_length=8)),
                ('state', models.CharField(blank=True, default='', max_length=7)),
                ('play_id', models.BigIntegerField(null=True)),
                ('lag_ms', models.IntegerField(null=True)),
                ('expires_at', models.DateTimeField(db_index=True)),
                ('room', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='speakers', to='rooms.room')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
    ]
