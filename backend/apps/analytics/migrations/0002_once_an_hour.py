import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

HOUR = "quarter / 4"


def count_anew(_apps, schema_editor):
    """Activities from before this migration count in trends like later ones: a person once an hour."""
    for statement in (
        "INSERT INTO analytics_persontrackhourcount (user_id, track_id, hour, kind, count)"
        f" SELECT user_id, track_id, {HOUR}, kind, COUNT(*) FROM analytics_activity"
        f" WHERE track_id IS NOT NULL GROUP BY user_id, track_id, {HOUR}, kind",
        "DELETE FROM analytics_trackdaycount",
        "INSERT INTO analytics_trackdaycount (day, track_id, kind, count)"
        " SELECT hour / 24, track_id, kind, COUNT(*) FROM analytics_persontrackhourcount"
        " GROUP BY hour / 24, track_id, kind",
    ):
        schema_editor.execute(statement)


class Migration(migrations.Migration):

    dependencies = [
        ('analytics', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='PersonTrackHourCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('count', models.IntegerField()),
                ('hour', models.IntegerField()),
                ('kind', models.CharField(max_length=7)),
                (
                    'track',
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tracks.track'
                    ),
                ),
                (
                    'user',
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name='+',
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                'indexes': [
                    models.Index(condition=models.Q(('count', 0)), fields=['id'], name='person_track_hour_empty')
                ],
                'constraints': [
                    models.UniqueConstraint(
                        fields=('user', 'track', 'hour', 'kind'), name='person_track_hour_once'
                    )
                ],
            },
        ),
        migrations.RunPython(count_anew, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name='activity',
            index=models.Index(
                condition=models.Q(('room_play__isnull', True)),
                fields=['user', 'received_at'],
                name='activity_told',
            ),
        ),
    ]
