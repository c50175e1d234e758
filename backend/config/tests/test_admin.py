"""Every model is in the admin; internal records are read-only there."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.utils import timezone
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken

from apps.tracks.models import SearchWord
from apps.users.models import LoginSession
from core.models import IdempotencyRecord, OneTimeTask


@pytest.fixture
def task(client, db) -> OneTimeTask:
    client.force_login(get_user_model().objects.create_superuser("ada"))
    return OneTimeTask.objects.create(name="a party")


@pytest.mark.parametrize("page", ["add/", "{}/change/", "{}/delete/"])
def test_internal_records_are_read_only(client, task, page: str):
    response = client.post(f"/admin/core/onetimetask/{page.format(task.pk)}", {"name": "x", "post": "yes"})
    assert response.status_code == 403
    assert OneTimeTask.objects.get(name="a party") == task


def test_the_response_of_an_idempotency_record_is_not_shown(client, task):
    kept = IdempotencyRecord.objects.create(
        caller="net:x",
        key="a-key",
        created_at=timezone.now(),
        body='{"added_by": "Cem of Izmir"}',  # with spaces, unlike form tokens
        headers={"Location": "/somewhere"},
    )
    for page in ("", f"{kept.pk}/change/"):
        shown = client.get(f"/admin/core/idempotencyrecord/{page}").content.decode()
        assert "a-key" in shown
        assert "Cem of Izmir" not in shown
        assert "somewhere" not in shown


def test_all_models_but_sessions_and_tokens_are_in_the_admin():
    labels = ("core", "realtime", "tracks", "users", "rooms", "playlist")
    models = [list(apps.get_app_config(label).get_models()) for label in labels]
    assert all(models)
    missing = {model for of_app in models for model in of_app if not admin.site.is_registered(model)}
    assert missing == {LoginSession, SearchWord}  # an index
    assert not any(map(admin.site.is_registered, (OutstandingToken, BlacklistedToken)))
