"""Accounts get a profile, and keys by which their names and addresses are equal without regard to case."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('users', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='user',
            name='username_key',
            field=models.CharField(editable=False, max_length=762, null=True),
        ),
        migrations.AddField(
            model_name='user',
            name='email_key',
            field=models.CharField(editable=False, max_length=762, null=True),
        ),
        migrations.CreateModel(
            name='Profile',
            fields=[
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='profile', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('favorite_genres', models.JSONField(default=list)),
                ('favorite_artists', models.JSONField(default=list)),
                ('moods', models.JSONField(default=list)),
                ('changed_at', models.DateTimeField(auto_now=True)),
            ],
        ),
    ]
