from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('realtime', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Presence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('stream_id', models.BigIntegerField()),
                ('user_id', models.BigIntegerField()),
                ('until', models.DateTimeField()),
                ('written_at', models.DateTimeField()),
            ],
            options={
                'verbose_name_plural': 'presence',
                'indexes': [models.Index(fields=['until'], name='presence_until')],
                'constraints': [models.UniqueConstraint(fields=('stream_id', 'user_id'), name='presence_once')],
            },
        ),
    ]
