"""Another password; a forgotten one, by mail."""

import re
import time
from email import message_from_string
from pathlib import Path

import httpx
import pytest

from tests.conftest import StartServer
from tests.contract.conftest import client_of
from tests.contract.people import PASSWORD, Account, begin_session, facts, get_tokens, registered
from tests.contract.refusals import refused

NEW = "quite another pass phrase"
DEADLINE_SECONDS = 20.0


@pytest.fixture
def account(client: httpx.Client) -> Account:
    return registered(client)


def mail_in(folder: Path) -> str:
    """The text of the first mail that comes."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not (found := [path.read_text() for path in folder.glob("*.log")]) or not found[0].strip().endswith(
        "-" * 79
    ):
        assert time.monotonic() < deadline, "no mail came"
        time.sleep(0.01)
    return found[0]


def test_it_is_changed_by_who_knows_the_old_one(client: httpx.Client, account: Account):
    begin_session(client, account)

    answer = client.post("/api/auth/password/", json={"old_password": PASSWORD, "new_password": NEW})

    assert (answer.status_code, answer.content) == (204, b"")
    assert client.get("/api/users/me/").status_code == 200
    refused(get_tokens(client, account), 401, "NOT_AUTHENTICATED")
    assert get_tokens(client, account, NEW).status_code == 200


def test_what_is_refused_changes_nothing(client: httpx.Client, account: Account):
    begin_session(client, account)

    for old, new, field in (
        ("mistyped", NEW, "old_password"),
        (PASSWORD, "short", "new_password"),
        (PASSWORD, account["username"], "new_password"),
    ):
        answer = client.post("/api/auth/password/", json={"old_password": old, "new_password": new})
        refused(answer, 400, "VALIDATION_ERROR", field)

    assert get_tokens(client, account).status_code == 200


def test_strangers_have_none(client: httpx.Client, bo: httpx.Client):
    for http in (client, bo):
        answer = http.post("/api/auth/password/", json={"old_password": PASSWORD, "new_password": NEW})
        refused(answer, 401, "NOT_AUTHENTICATED")


def test_a_wish_for_a_new_one_is_answered_alike_for_everybody(client: httpx.Client, account: Account):
    answers = [
        client.post("/api/auth/password/reset/", json={"email": email})
        for email in (account["email"], account["email"].upper(), facts()["email"])
    ]

    assert {(answer.status_code, answer.content) for answer in answers} == {(202, b"{}")}
    for email in ("nonsense", "", None, 5):
        answer = client.post("/api/auth/password/reset/", json={"email": email})
        refused(answer, 400, "VALIDATION_ERROR", "email")


def test_the_mailed_token_counts_once(start_server: StartServer, tmp_path: Path):
    server = start_server(
        environment={"EMAIL_URL": f"filemail:///{tmp_path}", "EMAIL_FROM": "dj@tutti.example"}
    )
    with client_of(server) as http:
        account = registered(http)
        http.post("/api/auth/password/reset/", json={"email": account["email"]})
        message = message_from_string(mail_in(tmp_path))
        token = re.findall(r"^    (\S+)$", str(message.get_payload()), re.MULTILINE)[0]
        body = {"token": token, "new_password": NEW}

        weak = http.post("/api/auth/password/reset/confirm/", json={**body, "new_password": "short"})
        answer = http.post("/api/auth/password/reset/confirm/", json=body)
        again = http.post("/api/auth/password/reset/confirm/", json={**body, "new_password": f"{NEW} again"})

        assert (message["To"], message["From"]) == (account["email"], "dj@tutti.example")
        refused(weak, 400, "VALIDATION_ERROR", "new_password")
        assert (answer.status_code, answer.content) == (204, b"")
        refused(again, 400, "VALIDATION_ERROR", "token")
        assert get_tokens(http, account, NEW).status_code == 200
        refused(get_tokens(http, account), 401, "NOT_AUTHENTICATED")
        headers = {"Authorization": f"Bearer {account['access']}"}
        refused(http.get("/api/users/me/", headers=headers), 401, "NOT_AUTHENTICATED")


@pytest.mark.parametrize("token", ["", "nonsense", "MQ.nonsense", "a.b.c", None])
def test_what_is_no_token_is_a_400(client: httpx.Client, token: str | None):
    answer = client.post("/api/auth/password/reset/confirm/", json={"token": token, "new_password": NEW})

    refused(answer, 400, "VALIDATION_ERROR", "token")


def test_mail_goes_to_the_console_where_nothing_else_is_said(start_server: StartServer):
    server = start_server()
    with client_of(server) as http:
        account = registered(http)
        http.post("/api/auth/password/reset/", json={"email": account["email"]})
    deadline = time.monotonic() + DEADLINE_SECONDS
    while f"To: {account['email']}" not in server.log:
        assert time.monotonic() < deadline, server.log
        time.sleep(0.01)
