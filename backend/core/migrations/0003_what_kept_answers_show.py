import json

from django.db import migrations, models


def note_items(apps, _schema_editor):
    """Answers of before this that show an item are found by it, too."""
    KeptAnswer = apps.get_model('core', 'KeptAnswer')
    for kept in KeptAnswer.objects.filter(body__contains='"added_by":').iterator(chunk_size=200):
        shown = json.loads(kept.body)
        if isinstance(shown, dict) and isinstance(shown.get('id'), int):
            KeptAnswer.objects.filter(pk=kept.pk).update(shows=f'item:{shown["id"]}')


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0002_kept_answer'),
    ]

    operations = [
        migrations.AddField(
            model_name='keptanswer',
            name='shows',
            field=models.CharField(default='', max_length=64),
        ),
        migrations.AddField(
            model_name='keptanswer',
            name='recipe',
            field=models.TextField(default=''),
        ),
        migrations.RunPython(note_items, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name='keptanswer',
            index=models.Index(fields=['subject'], name='kept_answer_subject'),
        ),
        migrations.AddIndex(
            model_name='keptanswer',
            index=models.Index(fields=['shows'], name='kept_answer_shows'),
        ),
    ]
