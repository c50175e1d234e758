"""Entry points of the API, slashes at the end of paths, request ids."""

import re

import httpx
import pytest

from tests.contract.conftest import new_room
from tests.contract.error_checks import rejected
from tests.contract.observers import Observer
from tests.contract.queues import Queue
from tests.contract.sockets import DEADLINE_SECONDS, Socket
from tests.processes import TuttiServer

# --- Where to go: the list of entry points, the front page, health -----------------------------------

NOT_FOR_GET = {"/api/guests/", "/api/auth/session/", "/api/stream", "/api/gql/"}


def test_every_entry_point_exists(client: httpx.Client, server: TuttiServer):
    body = client.get("/api/").json()
    addresses = [httpx.URL(address) for address in body.values()]

    assert {"docs", "redoc", "schema", "events_schema"} <= body.keys()
    paths = {url.path for url in addresses}
    assert {"/api/tracks/", "/api/playlist/", "/api/rooms/", "/ws/playlist/"} <= paths
    for url in addresses:
        assert url.port == server.port
        if url.scheme == "ws":
            with Socket(server.ws_url, url.path) as socket:
                socket.next("connection.established")
        elif url.path not in NOT_FOR_GET:
            assert client.get(url).status_code == 200, url


def test_the_front_page_is_html_and_the_admin_requires_a_login(client: httpx.Client):
    page = client.get("/", headers={"Accept": "text/html"})
    admin = client.get("/admin/", follow_redirects=True)

    assert page.status_code == 200
    assert page.headers["Content-Type"].startswith("text/html")
    assert "Tutti" in page.text
    assert (admin.status_code, admin.url.path) == (200, "/admin/login/")


@pytest.mark.both_sizes
def test_health_responds_with_and_without_a_slash(client: httpx.Client):
    for path in ("live", "live/", "ready", "ready/"):
        response = client.get(f"/api/health/{path}")
        assert (response.status_code, response.json()["status"]) == (200, "ok")
        assert client.head(f"/api/health/{path}").status_code == 200


# --- Paths end with a slash: a GET without it is shown the way, a write is lost ----------------------

READ = [
    *["tracks", "tracks/1", "tracks/genres", "playlist", "playlist/1", "playlist/history", "rooms"],
    *["guests/me", "playlist/events", "playlist/stream", "playlist/my-votes", "rooms/main"],
]
ODD_SIGNS = [
    "/api/service-playlist/pop/a%0D%0AX-Led%3A%20astray",
    "/api/service-playlist/5/%09%0A%0D",
    "/api/graph-data/%C3%BC%3F%23",
]
NO_WAY = [
    *["//evil.example/api/tracks", "/api//evil.example", "/api/tracks//", "/api/nothing"],
    "/api/playlist/x/y",
]


def test_a_get_is_redirected_with_its_query_and_never_to_another_host(client: httpx.Client):
    for path in READ:
        response = client.get(f"/api/{path}?search=a%20b&limit=2")
        assert response.status_code in {301, 302, 307, 308}
        target = httpx.URL(response.headers["Location"])
        assert (target.path, target.query) == (f"/api/{path}/", b"search=a%20b&limit=2")
        assert target.host in {"", "127.0.0.1"}
    for path in ODD_SIGNS:
        response = client.get(f"{path}?search=a%0Db")
        assert response.status_code == 301
        assert response.headers["Location"].replace(":", "%3A") == f"{path}/?search=a%0Db"
        assert "X-Led" not in response.headers
    for path in NO_WAY:
        response = client.get(f"{str(client.base_url).rstrip('/')}{path}")
        assert response.status_code == 404
        assert "Location" not in response.headers


def test_a_write_without_a_slash_is_a_404_without_any_change(queue: Queue, ada: httpx.Client):
    (a,) = queue.fill(1)
    slug, path = new_room(ada), queue.path.rstrip("/")
    total = ada.get("/api/rooms/").headers["X-Total-Count"]
    writes = [
        ("POST", path, {"track_id": queue.tracks[1]}),
        ("PATCH", f"{path}/{a}", {"is_playing": True}),
        ("DELETE", f"{path}/{a}", None),
        ("POST", f"{path}/{a}/vote", {"value": 1}),
        *(("POST", f"{path}/{a}/play", None), ("POST", f"{path}/stop", None)),
        *(("POST", "/api/rooms", {"name": "Room"}), ("DELETE", f"/api/rooms/{slug}", None)),
        *(("POST", "/api/guests", {"name": "Ada"}), ("PATCH", "/api/guests/me", {"name": "Bo"})),
    ]

    with Observer(queue, expected=[]):
        for method, address, body in writes:
            rejected(ada.request(method, address, json=body), 404, "NOT_FOUND")

    assert ada.get("/api/rooms/").headers["X-Total-Count"] == total
    assert ada.get("/api/guests/me/").json()["name"] == "Ada"


# --- Every response names its request ------------------------------------------------------------------

PATHS = [
    *["/", "/api/", "/api/playlist/", "/api/health/live", "/api/nothing/", "/nothing", "/api/tracks"],
    "/admin/login/",
]


def test_every_response_has_a_request_id(queue: Queue, server: TuttiServer):
    """The tests' clients check this in every response; this test also checks that no two ids are equal."""
    with server.client() as http:
        added = http.post(queue.path, json={"track_id": queue.tracks[0]})
        responses = [
            added,
            http.post(queue.path, json={"track_id": queue.tracks[0]}),
            http.post(queue.path, content=b"{", headers={"Content-Type": "application/json"}),
            http.post(queue.path, json={}, headers={"Origin": "https://evil.example"}),
            http.get(queue.path, headers={"Host": "evil.example"}),
            http.get(queue.path, headers={"If-None-Match": http.get(queue.path).headers["ETag"]}),
            http.delete(f"{queue.path}{added.json()['id']}/"),
            http.options(queue.path),
        ]
        assert [response.status_code for response in responses] == [201, 409, 400, 403, 400, 304, 204, 200]
        responses += [http.get(path) for path in PATHS for _ in range(2)]
        with http.stream("GET", "/api/stream", timeout=DEADLINE_SECONDS) as stream:
            ids = [response.headers["X-Request-ID"] for response in (*responses, stream)]

    assert all(re.fullmatch(r"\S{8,64}", one) for one in ids)
    assert len(set(ids)) == len(ids)
