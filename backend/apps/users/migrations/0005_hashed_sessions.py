from hashlib import sha256

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import migrations, models
from django.utils import timezone


def bring_along(apps, _schema_editor):
    """Who is logged in stays so; what is left has no key by which one could log in."""
    Session = apps.get_model('sessions', 'Session')
    LoginSession = apps.get_model('users', 'LoginSession')
    current = Session.objects.filter(expire_date__gt=timezone.now()).order_by('pk')
    for session in current.iterator(chunk_size=500):
        user_id = str(SessionStore().decode(session.session_data).get(SESSION_KEY, ''))
        LoginSession.objects.create(
            session_key=sha256(session.session_key.encode()).hexdigest(),
            session_data=session.session_data,
            expire_date=session.expire_date,
            user_id=int(user_id) if user_id.isdecimal() else None,
        )
    Session.objects.all().delete()


class Migration(migrations.Migration):

    dependencies = [
        ('sessions', '0001_initial'),
        ('users', '0004_once'),
    ]

    operations = [
        migrations.CreateModel(
            name='LoginSession',
            fields=[
                ('session_data', models.TextField(verbose_name='session data')),
                ('expire_date', models.DateTimeField(db_index=True, verbose_name='expire date')),
                ('session_key', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('user_id', models.BigIntegerField(db_index=True, null=True)),
            ],
            options={
                'verbose_name': 'session',
                'verbose_name_plural': 'sessions',
                'abstract': False,
            },
        ),
        migrations.RunPython(bring_along, migrations.RunPython.noop),
    ]
