"""What a page asks of its server, and the errors that it reports."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from config.local_network import own_addresses
from tests.conftest import StartServer
from tests.contract.conftest import client_of
from tests.contract.refusals import refused
from tests.processes import TuttiServer

ERROR = {"message": "TypeError: it broke", "source": "/page/assets/index-a.js", "line": 1, "column": 7}


@pytest.fixture
def party_server(start_server: StartServer) -> TuttiServer:
    """With the limits of a party, behind a proxy that says who comes."""
    environment = {
        **{"ALLOWED_HOSTS": "party.example", "TRUSTED_PROXIES": "1"},
        "COVER_HOSTS": "b.example,A.example",
    }
    return start_server(rate_limit_factor="1", environment=environment)


@pytest.fixture
def party(party_server: TuttiServer) -> Iterator[httpx.Client]:
    with client_of(party_server, headers={"Host": "party.example"}) as http:
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


def test_by_another_name_it_is_shared_by_that(party: httpx.Client):
    told = party.get("/api/page/", headers={"X-Forwarded-Proto": "https"}).json()

    assert (told["addresses"], told["is_reachable_by_others"]) == (["https://party.example/"], True)


def test_the_hosts_of_covers_are_told(party: httpx.Client):
    assert party.get("/api/page/").json()["cover_hosts"] == ["b.example", "a.example"]


# --- Errors of the page --------------------------------------------------------------------------------


def logged(server: TuttiServer) -> list[str]:
    lines = Path(server.data_folder, "logs", "django.log").read_text().splitlines()
    return [line for line in lines if '"page_error"' in line]


def test_an_error_of_the_page_is_in_the_log(party: httpx.Client, party_server: TuttiServer):
    answer = party.post("/api/page-errors/", json={**ERROR, "page": "http://party.example/r/adas-party"})

    assert (answer.status_code, answer.content) == (204, b"")
    [line] = logged(party_server)
    assert "TypeError: it broke (page /r/…, version unknown)" in line
    assert "/page/assets/index-a.js:1:7" in line
    assert answer.headers["X-Request-ID"] in line


def test_more_errors_than_anybody_reads_are_refused(party: httpx.Client, party_server: TuttiServer):
    answers = [party.post("/api/page-errors/", json=ERROR) for _ in range(11)]

    assert [answer.status_code for answer in answers] == [204] * 10 + [429]
    assert len(logged(party_server)) == 10


def test_an_address_has_a_limit_too(party: httpx.Client):
    agents = [{"User-Agent": f"browser {number}"} for number in range(13)]

    answers = [party.post("/api/page-errors/", json=ERROR, headers=agents[n // 5]) for n in range(61)]

    assert [answer.status_code for answer in answers] == [204] * 60 + [429]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "message"),
        ({"message": 7}, "message"),
        ({"message": "a" * 2001}, "message"),
        ({**ERROR, "stack": "a" * 10_001}, "stack"),
        ({**ERROR, "line": "7"}, "line"),
        ({**ERROR, "line": -1}, "line"),
        ({**ERROR, "page": None}, "page"),
    ],
)
def test_what_is_no_error_is_refused_by_its_field(client: httpx.Client, body: object, field: str):
    refused(client.post("/api/page-errors/", json=body), 400, "VALIDATION_ERROR", field)


def test_a_page_of_another_origin_reports_nothing_here(client: httpx.Client):
    answer = client.post("/api/page-errors/", json=ERROR, headers={"Origin": "https://evil.example"})

    refused(answer, 403, "PERMISSION_DENIED")
