"""README's troubleshooting: whatever it quotes is what a real server says when that goes wrong."""

import re
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest

from tests.conftest import ReadyMadeData
from tests.contract.sockets import Socket
from tests.docs.pages import PROJECT, README, table
from tests.faults.jobs import wait_for
from tests.hosts import asked_for_room
from tests.processes import PlainDaphne, ServerError, TuttiServer
from tests.services import free_port

ELSEWHERE = "http://party.example"


def row_about(word: str) -> list[str]:
    """What one sees, what it is, what to do."""
    [row] = [row for row in table("Troubleshooting", page=README) if word in row[0]]
    return row


def quotes(word: str) -> list[str]:
    """What the row about this says that one sees, in its own words."""
    return re.findall(r"`([^`]+)`", row_about(word)[0])


def message(answer: httpx.Response) -> str:
    text: str = answer.json()["error"]["message"]
    return text


def said_of_port(port: int, data: dict[str, Any]) -> str:
    """What a server writes that is to listen on a port that is taken."""
    server = TuttiServer(**data, environment={"PORT": str(port)})
    with pytest.raises(ServerError) as refused:
        server.start()
    server.throw_away()
    return str(refused.value)


@pytest.fixture(scope="module")
def data(ready_made_data: ReadyMadeData) -> dict[str, Any]:
    return ready_made_data.options("embedded")


@pytest.fixture(scope="module")
def running(data: dict[str, Any]) -> Iterator[TuttiServer]:
    """With the limits of a party, and one origin beside its own."""
    with TuttiServer(**data, environment={"CORS_ALLOWED_ORIGINS": ELSEWHERE}) as started:
        yield started


def test_a_port_in_use(running: TuttiServer, data: dict[str, Any]) -> None:
    by_tutti, by_another = quotes("already running")

    assert by_tutti.replace("4000", str(running.port)) in said_of_port(running.port, data)
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert by_another.replace("4000", str(port)) in said_of_port(port, data)


def test_redis_away(data: dict[str, Any]) -> None:
    at_start, later, status, address = quotes("Redis is away")

    with TuttiServer(**data, redis_url=f"redis://127.0.0.1:{free_port()}/0") as server:
        with server.client() as http:
            assert len(http.get("/api/playlist/").json()) == 10
            assert asked_for_room(http, name="A room").status_code == 201
            ready = http.get(address)
        wait_for(lambda: server.log, lambda log: later in log)

        assert at_start in server.log
        assert (ready.status_code, status in ready.text) == (200, True)


def test_a_page_of_another_origin(running: TuttiServer) -> None:
    [said] = quotes("another origin")
    other = "https://elsewhere.example"

    with running.client() as http:
        refused = http.post("/api/guests/", json={"name": "Ada"}, headers={"Origin": other})
        allowed = http.post("/api/guests/", json={"name": "Ada"}, headers={"Origin": ELSEWHERE})

    assert (refused.status_code, message(refused), allowed.status_code) == (403, said, 201)
    with Socket(running.ws_url, "/ws/playlist/", headers={"Origin": other}) as closed:
        assert closed.close_code() == 4403
    with Socket(running.ws_url, "/ws/playlist/", headers={"Origin": ELSEWHERE}) as taken:
        taken.next("connection.established")


def test_a_name_that_the_server_does_not_know(running: TuttiServer) -> None:
    [said] = quotes("does not answer to that name")

    with running.client() as http:
        refused = http.get("/api/rooms/", headers={"Host": "party.example"})

    assert (refused.status_code, message(refused)) == (400, said)
    with Socket(running.ws_url, "/ws/playlist/", host="party.example") as closed:
        assert closed.close_code() == 4403


def test_plain_daphne_whose_jobs_nobody_runs_and_whose_database_is_older(
    ready_made_data: ReadyMadeData,
) -> None:
    status, address = quotes('"jobs"')
    [said] = quotes("not prepared")
    refused = []

    with PlainDaphne(**ready_made_data.options("embedded")) as server, server.client() as http:
        ready = http.get(address)
        database = sqlite3.connect(server.data_folder / "db.sqlite3", isolation_level=None)
        with closing(database):
            database.execute("ALTER TABLE playlist_room RENAME TO elsewhere")
            refused.append(http.get("/api/rooms/main/"))
            database.execute("ALTER TABLE elsewhere RENAME TO playlist_room")
            database.execute("ALTER TABLE playlist_room RENAME COLUMN name TO old_name")
            refused.append(http.get("/api/rooms/main/"))

    assert (ready.status_code, status in ready.text) == (200, True)
    assert [(answer.status_code, message(answer)) for answer in refused] == [(503, said)] * 2


def test_a_proxy_that_does_not_pass_on_upgrade(running: TuttiServer) -> None:
    said, address = quotes("There is nothing here")

    with running.client() as http:
        answer = http.get(address)

    assert (answer.status_code, message(answer)) == (404, said)


def test_a_proxy_that_nobody_trusts(data: dict[str, Any]) -> None:
    said = quotes("counts as one address")[0]
    more = {"HTTPS_ONLY": "true"}

    with TuttiServer(**data, rate_limit_factor="0.001", environment=more) as server, server.client() as http:
        as_http = http.get("/api/rooms/", headers={"X-Forwarded-Proto": "https"})
        last = [http.get("/api/health/live") for _ in range(3)][-1]

    assert as_http.status_code == 301
    assert (last.status_code, message(last)) == (429, said)


def test_what_is_to_be_done_names_what_is_there() -> None:
    remedies = "\n".join(remedy for _, _, remedy in table("Troubleshooting", page=README))
    named = ["".join(path) for path in re.findall(r"`(deploy/\S+)`|\]\((docs/[^)#]+)", remedies)]

    assert named
    assert [path for path in named if not (PROJECT / path).exists()] == []
