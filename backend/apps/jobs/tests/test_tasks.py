"""The jobs that keep the core tidy."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.jobs.tasks import forget_answers, forget_runs
from core.models import KeptAnswer

pytestmark = pytest.mark.django_db


def test_old_answers_go_and_new_ones_stay():
    for key, age in {"old": timedelta(hours=25), "new": timedelta(hours=23)}.items():
        KeptAnswer.objects.create(caller="ada", key=key, fingerprint="", created_at=timezone.now() - age)

    assert forget_answers() == {"forgotten": 1}
    assert KeptAnswer.objects.get().key == "new"


def test_old_runs_go():
    assert forget_runs() == {"forgotten": 0}
