"""Items and plays know by whom they were added, where that was an account or a guest."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('playlist', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='playlisttrack',
            name='adder',
            field=models.CharField(blank=True, default='', editable=False, max_length=64),
        ),
        migrations.AddField(
            model_name='play',
            name='adder',
            field=models.CharField(blank=True, default='', editable=False, max_length=64),
        ),
        migrations.AddField(
            model_name='removeditem',
            name='adder',
            field=models.CharField(blank=True, default='', editable=False, max_length=64),
        ),
        migrations.AddIndex(
            model_name='playlisttrack',
            index=models.Index(fields=['adder'], name='item_adder'),
        ),
        migrations.AddIndex(
            model_name='play',
            index=models.Index(fields=['adder'], name='play_adder'),
        ),
        migrations.AddIndex(
            model_name='vote',
            index=models.Index(fields=['voter'], name='vote_voter'),
        ),
    ]
