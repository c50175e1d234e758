import uuid

from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='JobProcess',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100, unique=True)),
                ('role', models.CharField(choices=[('worker', 'Worker'), ('beat', 'Beat')], max_length=10)),
                ('started_at', models.DateTimeField()),
                ('seen_at', models.DateTimeField()),
            ],
            options={
                'verbose_name_plural': 'job processes',
            },
        ),
        migrations.CreateModel(
            name='ScheduledTurn',
            fields=[
                ('name', models.CharField(max_length=60, primary_key=True, serialize=False)),
                ('turn_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='JobRun',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=60)),
                ('key', models.CharField(blank=True, default='', max_length=100)),
                ('arguments', models.JSONField(default=dict)),
                ('status', models.CharField(choices=[('queued', 'Queued'), ('running', 'Running'), ('succeeded', 'Succeeded'), ('failed', 'Failed')], default='queued', max_length=10)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('due_at', models.DateTimeField()),
                ('lease', models.CharField(blank=True, default='', max_length=32)),
                ('leased_until', models.DateTimeField(null=True)),
                ('result', models.JSONField(null=True)),
                ('error_code', models.CharField(blank=True, default='', max_length=60)),
                ('created_at', models.DateTimeField()),
                ('started_at', models.DateTimeField(null=True)),
                ('finished_at', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ['-created_at'],
            },
        ),
        migrations.AddConstraint(
            model_name='jobrun',
            constraint=models.UniqueConstraint(condition=models.Q(('status__in', ('queued', 'running'))), fields=('kind', 'key'), name='job_run_open_once'),
        ),
        migrations.AddConstraint(
            model_name='jobrun',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['queued', 'running', 'succeeded', 'failed'])), name='job_run_status'),
        ),
        migrations.AddIndex(
            model_name='jobrun',
            index=models.Index(condition=models.Q(('status__in', ('queued', 'running'))), fields=['due_at'], name='job_run_open'),
        ),
        migrations.AddIndex(
            model_name='jobrun',
            index=models.Index(fields=['finished_at'], name='job_run_finished_at'),
        ),
    ]
