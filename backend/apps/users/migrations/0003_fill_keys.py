"""Fills the keys of accounts that are there. Of several that are equal, the oldest has the key."""

import unicodedata

from django.db import migrations


def fill_keys(apps, schema_editor):
    User = apps.get_model('users', 'User')
    seen = {'username': set(), 'email': set()}
    for user in User.objects.order_by('pk').iterator():
        for field, taken in seen.items():
            key = unicodedata.normalize('NFKC', getattr(user, field)).casefold()
            if key and key not in taken:
                taken.add(key)
                setattr(user, f'{field}_key', key)
        user.save(update_fields=['username_key', 'email_key'])


class Migration(migrations.Migration):

    dependencies = [
        ('users', '0002_profiles_and_keys'),
    ]

    operations = [
        migrations.RunPython(fill_keys, migrations.RunPython.noop, elidable=True),
    ]
