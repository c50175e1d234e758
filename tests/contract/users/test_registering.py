"""POST /api/users/, and the same at /api/auth/register/."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from unicodedata import normalize

import httpx
import pytest

from tests.contract.conftest import NewClient
from tests.contract.error_checks import rejected
from tests.contract.payload_checks import INSTANT
from tests.contract.people import PASSWORD, bearer, facts, get_tokens, new_name, registered

MOODS = ["energetic", "calm", "happy", "sad", "focused", "party"]
EMPTY: dict[str, Any] = {"favorite_genres": [], "favorite_artists": [], "moods": []}
MOST = {
    "favorite_genres": [f"genre {number}" for number in range(20)],
    "favorite_artists": [f"artist {number}" for number in range(50)],
    "moods": MOODS,
}


@pytest.mark.parametrize("path", ["/api/users/", "/api/auth/register/"])
def test_registering_returns_the_profile(client: httpx.Client, path: str):
    name = new_name()

    profile = {"favorite_genres": [" Jazz ", "jazz", "Soul"]}
    response = client.post(
        path, json=facts(name, profile=profile, is_staff=True, is_superuser=True, id=10**6)
    )

    account = response.json()
    assert response.status_code == 201
    assert account.keys() == {"id", "username", "email", "profile", "date_joined", "access", "refresh"}
    assert (account["username"], account["email"]) == (name, f"{name}@tutti.example")
    assert account["profile"] == {**EMPTY, "favorite_genres": ["Jazz", "Soul"]}
    assert INSTANT.fullmatch(account["date_joined"])
    assert response.headers["Location"].endswith(f"/api/users/{account['id']}/")
    assert response.headers["Cache-Control"] == "private, no-store"
    assert PASSWORD not in response.text
    assert not client.cookies
    seen = client.get("/api/users/me/", headers=bearer(account)).json()
    assert seen == {key: value for key, value in account.items() if key not in {"access", "refresh"}}
    assert account["id"] != 10**6
    rejected(client.post("/api/tracks/", json={}, headers=bearer(account)), 403, "PERMISSION_DENIED")
    for profile in ({}, MOST):
        assert registered(client, profile=profile)["profile"] == {**EMPTY, **profile}
    assert registered(client)["profile"] == EMPTY


@pytest.mark.both_sizes
def test_a_taken_name_or_address_is_a_409_in_any_case_and_a_repetition_returns_the_account(
    client: httpx.Client,
):
    body, headers = facts(username=new_name("jürgen")), {"Idempotency-Key": new_name()}
    first, again = (client.post("/api/users/", json=body, headers=headers) for _ in range(2))
    name, email = body["username"].upper(), body["email"].upper()

    for changes, fields in (
        ({"username": name}, {"username"}),
        ({"username": normalize("NFD", name)}, {"username"}),
        ({"email": email}, {"email"}),
        ({"username": name, "email": email}, {"username", "email"}),
    ):
        response = client.post("/api/users/", json=facts(**changes))
        assert rejected(response, 409, "CONFLICT").keys() == fields

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.json()["id"] == first.json()["id"]
    assert again.json()["access"] != first.json()["access"]
    assert client.get("/api/users/me/", headers=bearer(again.json())).status_code == 200
    assert get_tokens(client, first.json()).status_code == 200


NONSENSE: list[tuple[str, Any]] = [
    *[("username", value) for value in ("", "a b", "a@b", "x" * 151, "ﷺ" * 60, None, 5, "a\x00b")],
    *[("username", value) for value in ("Anonymous", "ANONYMOUS", "anony.mous_", "Admin", "\uff41dmin")],
    *[("username", value) for value in ("\u0430lice", "alic\u0435", "alice\u3164", "admin\u115f")],
    *[("email", value) for value in ("", "nonsense", "a@b", None, ["a@b.example"])],
    *[("email", value) for value in ("\u212aate@example.org", f"{'x' * 250}@example.org")],
    *[("password", value) for value in ("short", "password123", "83475982374", "x7!" * 100, "", None, 5)],
    *[("profile", value) for value in (None, [], {"moods": ["angry"]}, {"moods": "calm"})],
    *[("profile", {"favorite_genres": value}) for value in (["x"] * 21, ["x" * 51])],
    *[("profile", {"favorite_artists": value}) for value in (["x"] * 51, [""], [5])],
]


@pytest.mark.both_sizes
def test_invalid_values_are_a_400(client: httpx.Client):
    body = facts()
    for field, value in NONSENSE:
        response = client.post("/api/users/", json={**body, field: value})
        rejected(response, 400, "VALIDATION_ERROR", field)
    like_the_name = {**body, "password": body["username"] + "1"}
    rejected(client.post("/api/users/", json=like_the_name), 400, "VALIDATION_ERROR", "password")
    response = client.post("/api/users/", json={**body, "profile": {"moods": ["angry"]}})
    (message,) = rejected(response, 400, "VALIDATION_ERROR", "profile")["profile"]
    assert all(mood in message for mood in MOODS)

    assert registered(client, body["username"])["username"] == body["username"]


@pytest.mark.both_sizes
@pytest.mark.parametrize("same", ["username", "email"])
def test_of_concurrent_registrations_one_succeeds(new_client: NewClient, same: str):
    taken, clients = facts()[same], [new_client() for _ in range(8)]

    with ThreadPoolExecutor(8) as pool:
        responses = list(
            pool.map(lambda http: http.post("/api/users/", json=facts(**{same: taken})), clients)
        )

    assert sorted(response.status_code for response in responses) == [201] + [409] * 7
    for response in responses:
        if response.status_code == 409:
            assert rejected(response, 409, "CONFLICT").keys() == {same}
