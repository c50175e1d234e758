from django.db import migrations, models

EMPTY = 'DELETE FROM realtime_presence'


class Migration(migrations.Migration):
    """Guests are present as well as accounts. Rows live a minute: the old ones are deleted, not converted."""

    dependencies = [
        ('realtime', '0003_visits'),
    ]

    operations = [
        migrations.RunSQL(EMPTY, migrations.RunSQL.noop),
        migrations.RemoveConstraint(model_name='presence', name='presence_once'),
        migrations.RemoveField(model_name='presence', name='user_id'),
        migrations.AddField(
            model_name='presence',
            name='key',
            field=models.CharField(max_length=64),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name='presence',
            constraint=models.UniqueConstraint(fields=('stream_id', 'key'), name='presence_once'),
        ),
        migrations.RunSQL(migrations.RunSQL.noop, EMPTY),
    ]
