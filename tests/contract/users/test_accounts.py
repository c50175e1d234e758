"""Who sees and changes which account."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.contract.conftest import NewClient
from tests.contract.error_checks import rejected
from tests.contract.people import Account, bearer, begin_session, facts, registered

TASTE = {"favorite_genres": ["jazz"], "favorite_artists": ["Nina Simone"], "moods": ["calm"]}
EMPTY = {"favorite_genres": [], "favorite_artists": [], "moods": []}


@pytest.fixture
def owner(new_client: NewClient, account: Account) -> Iterator[httpx.Client]:
    http = new_client()
    assert begin_session(http, account).status_code == 200
    return http


@pytest.fixture
def other(new_client: NewClient, client: httpx.Client) -> httpx.Client:
    return new_client(headers=bearer(registered(client)))


def test_callers_without_an_account_get_the_same_401_for_every_id(
    client: httpx.Client, bo: httpx.Client, account: Account
):
    ids = [account["id"], account["id"] + 100_000, 0, 10**17, "me"]

    responses = [
        http.request(method, f"/api/users/{one}/", json=None if method == "GET" else {"profile": TASTE})
        for http in (client, bo)
        for one in ids
        for method in ("GET", "PUT", "PATCH")
    ]
    responses += [http.get("/api/users/me/export/") for http in (client, bo)]
    responses += [http.delete("/api/users/me/") for http in (client, bo)]

    for response in responses:
        rejected(response, 401, "NOT_AUTHENTICATED")
    assert len({response.content for response in responses}) == 1
    assert {response.headers["WWW-Authenticate"] for response in responses} == {"Bearer"}


def test_the_list_of_accounts_has_only_the_callers_own(
    client: httpx.Client, bo: httpx.Client, owner: httpx.Client, staff: httpx.Client, account: Account
):
    """Staff sees all accounts."""
    lists = [http.get("/api/users/") for http in (client, bo, owner)]

    assert [response.status_code for response in lists] == [200] * 3
    assert [[user["id"] for user in response.json()] for response in lists] == [[], [], [account["id"]]]
    assert [response.headers["X-Total-Count"] for response in lists] == ["0", "0", "1"]
    assert account["id"] in {user["id"] for user in staff.get("/api/users/").json()}
    assert staff.get(f"/api/users/{account['id']}/").json()["email"] == account["email"]


@pytest.mark.parametrize("name", ["me", "id"])
def test_put_replaces_the_profile_and_patch_merges_it(owner: httpx.Client, account: Account, name: str):
    path = f"/api/users/{account['id'] if name == 'id' else 'me'}/"

    responses = [
        owner.put(path, json={"profile": TASTE}),
        owner.patch(path, json={"profile": {"moods": ["sad"]}}),
        owner.patch(path, json={}),
        owner.put(path, json={"profile": {"moods": ["party"]}}),
        owner.put(path, json={**owner.get(path).json(), "profile": {"moods": ["calm"]}}),
    ]

    assert [response.status_code for response in responses] == [200] * 5
    assert [response.json()["profile"] for response in responses] == [
        TASTE,
        *[{**TASTE, "moods": ["sad"]}] * 2,
        *[{**EMPTY, "moods": [mood]} for mood in ("party", "calm")],
    ]
    assert owner.get("/api/users/me/").json() == responses[-1].json()


def test_others_see_only_id_and_name_and_only_staff_may_change_them(
    owner: httpx.Client, other: httpx.Client, staff: httpx.Client, account: Account
):
    path, missing = f"/api/users/{account['id']}/", "/api/users/999999999/"

    seen = other.get(path)
    assert seen.json() == {"id": account["id"], "username": account["username"]}
    assert seen.headers["Cache-Control"] == "private, no-store"
    rejected(other.get(missing), 404, "NOT_FOUND")
    rejected(other.put(path, json={"profile": TASTE}), 403, "PERMISSION_DENIED")
    rejected(other.patch(path, json={"profile": TASTE}), 403, "PERMISSION_DENIED")
    rejected(other.patch(missing, json={"profile": TASTE}), 404, "NOT_FOUND")
    own = owner.get(path).json()
    assert own == owner.get("/api/users/me/").json()
    assert own.keys() == {"id", "username", "email", "profile", "date_joined"}
    assert own["profile"] == EMPTY
    assert staff.patch(path, json={"profile": TASTE}).status_code == 200
    assert owner.get(path).json()["profile"] == TASTE


def test_invalid_values_are_a_400_and_change_nothing(owner: httpx.Client):
    before = owner.put("/api/users/me/", json={"profile": TASTE}).json()
    bodies: list[tuple[str, dict[str, Any], str]] = [
        *[("PUT", body, "profile") for body in ({}, {"profile": None}, {"profile": {"moods": ["angry"]}})],
        ("PATCH", {"profile": {"moods": ["angry"]}}, "profile"),
        ("PATCH", {"profile": {"favorite_genres": ["x"] * 21}}, "profile"),
        *[("PATCH", {field: facts()[field]}, field) for field in ("username", "email")],
    ]

    for method, body, field in bodies:
        rejected(owner.request(method, "/api/users/me/", json=body), 400, "VALIDATION_ERROR", field)

    assert owner.get("/api/users/me/").json() == before


def test_only_registering_reveals_a_taken_address(
    client: httpx.Client, owner: httpx.Client, account: Account
):
    taken, free = registered(client)["email"], facts()["email"]

    responses = [owner.patch("/api/users/me/", json={"email": email}) for email in (taken, free)]

    assert responses[0].content == responses[1].content
