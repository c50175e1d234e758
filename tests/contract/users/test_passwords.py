"""Another password; a forgotten one, by mail."""

import re
from email import message_from_string
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.conftest import StartServer
from tests.contract.conftest import client_of
from tests.contract.error_checks import rejected
from tests.contract.people import PASSWORD, Account, bearer, begin_session, facts, get_tokens, registered
from tests.services import wait_for

NEW = "quite another pass phrase"
NO_TOKENS = ["", "x", ".", "a.b", "a.b.c", "MQ.", "MQ.nonsense", "é.é", "====.x", "\x00.x", None]


def mail_in(folder: Path) -> str:
    """The text of the first mail that comes."""

    def found() -> str:
        return "".join(path.read_text() for path in folder.glob("*.log"))

    wait_for(lambda: found().strip().endswith("-" * 79))
    return found()


def test_changing_a_password_needs_the_current_one(client: httpx.Client, bo: httpx.Client, account: Account):
    """The old one and all tokens are void then."""

    def change(http: httpx.Client, old: str, new: Any) -> httpx.Response:
        return http.post("/api/auth/password/", json={"old_password": old, "new_password": new})

    for stranger in (client, bo):
        rejected(change(stranger, PASSWORD, NEW), 401, "NOT_AUTHENTICATED")
    begin_session(client, account)
    rejected(change(client, "mistyped", NEW), 400, "VALIDATION_ERROR", "old_password")
    for weak in ("short", account["username"], account["email"], None):
        rejected(change(client, PASSWORD, weak), 400, "VALIDATION_ERROR", "new_password")
    assert get_tokens(client, account).status_code == 200

    response = change(client, PASSWORD, NEW)

    assert (response.status_code, response.content) == (204, b"")
    assert client.get("/api/users/me/").status_code == 200
    for response in (
        get_tokens(client, account),
        bo.get("/api/users/me/", headers=bearer(account)),
        bo.post("/api/auth/token/refresh/", json={"refresh": account["refresh"]}),
    ):
        rejected(response, 401, "NOT_AUTHENTICATED")
    assert get_tokens(client, account, NEW).status_code == 200


@pytest.mark.both_sizes
def test_a_reset_request_has_the_same_response_for_known_and_unknown_addresses(
    client: httpx.Client, account: Account
):
    responses = [
        client.post("/api/auth/password/reset/", json={"email": email})
        for email in (account["email"], account["email"].upper(), facts()["email"])
    ]

    assert {(response.status_code, response.content) for response in responses} == {(202, b"{}")}
    for email in ("nonsense", "", None, 5):
        response = client.post("/api/auth/password/reset/", json={"email": email})
        rejected(response, 400, "VALIDATION_ERROR", "email")
    for token in (*NO_TOKENS, "OTk5OTk5OTk5OTk5OTk5OTk5OTk5.x"):  # the last names an id that no column holds
        response = client.post(
            "/api/auth/password/reset/confirm/", json={"token": token, "new_password": NEW}
        )
        rejected(response, 400, "VALIDATION_ERROR", "token")


def test_the_mailed_token_is_single_use(start_server: StartServer, tmp_path: Path):
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
        response = http.post("/api/auth/password/reset/confirm/", json=body)
        again = http.post("/api/auth/password/reset/confirm/", json={**body, "new_password": f"{NEW} again"})

        assert (message["To"], message["From"]) == (account["email"], "dj@tutti.example")
        rejected(weak, 400, "VALIDATION_ERROR", "new_password")
        assert (response.status_code, response.content) == (204, b"")
        rejected(again, 400, "VALIDATION_ERROR", "token")
        assert get_tokens(http, account, NEW).status_code == 200
        rejected(get_tokens(http, account), 401, "NOT_AUTHENTICATED")
        headers = {"Authorization": f"Bearer {account['access']}"}
        rejected(http.get("/api/users/me/", headers=headers), 401, "NOT_AUTHENTICATED")


def test_without_a_mail_server_no_token_is_in_the_output(start_server: StartServer):
    """The output is no terminal here, as under docker or systemd, which keep it. On request it is there."""
    server = start_server(environment={"EMAIL_URL": ""})
    with client_of(server) as http:
        account = registered(http)
        http.post("/api/auth/password/reset/", json={"email": account["email"]})
    server.stop()  # which sends what is to be sent
    assert f"To: {account['email']}" not in server.log

    server.environment["EMAIL_URL"] = "consolemail://"
    server.start()
    with client_of(server) as http:
        http.post("/api/auth/password/reset/", json={"email": account["email"]})
    server.stop()
    assert f"To: {account['email']}" in server.log
