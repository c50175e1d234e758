"""Where to go: the list of entry points, the front page, health."""

import httpx
import pytest

from tests.contract.sockets import Socket
from tests.processes import TuttiServer

NOT_FOR_GET = {"/api/guests/", "/api/auth/session/", "/api/stream", "/api/gql/"}


def test_the_api_lists_its_entry_points(client: httpx.Client):
    answer = client.get("/api/")

    paths = {httpx.URL(address).path for address in answer.json().values()}
    assert answer.status_code == 200
    assert {"/api/tracks/", "/api/playlist/", "/api/rooms/", "/ws/playlist/"} <= paths


def test_every_entry_point_is_there(client: httpx.Client, server: TuttiServer):
    for address in client.get("/api/").json().values():
        url = httpx.URL(address)
        assert url.port == server.port
        if url.scheme == "ws":
            with Socket(server.ws_url, url.path) as socket:
                socket.next("connection.established")
        elif url.path not in NOT_FOR_GET:
            assert client.get(url).status_code == 200, url


def test_the_front_page_is_for_people(client: httpx.Client):
    answer = client.get("/", headers={"Accept": "text/html"})

    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "Tutti" in answer.text


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("question", ["live", "ready"])
def test_health_is_told_with_and_without_a_slash(client: httpx.Client, question: str, slash: str):
    path = f"/api/health/{question}{slash}"

    assert client.get(path).status_code == client.head(path).status_code == 200
    assert client.get(path).json()["status"] == "ok"


def test_the_admin_asks_who_is_there(client: httpx.Client):
    answer = client.get("/admin/", follow_redirects=True)

    assert (answer.status_code, answer.url.path) == (200, "/admin/login/")
