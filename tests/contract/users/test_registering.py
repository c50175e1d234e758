"""POST /api/users/, and the same at /api/auth/register/."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.contract.conftest import NewClient
from tests.contract.people import PASSWORD, bearer, facts, get_tokens, new_name, registered
from tests.contract.refusals import refused
from tests.contract.shapes import INSTANT

TASTE = {"favorite_genres": ["jazz"], "favorite_artists": ["Nina Simone"], "moods": ["calm", "party"]}


@pytest.mark.parametrize("path", ["/api/users/", "/api/auth/register/"])
def test_an_account_is_made(client: httpx.Client, path: str):
    name = new_name()

    answer = client.post(path, json=facts(name, profile=TASTE))

    account = answer.json()
    assert answer.status_code == 201
    assert account.keys() == {"id", "username", "email", "profile", "date_joined", "access", "refresh"}
    assert (account["username"], account["email"]) == (name, f"{name}@tutti.example")
    assert account["profile"] == TASTE
    assert INSTANT.fullmatch(account["date_joined"])
    assert answer.headers["Location"].endswith(f"/api/users/{account['id']}/")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert PASSWORD not in answer.text
    assert not client.cookies
    seen = client.get("/api/users/me/", headers=bearer(account)).json()
    assert seen == {key: value for key, value in account.items() if key not in {"access", "refresh"}}


@pytest.mark.parametrize("profile", [{}, {"moods": []}, {"favorite_genres": ["jazz"]}])
def test_parts_of_the_profile_may_be_left_out(client: httpx.Client, profile: dict[str, Any]):
    empty: dict[str, Any] = {"favorite_genres": [], "favorite_artists": [], "moods": []}

    assert registered(client, profile=profile)["profile"] == {**empty, **profile}
    assert registered(client)["profile"] == empty


def test_a_taken_name_or_address_is_a_409_in_any_case(client: httpx.Client):
    account = registered(client)
    name, email = account["username"].upper(), account["email"].upper()

    for changes, fields in (
        ({"username": name}, {"username"}),
        ({"email": email}, {"email"}),
        ({"username": name, "email": email}, {"username", "email"}),
    ):
        answer = client.post("/api/users/", json=facts(**changes))
        assert refused(answer, 409, "CONFLICT").keys() == fields

    assert get_tokens(client, account).status_code == 200


@pytest.mark.parametrize("password", ["short", "password123", "83475982374", "", None, 5])
def test_a_weak_password_is_refused(client: httpx.Client, password: Any):
    body = facts(password=password)

    refused(client.post("/api/users/", json=body), 400, "VALIDATION_ERROR", "password")

    assert registered(client, body["username"])["username"] == body["username"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *[("username", value) for value in ("", "a b", "a@b", "x" * 151, None, 5, "a\x00b")],
        *[("email", value) for value in ("", "nonsense", "a@b", None, ["a@b.example"])],
        *[("profile", value) for value in (None, [], {"moods": ["angry"]}, {"moods": "calm"})],
        ("profile", {"favorite_genres": ["x"] * 21}),
        ("profile", {"favorite_artists": ["x"] * 51}),
    ],
    ids=repr,
)
def test_what_makes_no_sense_is_a_400(client: httpx.Client, field: str, value: Any):
    answer = client.post("/api/users/", json=facts(**{field: value}))

    refused(answer, 400, "VALIDATION_ERROR", field)


def test_an_unknown_mood_lists_the_known(client: httpx.Client):
    answer = client.post("/api/users/", json=facts(profile={"moods": ["angry"]}))

    (message,) = refused(answer, 400, "VALIDATION_ERROR", "profile")["profile"]
    assert all(mood in message for mood in ("energetic", "calm", "happy", "sad", "focused", "party"))


def test_of_many_at_once_one_is_made(new_client: NewClient):
    body = facts()
    clients = [new_client() for _ in range(8)]

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda http: http.post("/api/users/", json=body), clients))

    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7
    for answer in answers:
        if answer.status_code == 409:
            refused(answer, 409, "CONFLICT")


def test_a_repeat_is_the_same_account(client: httpx.Client):
    body, headers = facts(), {"Idempotency-Key": new_name()}

    first, again = (client.post("/api/users/", json=body, headers=headers) for _ in range(2))

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.json()["id"] == first.json()["id"]
    assert client.get("/api/users/me/", headers=bearer(again.json())).status_code == 200
    refused(client.post("/api/users/", json=body), 409, "CONFLICT")
