import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


def number():
    return ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID'))


def roll_up(name, label, key, fields):
    """Counts by a key, as every roll-up is."""
    return migrations.CreateModel(
        name=name,
        fields=[number(), ('count', models.IntegerField()), *fields],
        options={
            'indexes': [models.Index(condition=models.Q(('count', 0)), fields=['id'], name=f'{label}_empty')],
            'constraints': [models.UniqueConstraint(fields=key, name=f'{label}_once')],
        },
    )


def of_user(**options):
    return models.ForeignKey(
        on_delete=django.db.models.deletion.CASCADE,
        related_name='+',
        to=settings.AUTH_USER_MODEL,
        **options,
    )


def of_track():
    return models.ForeignKey(
        on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tracks.track'
    )


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('playlist', '0002_adders'),
        ('tracks', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Activity',
            fields=[
                number(),
                ('kind', models.CharField(choices=[('play', 'Play'), ('like', 'Like'), ('dislike', 'Dislike'), ('skip', 'Skip'), ('share', 'Share')], max_length=7)),
                ('context', models.JSONField(default=dict)),
                ('occurred_at', models.DateTimeField()),
                ('received_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('quarter', models.IntegerField(db_index=True, editable=False)),
                ('recommendation_number', models.BigIntegerField(null=True)),
                ('room_play', models.OneToOneField(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='playlist.play')),
                ('track', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='tracks.track')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='activities', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name_plural': 'activities',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='RoomPlayDayCount',
            fields=[
                number(),
                ('count', models.IntegerField()),
                ('day', models.IntegerField(unique=True)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('count', 0)), fields=['id'], name='room_play_day_empty')],
            },
        ),
        roll_up('DayCount', 'day', ('day', 'kind'), [
            ('day', models.IntegerField()),
            ('kind', models.CharField(max_length=7)),
        ]),
        roll_up('TrackDayCount', 'track_day', ('day', 'track', 'kind'), [
            ('day', models.IntegerField()),
            ('kind', models.CharField(max_length=7)),
            ('track', of_track()),
        ]),
        roll_up('PersonDayCount', 'person_day', ('day', 'user'), [
            ('day', models.IntegerField()),
            ('user', of_user()),
        ]),
        roll_up('PersonQuarterCount', 'person_quarter', ('user', 'quarter', 'kind'), [
            ('quarter', models.IntegerField()),
            ('kind', models.CharField(max_length=7)),
            ('user', of_user(db_index=False)),
        ]),
        roll_up('PersonTrackCount', 'person_track', ('user', 'track', 'kind'), [
            ('kind', models.CharField(max_length=7)),
            ('track', of_track()),
            ('user', of_user(db_index=False)),
        ]),
    ]
