import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('playlist', '0002_adders'),
        ('tracks', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='RecommendationList',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('generated_at', models.DateTimeField()),
                ('usual_count', models.PositiveSmallIntegerField(default=20)),
                ('missing_sources', models.JSONField(default=list)),
                ('room', models.OneToOneField(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='playlist.room')),
                ('user', models.OneToOneField(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-generated_at'],
                'constraints': [
                    models.CheckConstraint(
                        condition=models.Q(user__isnull=False, room__isnull=True)
                        | models.Q(user__isnull=True, room__isnull=False),
                        name='recommendations_of_one',
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name='Recommendation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rank', models.PositiveSmallIntegerField(null=True)),
                ('score', models.FloatField()),
                ('provider', models.CharField(default='library', max_length=20)),
                ('provider_id', models.CharField(blank=True, default='', max_length=200)),
                ('outside', models.JSONField(null=True)),
                ('reasons', models.JSONField(default=list)),
                ('offered_at', models.DateTimeField(db_index=True)),
                ('kept_in', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='recommendations', to='recommendations.recommendationlist')),
                ('track', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tracks.track')),
            ],
            options={
                'ordering': ['kept_in', 'rank'],
                'indexes': [models.Index(fields=['kept_in', 'rank'], name='recommendation_rank')],
                'constraints': [
                    models.UniqueConstraint(fields=('kept_in', 'track'), name='recommended_track_once'),
                    models.UniqueConstraint(
                        condition=models.Q(('provider_id', ''), _negated=True),
                        fields=('kept_in', 'provider', 'provider_id'),
                        name='recommended_outside_once',
                    ),
                    models.CheckConstraint(
                        condition=models.Q(('track__isnull', False), ('outside__isnull', False), _connector='OR'),
                        name='recommendation_of_something',
                    ),
                ],
            },
        ),
    ]
