"""What a page asks of its server, and the errors that it reports."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from config.local_network import own_addresses
from tests.conftest import ReadyMadeData, Size, StartServer
from tests.contract.conftest import client_of
from tests.contract.limits.scripts import Script, check_limit
from tests.contract.refusals import refused
from tests.processes import TuttiServer

ERROR = {"message": "TypeError: it broke", "source": "/page/assets/index-a.js", "line": 1, "column": 7}
_addresses = (f"198.54.0.{number}" for number in range(1, 250))


@pytest.fixture(scope="module")
def party_server(size: Size, ready_made_data: ReadyMadeData) -> Iterator[TuttiServer]:
    """With the limits of a party, behind a proxy that says who comes."""
    environment = {
        **{"ALLOWED_HOSTS": "party.example", "TRUSTED_PROXIES": "1"},
        "COVER_HOSTS": "b.example,A.example",
    }
    data = ready_made_data.options(size)
    with TuttiServer(**data, rate_limit_factor="1", environment=environment) as server:
        yield server


@pytest.fixture
def party(party_server: TuttiServer) -> Iterator[httpx.Client]:
    """From an address of its own."""
    headers = {"Host": "party.example", "X-Forwarded-For": next(_addresses)}
    with client_of(party_server, headers=headers) as http:
        yield http


# --- What a page can't know ----------------------------------------------------------------------------


def test_a_server_for_this_machine_only_says_so(client: httpx.Client):
    told = client.get("/api/page/").json()

    assert (told["addresses"], told["is_reachable_by_others"]) == ([], False)
    assert told["cover_hosts"] == []


def test_with_the_local_network_let_in_it_tells_the_machines_own_addresses(start_server: StartServer):
    server = start_server(arguments=("--lan",))

    told = httpx.get(f"http://localhost:{server.port}/api/page/").json()

    assert told["addresses"] == [f"http://{own}:{server.port}/" for own in own_addresses()]
    assert told["is_reachable_by_others"] is True
    for address in told["addresses"]:
        assert httpx.get(f"{address}api/page/").json()["addresses"][0] == address


def test_its_version_is_the_documents(client: httpx.Client):
    document = client.get("/api/schema.json").json()

    assert client.get("/api/page/").json()["version"] == document["info"]["version"]


def test_by_another_name_it_is_shared_by_that_and_tells_the_hosts_of_covers(party: httpx.Client):
    told = party.get("/api/page/", headers={"X-Forwarded-Proto": "https"}).json()

    assert (told["addresses"], told["is_reachable_by_others"]) == (["https://party.example/"], True)
    assert told["cover_hosts"] == ["b.example", "a.example"]


# --- Errors of the page --------------------------------------------------------------------------------


def logged(server: TuttiServer) -> list[str]:
    file = Path(server.data_folder, "logs", "django.log")
    lines = file.read_text().splitlines() if file.exists() else []
    return [line for line in lines if '"page_error"' in line]


def test_an_error_of_the_page_is_in_the_log_and_more_than_anybody_reads_are_refused(
    party: httpx.Client, party_server: TuttiServer
):
    before = len(logged(party_server))
    answer = party.post("/api/page-errors/", json={**ERROR, "page": "http://party.example/r/adas-party"})

    assert (answer.status_code, answer.content) == (204, b"")
    [line] = logged(party_server)[before:]
    assert "TypeError: it broke (page /r/…, version unknown)" in line
    assert "/page/assets/index-a.js:1:7" in line
    assert answer.headers["X-Request-ID"] in line

    more = [party.post("/api/page-errors/", json=ERROR) for _ in range(10)]
    assert [answer.status_code for answer in more] == [204] * 9 + [429]
    assert len(logged(party_server)) == before + 10


def test_an_address_has_a_limit_too(party_server: TuttiServer):
    headers = {"Host": "party.example", "X_Forwarded_For": next(_addresses)}

    with Script([party_server], "127.0.0.1") as script:
        guests = [script.ask("POST", "/api/guests/", {}, **headers).body["token"] for _ in range(7)]
        replies = [
            script.ask("POST", "/api/page-errors/", ERROR, X_Guest_Token=guests[number // 9], **headers)
            for number in range(63)
        ]

    check_limit(replies, 60, 60)


def test_what_is_no_error_is_refused_by_its_field_and_one_of_another_origin_too(client: httpx.Client):
    for body, field in [
        *[({}, "message"), ({"message": 7}, "message"), ({"message": "a" * 2001}, "message")],
        *[({**ERROR, "stack": "a" * 10_001}, "stack"), ({**ERROR, "page": None}, "page")],
        *[({**ERROR, "line": "7"}, "line"), ({**ERROR, "line": -1}, "line")],
    ]:
        refused(client.post("/api/page-errors/", json=body), 400, "VALIDATION_ERROR", field)

    answer = client.post("/api/page-errors/", json=ERROR, headers={"Origin": "https://evil.example"})
    refused(answer, 403, "PERMISSION_DENIED")
