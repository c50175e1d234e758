"""Guests over HTTP: joining, being known, being called something else."""

from typing import Any

import pytest
from django.test import Client

from apps.users.models import Guest
from apps.users.recognition import guest_for_token
from apps.users.services import rename_guest
from core.errors import NotFound
from core.limits import NEWCOMERS

pytestmark = pytest.mark.django_db


def post(client: Client, body: Any = None, **headers: str):
    return client.post("/api/guests/", body or {}, content_type="application/json", headers=headers)


def rename(client: Client, body: Any, **headers: str):
    return client.patch("/api/guests/me/", body, content_type="application/json", headers=headers)


def test_a_guest_gets_an_id_a_token_and_a_cookie(client):
    answer = post(client, {"name": "  Bo "})
    guest = Guest.objects.get()
    body = answer.json()
    assert answer.status_code == 201
    assert body == {"guest_id": guest.pk, "name": "Bo", "token": body["token"]}
    assert guest_for_token(body["token"]) == guest
    cookie = answer.cookies["tutti_guest"]
    assert cookie.value == body["token"]
    assert (cookie["httponly"], cookie["samesite"], cookie["secure"]) == (True, "Lax", "")
    assert cookie["max-age"] == 365 * 24 * 3600


def test_under_https_the_cookie_is_secure(client):
    answer = client.post("/api/guests/", {}, content_type="application/json", secure=True)
    assert answer.cookies["tutti_guest"]["secure"] is True


def test_a_name_is_not_needed(client):
    assert post(client).json()["name"] == ""


@pytest.mark.parametrize("name", ["a" * 51, "a\nb", 5, None, ["Bo"], "\ud800"])
def test_what_is_no_name_is_refused(client, name: Any):
    answer = post(client, {"name": name})
    assert (answer.status_code, list(answer.json()["error"]["details"])) == (400, ["name"])
    assert not Guest.objects.exists()


def test_a_guest_is_known_by_its_cookie_or_its_header(client):
    body = post(client, {"name": "Bo"}).json()
    known = {"guest_id": body["guest_id"], "name": "Bo"}
    by_cookie = client.get("/api/guests/me/")
    assert by_cookie.json() == known
    assert by_cookie["Cache-Control"] == "private, no-cache"
    by_header = Client().get("/api/guests/me/", headers={"X-Guest-Token": body["token"]})
    assert by_header.json() == known


def test_nobody_is_a_guest_by_itself(client):
    answer = client.get("/api/guests/me/")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "NOT_FOUND")
    assert answer.cookies == {}
    assert rename(client, {"name": "Bo"}).status_code == 404


def test_an_account_is_no_guest(client, ada):
    post(client, {"name": "Bo"})
    client.force_login(ada)
    assert client.get("/api/guests/me/").status_code == 404


def test_a_wrong_token_in_the_header_is_a_401(client):
    answer = client.get("/api/guests/me/", headers={"X-Guest-Token": "nonsense"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "NOT_AUTHENTICATED")


def test_a_guest_may_be_called_something_else(client):
    post(client, {"name": "Bo"})
    assert rename(client, {"name": " Cem "}).json()["name"] == "Cem"
    assert Guest.objects.get().name == "Cem"


@pytest.mark.parametrize("body", [{}, {"name": ""}, {"name": "  "}, {"name": None}, {"name": 5}])
def test_a_new_name_has_to_be_one(client, body: Any):
    post(client, {"name": "Bo"})
    assert rename(client, body).status_code == 400
    assert Guest.objects.get().name == "Bo"


def test_a_guest_that_is_gone_can_t_be_renamed(bo):
    guest_id = bo.pk
    bo.delete()
    with pytest.raises(NotFound):
        rename_guest(guest_id=guest_id, name="Cem")


def test_too_many_guests_of_an_address_are_told_when_to_come_again(client, settings):
    settings.RATE_LIMIT_FACTOR = 2 / NEWCOMERS.max_calls
    for _ in range(2):
        assert post(Client()).status_code == 201
    answer = post(Client())
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "RATE_LIMITED")
    assert 1 <= int(answer["Retry-After"]) <= 3600
    assert Guest.objects.count() == 2


def test_a_guest_is_shown_by_name_or_else_by_id(bo):
    assert str(bo) == "Bo"
    assert str(Guest(id="abc")) == "abc"
