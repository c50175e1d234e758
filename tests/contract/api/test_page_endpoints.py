"""What a page asks of its server, and the errors that it reports."""

from pathlib import Path

import httpx

from core.network import local_addresses
from tests.conftest import StartServer
from tests.contract.conftest import PARTY_HOST, new_addresses
from tests.contract.error_checks import rejected
from tests.contract.limits.scripts import Script, check_limit
from tests.processes import TuttiServer

ERROR = {"message": "TypeError: it broke", "source": "/page/assets/index-a.js", "line": 1, "column": 7}


# --- What a page can't know --------------------------------------------------------------------------


def test_a_server_for_this_machine_only_reports_no_shared_url(client: httpx.Client):
    body = client.get("/api/page/").json()

    assert (body["addresses"], body["is_reachable_by_others"]) == ([], False)
    assert (body["cover_hosts"], body["embed_hosts"]) == ([], [])
    assert body["version"] == client.get("/api/schema.json").json()["info"]["version"]


def test_with_lan_access_the_machines_addresses_are_reported(start_server: StartServer):
    server = start_server(arguments=("--lan",))

    body = httpx.get(f"http://localhost:{server.port}/api/page/").json()

    assert body["addresses"] == [f"http://{own}:{server.port}/" for own in local_addresses()] != []
    assert body["is_reachable_by_others"] is True
    for address in body["addresses"]:
        assert httpx.get(f"{address}api/page/").json()["addresses"][0] == address


def test_a_requested_host_name_is_the_shared_url_and_cover_hosts_are_reported(newcomer: httpx.Client):
    headers = {"Host": PARTY_HOST, "X-Forwarded-Proto": "https"}
    body = newcomer.get("/api/page/", headers=headers).json()

    assert (body["addresses"], body["is_reachable_by_others"]) == ([f"https://{PARTY_HOST}/"], True)
    assert body["cover_hosts"] == ["b.example", "a.example"]


# --- Errors of the page ------------------------------------------------------------------------------


def logged(server: TuttiServer) -> list[str]:
    file = Path(server.data_folder, "logs", "django.log")
    lines = file.read_text().splitlines() if file.exists() else []
    return [line for line in lines if '"page_error"' in line]


def test_errors_of_the_web_app_are_logged_and_limited(newcomer: httpx.Client, strict_server: TuttiServer):
    before = len(logged(strict_server))
    response = newcomer.post("/api/page-errors/", json={**ERROR, "page": "http://party.example/r/adas-party"})

    assert (response.status_code, response.content) == (204, b"")
    [line] = logged(strict_server)[before:]
    assert "TypeError: it broke (page /r/…, version unknown)" in line
    assert "/page/assets/index-a.js:1:7" in line
    assert response.headers["X-Request-ID"] in line

    more = [newcomer.post("/api/page-errors/", json=ERROR) for _ in range(10)]
    assert [response.status_code for response in more] == [204] * 9 + [429]
    assert len(logged(strict_server)) == before + 10


def test_error_reports_are_limited_per_address(strict_server: TuttiServer):
    place = {"X_Forwarded_For": next(new_addresses)}

    with Script([strict_server], "127.0.0.1") as script:
        guests = [script.ask("POST", "/api/guests/", {}, **place).body["token"] for _ in range(7)]
        replies = [
            script.ask("POST", "/api/page-errors/", ERROR, X_Guest_Token=guests[number // 9], **place)
            for number in range(63)
        ]

    check_limit(replies, 60, 60)


def test_invalid_error_reports_and_those_of_other_origins_are_rejected(client: httpx.Client):
    for body, field in [
        *[({}, "message"), ({"message": 7}, "message"), ({"message": "a" * 2001}, "message")],
        *[({**ERROR, "stack": "a" * 10_001}, "stack"), ({**ERROR, "page": None}, "page")],
        *[({**ERROR, "line": "7"}, "line"), ({**ERROR, "line": -1}, "line")],
    ]:
        rejected(client.post("/api/page-errors/", json=body), 400, "VALIDATION_ERROR", field)

    response = client.post("/api/page-errors/", json=ERROR, headers={"Origin": "https://evil.example"})
    rejected(response, 403, "PERMISSION_DENIED")
