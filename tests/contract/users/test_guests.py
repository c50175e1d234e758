"""Guests: people without an account."""

import httpx

from tests.contract.conftest import NewClient
from tests.contract.refusals import refused


def test_a_new_guest_has_an_id_a_name_and_a_token_like_no_other(client: httpx.Client):
    answers = [client.post("/api/guests/", json={"name": "  Ada  "}) for _ in range(3)]

    guests = [answer.json() for answer in answers]
    for answer, guest in zip(answers, guests, strict=True):
        assert answer.status_code == 201
        assert guest.keys() == {"guest_id", "name", "token"}
        assert guest["name"] == "Ada"
        assert isinstance(guest["guest_id"], str)
        assert len(guest["guest_id"]) >= 8
        assert guest["token"] != guest["guest_id"]
    assert len({guest["guest_id"] for guest in guests}) == 3
    assert len({guest["token"] for guest in guests}) == 3


def test_a_name_is_not_needed_and_has_fifty_characters_at_most(client: httpx.Client):
    answer = client.post("/api/guests/", json={})

    assert (answer.status_code, answer.json()["name"]) == (201, "")
    assert client.post("/api/guests/", json={"name": "é" * 50}).json()["name"] == "é" * 50


def test_me_is_the_guest_of_the_cookie_or_of_the_header(client: httpx.Client, new_client: NewClient):
    guest = client.post("/api/guests/", json={"name": "Bo"}).json()

    for http in (client, new_client(headers={"X-Guest-Token": guest["token"]})):
        answer = http.get("/api/guests/me/")
        assert (answer.status_code, answer.json()) == (200, {"guest_id": guest["guest_id"], "name": "Bo"})
        assert answer.headers["Cache-Control"] == "private, no-cache"


def test_who_is_no_guest_gets_a_404(client: httpx.Client):
    refused(client.get("/api/guests/me/"), 404, "NOT_FOUND")
    refused(client.patch("/api/guests/me/", json={"name": "Ada"}), 404, "NOT_FOUND")


def test_the_name_can_be_changed(ada: httpx.Client):
    before = ada.get("/api/guests/me/").json()

    answer = ada.patch("/api/guests/me/", json={"name": " Ada Lovelace "})

    assert (answer.status_code, answer.json()) == (200, {**before, "name": "Ada Lovelace"})
    assert ada.get("/api/guests/me/").json() == answer.json()


def test_what_is_no_name_is_a_400(client: httpx.Client, ada: httpx.Client):
    for name in ("x" * 51, "a\x00b", "two\nlines", 5, ["Ada"], True, None):
        refused(client.post("/api/guests/", json={"name": name}), 400, "VALIDATION_ERROR", "name")
        refused(ada.patch("/api/guests/me/", json={"name": name}), 400, "VALIDATION_ERROR", "name")
    for body in ({}, {"name": ""}, {"name": "  "}):
        refused(ada.patch("/api/guests/me/", json=body), 400, "VALIDATION_ERROR", "name")

    assert not client.cookies
    assert ada.get("/api/guests/me/").json()["name"] == "Ada"
