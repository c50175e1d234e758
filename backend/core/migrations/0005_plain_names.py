from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0004_table_writes'),
    ]

    operations = [
        migrations.RenameModel('Milestone', 'OneTimeTask'),
        migrations.RenameModel('KeptAnswer', 'IdempotencyRecord'),
        migrations.RenameIndex(
            model_name='idempotencyrecord', old_name='kept_answer_subject', new_name='idempotency_record_subject'
        ),
        migrations.RenameIndex(
            model_name='idempotencyrecord', old_name='kept_answer_shows', new_name='idempotency_record_shows'
        ),
        migrations.RemoveConstraint(model_name='idempotencyrecord', name='kept_answer_once'),
        migrations.AddConstraint(
            model_name='idempotencyrecord',
            constraint=models.UniqueConstraint(fields=['caller', 'key'], name='idempotency_record_once'),
        ),
    ]
