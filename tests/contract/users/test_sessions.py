"""The page's login: a cookie, out of reach of scripts and of other sites."""

import httpx
import pytest

from tests.contract.conftest import NewClient
from tests.contract.people import PASSWORD, Account, begin_session, facts, new_name, registered
from tests.contract.refusals import refused

EVIL = "https://evil.example"


@pytest.fixture
def account(client: httpx.Client) -> Account:
    return registered(client)


def test_a_session_begins_and_ends(client: httpx.Client, account: Account):
    begun = begin_session(client, account)

    assert begun.status_code == 200
    assert begun.json() == {
        key: account[key] for key in ("id", "username", "email", "profile", "date_joined")
    }
    assert client.get("/api/users/me/").json() == begun.json()
    for _ in range(2):
        ended = client.delete("/api/auth/session/")
        assert (ended.status_code, ended.content) == (204, b"")
    refused(client.get("/api/users/me/"), 401, "NOT_AUTHENTICATED")


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(client: httpx.Client, account: Account):
    answer = begin_session(client, account)

    cookies = answer.headers.get_list("Set-Cookie")
    assert any(cookie.startswith("sessionid=") for cookie in cookies)
    for cookie in cookies:
        flags = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert {"httponly", "samesite=lax", "path=/"} <= flags, cookie
    assert "access" not in answer.json()


@pytest.mark.parametrize(("method", "path"), [("POST", "logout"), ("DELETE", "session")])
def test_what_a_session_was_is_nothing_after_its_end(
    client: httpx.Client, new_client: NewClient, account: Account, method: str, path: str
):
    begin_session(client, account)
    stolen = new_client(cookies=dict(client.cookies))
    assert stolen.get("/api/users/me/").status_code == 200

    ended = client.request(method, f"/api/auth/{path}/", json={} if method == "POST" else None)

    assert ended.status_code == 204
    for http in (client, stolen):
        refused(http.get("/api/users/me/"), 401, "NOT_AUTHENTICATED")


@pytest.mark.parametrize("headers", [{"Origin": EVIL}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}])
def test_another_site_s_page_can_t_log_anybody_in_or_out(
    client: httpx.Client, new_client: NewClient, account: Account, headers: dict[str, str]
):
    begin_session(client, account)
    body = {"username": account["username"], "password": PASSWORD}
    stranger = new_client()

    refused(stranger.post("/api/auth/session/", json=body, headers=headers), 403, "PERMISSION_DENIED")
    refused(stranger.post("/api/users/", json=facts(), headers=headers), 403, "PERMISSION_DENIED")
    refused(client.delete("/api/auth/session/", headers=headers), 403, "PERMISSION_DENIED")
    refused(client.delete("/api/users/me/", headers=headers), 403, "PERMISSION_DENIED")

    assert not stranger.cookies
    assert client.get("/api/users/me/").status_code == 200


def test_a_repeated_login_is_one_that_works(client: httpx.Client, account: Account):
    headers = {"Idempotency-Key": new_name()}
    body = {"username": account["username"], "password": PASSWORD}

    answers = [client.post("/api/auth/session/", json=body, headers=headers) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[1].headers["Idempotency-Replayed"] == "true"
    assert client.get("/api/users/me/").status_code == 200


def test_another_person_s_login_takes_the_place(client: httpx.Client, account: Account):
    other = registered(client)
    begin_session(client, account)

    begin_session(client, other)

    assert client.get("/api/users/me/").json()["id"] == other["id"]
