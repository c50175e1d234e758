"""A name and an address belong to one account. Accounts that have no key, because they are older, may be equal."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('users', '0003_fill_keys'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='user',
            constraint=models.UniqueConstraint(fields=('username_key',), name='user_username_once'),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.UniqueConstraint(fields=('email_key',), name='user_email_once'),
        ),
    ]
