"""The job that keeps logins tidy."""

from importlib import import_module

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session

from apps.users.tasks import forget_logins

pytestmark = pytest.mark.django_db


def test_expired_sessions_go_and_others_stay():
    store = import_module(settings.SESSION_ENGINE).SessionStore
    for seconds in (-10, 1000):
        session = store()
        session.set_expiry(seconds)
        session.create()

    forget_logins()

    assert Session.objects.count() == 1
