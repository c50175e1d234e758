"""JSON Web Tokens: made, renewed once, checked, ended."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.contract.conftest import Connect, NewClient
from tests.contract.error_checks import rejected
from tests.contract.people import PASSWORD, Account, bearer, new_name
from tests.contract.queues import Queue


def refreshed(http: httpx.Client, refresh: str, **headers: str) -> httpx.Response:
    return http.post("/api/auth/token/refresh/", json={"refresh": refresh}, headers=headers)


@pytest.mark.both_sizes
def test_username_and_email_log_in_in_any_case(client: httpx.Client, account: Account):
    logins = [change(account[field]) for field in ("username", "email") for change in (str, str.upper)]
    for login in (*({"username": login} for login in logins), {"email": account["email"]}):
        response = client.post("/api/auth/token/", json={**login, "password": PASSWORD})

        assert not response.cookies
        assert (response.status_code, response.json().keys()) == (200, {"access", "refresh"})
        assert response.headers["Cache-Control"] == "private, no-store"
        assert client.get("/api/users/me/", headers=bearer(response.json())).json()["id"] == account["id"]


HALVES: list[dict[str, Any]] = [
    *({}, {"username": "ada"}, {"password": "x"}, {"username": 5, "password": "x"}),
    {"username": "a", "email": "a", "password": "x"},
]


def test_an_unknown_user_and_a_wrong_password_get_the_same_response(client: httpx.Client, account: Account):
    """Half a login is none."""
    bodies = [
        {"username": account["username"], "password": "mistyped"},
        {"username": account["email"], "password": "mistyped"},
        {"username": new_name(), "password": PASSWORD},
        {"username": f"{new_name()}@tutti.example", "password": PASSWORD},
    ]
    ways = [f"/api/auth/{way}/" for way in ("token", "session")]

    responses = [client.post(way, json=body) for way in ways for body in bodies]

    for response in responses:
        rejected(response, 401, "NOT_AUTHENTICATED")
    assert len({response.content for response in responses}) == 1
    assert not client.cookies
    for half in HALVES:
        for way in ways:
            rejected(client.post(way, json=half), 400, "VALIDATION_ERROR")


@pytest.mark.both_sizes
def test_of_concurrent_uses_of_a_refresh_token_one_gets_new_tokens(
    client: httpx.Client, new_client: NewClient, account: Account
):
    clients = [new_client() for _ in range(6)]

    with ThreadPoolExecutor(6) as pool:
        responses = list(pool.map(lambda http: refreshed(http, account["refresh"]), clients))

    assert sorted(response.status_code for response in responses) == [200] + [401] * 5
    rejected(refreshed(client, account["refresh"]), 401, "NOT_AUTHENTICATED")
    rejected(refreshed(client, account["access"]), 401, "NOT_AUTHENTICATED")


@pytest.mark.both_sizes
def test_a_lost_response_can_be_requested_again(client: httpx.Client, account: Account):
    key = {"Idempotency-Key": new_name()}

    first, again = (refreshed(client, account["refresh"], **key) for _ in range(2))

    assert (first.status_code, again.status_code) == (200, 200)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.json().keys() == {"access", "refresh"}
    assert client.get("/api/users/me/", headers=bearer(again.json())).status_code == 200
    assert refreshed(client, again.json()["refresh"]).status_code == 200
    another = refreshed(client, account["refresh"], **{"Idempotency-Key": new_name()})
    rejected(another, 401, "NOT_AUTHENTICATED")


def test_tokens_can_be_verified_and_revoked_by_logout(client: httpx.Client, account: Account):
    """Logging out ends the refresh token."""

    def verified(token: str) -> httpx.Response:
        return client.post("/api/auth/token/verify/", json={"token": token})

    for kind in ("access", "refresh"):
        response = verified(account[kind])
        assert (response.status_code, response.json()) == (200, {})
    for token in ("nonsense", account["access"][:-2], account["access"] + "x"):
        rejected(verified(token), 401, "NOT_AUTHENTICATED")
    rejected(client.post("/api/auth/token/verify/", json={}), 400, "VALIDATION_ERROR", "token")

    for _ in range(2):
        response = client.post("/api/auth/logout/", json={"refresh": account["refresh"]})
        assert (response.status_code, response.content) == (204, b"")

    rejected(refreshed(client, account["refresh"]), 401, "NOT_AUTHENTICATED")
    rejected(verified(account["refresh"]), 401, "NOT_AUTHENTICATED")
    rejected(client.post("/api/auth/logout/", json={"refresh": "nonsense"}), 401, "NOT_AUTHENTICATED")
    rejected(client.post("/api/auth/logout/", json={}), 400, "VALIDATION_ERROR", "refresh")


UNSIGNED = "eyJhbGciOiJub25lIn0.eyJ1c2VyX2lkIjoiMSJ9."


def test_an_invalid_token_is_a_401_without_any_change(queue: Queue, client: httpx.Client, account: Account):
    """A refresh token is no access token; another scheme is passed over."""
    (a,) = queue.fill(1)

    for token in ("", "nonsense", "a.b.c", "x" * 3000, UNSIGNED, account["refresh"]):
        headers = {"Authorization": f"Bearer {token}".strip()}
        rejected(queue.post(f"{a}/vote/", json={"value": 1}, headers=headers), 401, "NOT_AUTHENTICATED")
        for path in ("tracks/", "users/", "users/me/", "playlist/my-votes/", "playlist/events/"):
            rejected(client.get(f"/api/{path}", headers=headers), 401, "NOT_AUTHENTICATED")

    assert queue.item(a)["votes"] == 0
    assert client.get("/api/tracks/", headers={"Authorization": "Basic YWRhOg=="}).status_code == 200


def test_votes_by_token_and_by_cookie_have_the_same_voter(
    queue: Queue, new_client: NewClient, connect: Connect, account: Account
):
    """A socket says by its first message who it is."""
    (a,) = queue.fill(1)
    program, page = new_client(headers=bearer(account)), new_client()
    page.post("/api/auth/session/", json={"username": account["username"], "password": PASSWORD})

    for http in (program, page):
        assert queue.as_seen_by(http).vote(a, 1)["votes"] == 1

    assert queue.as_seen_by(page).my_votes() == queue.as_seen_by(program).my_votes() == {str(a): 1}
    assert queue.my_votes() == {}
    assert queue.as_seen_by(page).add(queue.tracks[2])["added_by"] == account["username"]
    socket = connect()
    identified = socket.ask({"type": "identify", "access": account["access"]}, "identified")
    assert identified["payload"] == {"user_id": account["id"]}
    for access in ("nonsense", account["refresh"], "", None):
        assert socket.error_for({"type": "identify", "access": access}) == "VALIDATION_ERROR"
