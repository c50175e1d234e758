"""The files that scans have read."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ('tracks', '0006_audio'),
    ]

    operations = [
        migrations.CreateModel(
            name='AudioFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('folder', models.TextField()),
                ('path', models.TextField()),
                ('location', models.CharField(max_length=32, unique=True)),
                ('size_bytes', models.BigIntegerField()),
                ('modified_ns', models.BigIntegerField()),
                ('content_hash', models.CharField(db_index=True, max_length=32)),
                ('codec', models.CharField(max_length=20)),
                ('content_type', models.CharField(max_length=30)),
                ('duration_ms', models.PositiveIntegerField()),
                ('bits_per_second', models.PositiveIntegerField()),
                ('is_lossless', models.BooleanField()),
                ('gain_db', models.FloatField(null=True)),
                ('tags', models.JSONField()),
                ('track', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tracks.track')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
    ]
