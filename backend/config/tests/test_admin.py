"""Every model is in the admin; what a database has been through is looked at there, and never written."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.utils import timezone
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken

from apps.tracks.models import SearchWord
from apps.users.models import LoginSession
from core.models import KeptAnswer, Milestone


@pytest.fixture
def milestone(client, db) -> Milestone:
    client.force_login(get_user_model().objects.create_superuser("ada"))
    return Milestone.objects.create(name="a party")


@pytest.mark.parametrize("page", ["add/", "{}/change/", "{}/delete/"])
def test_nothing_is_written(client, milestone, page: str):
    answer = client.post(f"/admin/core/milestone/{page.format(milestone.pk)}", {"name": "x", "post": "yes"})
    assert answer.status_code == 403
    assert Milestone.objects.get(name="a party") == milestone


def test_of_a_kept_answer_nothing_is_shown_that_was_answered(client, milestone):
    kept = KeptAnswer.objects.create(
        caller="net:x",
        key="a-key",
        created_at=timezone.now(),
        body='{"added_by": "Cem of Izmir"}',  # tokens of forms have no spaces
        headers={"Location": "/somewhere"},
    )
    for page in ("", f"{kept.pk}/change/"):
        shown = client.get(f"/admin/core/keptanswer/{page}").content.decode()
        assert "a-key" in shown
        assert "Cem of Izmir" not in shown
        assert "somewhere" not in shown


def test_every_model_of_ours_is_in_the_admin_and_nobody_looks_at_sessions_or_tokens():
    labels = ("core", "realtime", "tracks", "users", "playlist")
    models = [list(apps.get_app_config(label).get_models()) for label in labels]
    assert all(models)
    missing = {model for of_app in models for model in of_app if not admin.site.is_registered(model)}
    assert missing == {LoginSession, SearchWord}  # an index, which the database keeps
    assert not any(map(admin.site.is_registered, (OutstandingToken, BlacklistedToken)))
