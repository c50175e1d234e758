"""The page's login: a cookie, out of reach of scripts and of other sites."""

import httpx
import pytest

from tests.contract.conftest import NewClient
from tests.contract.error_checks import rejected
from tests.contract.people import PASSWORD, Account, bearer, begin_session, facts, new_name, registered

EVIL = "https://evil.example"


def test_the_session_cookie_is_http_only_and_same_site(client: httpx.Client, account: Account):
    """Another person's login takes its place."""
    begin_session(client, registered(client))

    response = begin_session(client, account)

    assert response.status_code == 200
    shown = ("id", "username", "email", "profile", "date_joined")
    assert response.json() == client.get("/api/users/me/").json() == {key: account[key] for key in shown}
    cookies = response.headers.get_list("Set-Cookie")
    assert any(cookie.startswith("sessionid=") for cookie in cookies)
    for cookie in cookies:
        flags = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert {"httponly", "samesite=lax", "path=/"} <= flags, cookie


@pytest.mark.parametrize(("method", "path"), [("POST", "logout"), ("DELETE", "session")])
def test_an_ended_session_is_invalid(
    client: httpx.Client, new_client: NewClient, account: Account, method: str, path: str
):
    """A repeated login is one that works."""
    key = {"Idempotency-Key": new_name()}
    login = {"username": account["username"], "password": PASSWORD}
    begun = [client.post("/api/auth/session/", json=login, headers=key) for _ in range(2)]
    assert [response.status_code for response in begun] == [200, 200]
    assert begun[1].headers["Idempotency-Replayed"] == "true"
    stolen = new_client(cookies=dict(client.cookies))
    assert stolen.get("/api/users/me/").status_code == 200

    body = {} if method == "POST" else None
    ended = [client.request(method, f"/api/auth/{path}/", json=body) for _ in range(2)]

    assert (ended[0].status_code, ended[0].content) == (204, b"")
    assert ended[1].status_code == (204 if method == "DELETE" else 400)
    for http in (client, stolen):
        rejected(http.get("/api/users/me/"), 401, "NOT_AUTHENTICATED")


def test_another_site_cannot_log_a_user_in_or_out(
    client: httpx.Client, new_client: NewClient, account: Account
):
    begin_session(client, account)
    body = {"username": account["username"], "password": PASSWORD}
    stranger = new_client()

    for headers in ({"Origin": EVIL}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
        for response in (
            stranger.post("/api/auth/session/", json=body, headers=headers),
            stranger.post("/api/users/", json=facts(), headers=headers),
            client.delete("/api/auth/session/", headers=headers),
            client.delete("/api/users/me/", headers=headers),
        ):
            rejected(response, 403, "PERMISSION_DENIED")

    assert not stranger.cookies
    assert client.get("/api/users/me/").status_code == 200


# --- Logins, registrations and wishes for a password count together: 5 a minute for an address -------


@pytest.mark.both_sizes
def test_the_sixth_attempt_is_a_429_with_retry_after(newcomer: httpx.Client):
    """An existing session goes on."""
    login = {"username": "ada", "password": "mistyped"}
    tries = [
        ("users/", facts()),
        ("auth/register/", facts()),
        ("auth/token/", login),
        ("auth/session/", login),
        ("auth/password/reset/", {"email": "ada@tutti.example"}),
        ("auth/token/", login),
        ("users/", facts()),
        ("auth/password/reset/confirm/", {"token": "x", "new_password": "y"}),
        ("auth/password/", {}),
    ]

    responses = [newcomer.post(f"/api/{path}", json=body) for path, body in tries]

    assert [response.status_code for response in responses] == [201, 201, 401, 401, 202, *[429] * 4]
    for response in responses[5:]:
        rejected(response, 429, "RATE_LIMITED")
        assert 1 <= int(response.headers["Retry-After"]) <= 60
    renewed = newcomer.post("/api/auth/token/refresh/", json={"refresh": responses[0].json()["refresh"]})
    assert newcomer.get("/api/users/me/", headers=bearer(renewed.json())).status_code == 200
