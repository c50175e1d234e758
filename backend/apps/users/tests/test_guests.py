"""Guests over HTTP: joining, being known, being called something else."""

from typing import Any

import pytest
from django.test import Client

from apps.users.services import rename_guest
from core.errors import NotFound

pytestmark = pytest.mark.django_db


def post(client: Client, body: Any = None, **headers: str):
    return client.post("/api/guests/", body or {}, content_type="application/json", headers=headers)


def test_under_https_the_cookie_is_secure(client):
    answer = client.post("/api/guests/", {}, content_type="application/json", secure=True)
    assert answer.cookies["tutti_guest"]["secure"] is True


def test_an_account_is_no_guest(client, ada):
    post(client, {"name": "Bo"})
    client.force_login(ada)
    assert client.get("/api/guests/me/").status_code == 404


def test_a_guest_that_is_gone_can_t_be_renamed(bo):
    guest_id = bo.pk
    bo.delete()
    with pytest.raises(NotFound):
        rename_guest(guest_id=guest_id, name="Cem")
