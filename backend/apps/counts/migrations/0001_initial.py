"""View counts leave `charts` for an app of their own: the tables, their rows and their names stay."""

import apps.counts.isrc_constraint
import django.utils.timezone
from django.db import migrations, models

MODELS = ("droppedview", "historicalviewcount", "viewcount")


def rename_content_types(before, after):
    """What is granted or logged under the earlier name stays so."""

    def rename(apps, schema_editor):
        kinds = apps.get_model("contenttypes", "ContentType").objects.using(schema_editor.connection.alias)
        kinds.filter(app_label=before, model__in=MODELS).update(app_label=after)

    return rename


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('charts', '0008_counts_leave'),
        ('contenttypes', '0002_remove_content_type_name'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(state_operations=[
            migrations.CreateModel(
                name='DroppedView',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('isrc', models.CharField(blank=True, max_length=12)),
                    ('service', models.CharField(blank=True, max_length=16)),
                    ('prefix', models.CharField(blank=True, max_length=64)),
                    ('dropped_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
                ],
                options={
                    'db_table': 'charts_droppedview',
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('isrc', ''), models.Q(('prefix', ''), _negated=True)), models.Q(models.Q(('isrc', ''), _negated=True), ('prefix', '')), _connector='OR'), name='dropped_view_track_or_prefix')],
                },
            ),
            migrations.CreateModel(
                name='HistoricalViewCount',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('isrc', models.CharField(max_length=12, verbose_name='ISRC')),
                    ('service', models.CharField(choices=[('spotify', 'Spotify'), ('youtube', 'YouTube'), ('soundcloud', 'SoundCloud'), ('apple_music', 'Apple Music')], max_length=16)),
                    ('view_count', models.BigIntegerField(null=True)),
                    ('delta_count', models.BigIntegerField(null=True)),
                    ('delta_days', models.IntegerField(null=True)),
                    ('recorded_date', models.DateField()),
                    ('status', models.CharField(choices=[('ok', 'counted'), ('failed', 'the source failed'), ('missing', 'the source has no figure'), ('stale', 'the source repeats all its figures of the day before'), ('anomaly', 'the source has two figures')], default='ok', max_length=7)),
                    ('flag', models.CharField(blank=True, choices=[('', 'nothing odd'), ('fell', 'lower than before'), ('jumped', 'far more than this track gets'), ('stale', 'a copy of the figure before: not counted on that day')], default='', max_length=6)),
                    ('counted_at', models.DateTimeField(default=django.utils.timezone.now)),
                ],
                options={
                    'db_table': 'historical_view_counts',
                    'indexes': [models.Index(fields=['recorded_date'], name='historical_recorded_date'), models.Index(fields=['service', 'recorded_date'], name='historical_service_date'), models.Index(fields=['isrc'], name='historical_isrc'), models.Index(fields=['isrc', 'recorded_date', 'service', 'view_count', 'delta_count', 'status', 'flag'], name='historical_of_track')],
                    'constraints': [models.UniqueConstraint(fields=('isrc', 'service', 'recorded_date'), name='historical_view_counts_once'), models.CheckConstraint(condition=models.Q(('view_count__isnull', True), ('view_count__gte', 0), _connector='OR'), name='historical_view_counts_not_negative'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'ok'), ('view_count__isnull', False)), models.Q(models.Q(('status', 'ok'), _negated=True), ('delta_count__isnull', True), ('view_count__isnull', True)), _connector='OR'), name='historical_view_counts_counted_or_not'), models.CheckConstraint(condition=apps.counts.isrc_constraint.IsIsrc(models.F('isrc')), name='historical_view_counts_isrc')],
                },
            ),
            migrations.CreateModel(
                name='ViewCount',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('isrc', models.CharField(max_length=12, verbose_name='ISRC')),
                    ('service', models.CharField(choices=[('spotify', 'Spotify'), ('youtube', 'YouTube'), ('soundcloud', 'SoundCloud'), ('apple_music', 'Apple Music')], max_length=16)),
                    ('view_count', models.BigIntegerField()),
                    ('last_updated', models.DateTimeField()),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ],
                options={
                    'db_table': 'view_counts',
                    'indexes': [models.Index(fields=['service'], name='view_counts_service'), models.Index(fields=['last_updated'], name='view_counts_updated'), models.Index(fields=['-view_count'], name='view_counts_count')],
                    'constraints': [models.UniqueConstraint(fields=('isrc', 'service'), name='view_counts_once'), models.CheckConstraint(condition=models.Q(('view_count__gte', 0)), name='view_counts_not_negative'), models.CheckConstraint(condition=apps.counts.isrc_constraint.IsIsrc(models.F('isrc')), name='view_counts_isrc')],
                },
            ),
        ]),
        migrations.RunPython(rename_content_types("charts", "counts"), rename_content_types("counts", "charts")),
    ]
