"""Guests: people without an account."""

from typing import Any

import httpx
import pytest

from tests.contract.conftest import NewClient
from tests.contract.refusals import refused


def test_a_new_guest_has_an_id_a_name_and_a_token(client: httpx.Client):
    answer = client.post("/api/guests/", json={"name": "  Ada  "})

    guest = answer.json()
    assert answer.status_code == 201
    assert guest.keys() == {"guest_id", "name", "token"}
    assert guest["name"] == "Ada"
    assert isinstance(guest["guest_id"], str)
    assert len(guest["guest_id"]) >= 8
    assert guest["token"] != guest["guest_id"]


def test_no_two_are_alike(client: httpx.Client):
    guests = [client.post("/api/guests/", json={"name": "Ada"}).json() for _ in range(3)]

    assert len({guest["guest_id"] for guest in guests}) == 3
    assert len({guest["token"] for guest in guests}) == 3


def test_a_name_is_not_needed(client: httpx.Client):
    answer = client.post("/api/guests/", json={})

    assert (answer.status_code, answer.json()["name"]) == (201, "")


def test_me_is_the_guest_of_the_cookie(client: httpx.Client):
    guest = client.post("/api/guests/", json={"name": "Bo"}).json()

    answer = client.get("/api/guests/me/")

    assert (answer.status_code, answer.json()) == (200, {"guest_id": guest["guest_id"], "name": "Bo"})


def test_me_is_the_guest_of_the_header(client: httpx.Client, new_client: NewClient):
    guest = client.post("/api/guests/", json={"name": "Bo"}).json()

    answer = new_client(headers={"X-Guest-Token": guest["token"]}).get("/api/guests/me/")

    assert answer.json() == {"guest_id": guest["guest_id"], "name": "Bo"}


def test_who_is_no_guest_gets_a_404(client: httpx.Client):
    refused(client.get("/api/guests/me/"), 404, "NOT_FOUND")
    refused(client.patch("/api/guests/me/", json={"name": "Ada"}), 404, "NOT_FOUND")


def test_the_name_can_be_changed(ada: httpx.Client):
    before = ada.get("/api/guests/me/").json()

    answer = ada.patch("/api/guests/me/", json={"name": " Ada Lovelace "})

    assert (answer.status_code, answer.json()) == (200, {**before, "name": "Ada Lovelace"})
    assert ada.get("/api/guests/me/").json() == answer.json()


@pytest.mark.parametrize("name", ["x" * 51, "a\x00b", "two\nlines", 5, ["Ada"], True])
def test_what_is_no_name_is_a_400(client: httpx.Client, ada: httpx.Client, name: Any):
    refused(client.post("/api/guests/", json={"name": name}), 400, "VALIDATION_ERROR", "name")
    refused(ada.patch("/api/guests/me/", json={"name": name}), 400, "VALIDATION_ERROR", "name")

    assert not client.cookies
    assert ada.get("/api/guests/me/").json()["name"] == "Ada"


def test_fifty_characters_are_a_name(client: httpx.Client):
    assert client.post("/api/guests/", json={"name": "é" * 50}).json()["name"] == "é" * 50
