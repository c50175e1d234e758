"""Paths end with a slash: a GET without it is shown the way, a write is lost."""

import httpx
import pytest

from tests.contract.conftest import new_room
from tests.contract.queues import Queue
from tests.contract.refusals import refused
from tests.contract.witnesses import Witness

READ = [
    "tracks",
    "tracks/1",
    "tracks/genres",
    "playlist",
    "playlist/1",
    "playlist/history",
    "rooms",
    "guests/me",
]


@pytest.mark.parametrize(
    "path", [*READ, "playlist/events", "playlist/stream", "playlist/my-votes", "rooms/main"]
)
def test_a_get_is_redirected_with_its_query(client: httpx.Client, path: str):
    answer = client.get(f"/api/{path}?search=a%20b&limit=2")

    assert answer.status_code in {301, 302, 307, 308}
    target = httpx.URL(answer.headers["Location"])
    assert (target.path, target.query) == (f"/api/{path}/", b"search=a%20b&limit=2")
    assert target.host in {"", "127.0.0.1"}


@pytest.mark.parametrize(
    "path",
    [
        "/api/service-playlist/pop/a%0D%0AX-Led%3A%20astray",
        "/api/service-playlist/5/%09%0A%0D",
        "/api/graph-data/%C3%BC%3F%23",
    ],
)
def test_odd_signs_stay_in_the_path(client: httpx.Client, path: str):
    answer = client.get(f"{path}?search=a%0Db")

    assert answer.status_code == 301
    assert answer.headers["Location"].replace(":", "%3A") == f"{path}/?search=a%0Db"
    assert "X-Led" not in answer.headers


@pytest.mark.parametrize("path", ["//evil.example/api/tracks", "/api//evil.example", "/api/tracks//"])
def test_nobody_is_led_away(client: httpx.Client, path: str):
    answer = client.get(f"{str(client.base_url).rstrip('/')}{path}")

    assert answer.status_code == 404
    assert "Location" not in answer.headers


def test_whoever_follows_gets_there(client: httpx.Client):
    answer = client.get("/api/tracks?limit=2", follow_redirects=True)

    assert (answer.status_code, len(answer.json())) == (200, 2)


@pytest.mark.parametrize("path", ["/api/nothing", "/api/playlist/x/y"])
def test_where_nothing_is_there_is_no_way(client: httpx.Client, path: str):
    refused(client.get(path), 404, "NOT_FOUND")


def test_a_write_is_a_404_and_nothing_happens(queue: Queue, ada: httpx.Client):
    (a,) = queue.fill(1)
    path = queue.path.rstrip("/")
    writes = [
        ("POST", path, {"track_id": queue.tracks[1]}),
        ("PATCH", f"{path}/{a}", {"is_playing": True}),
        ("DELETE", f"{path}/{a}", None),
        ("POST", f"{path}/{a}/vote", {"value": 1}),
        ("POST", f"{path}/{a}/play", None),
        ("POST", f"{path}/stop", None),
    ]

    with Witness(queue) as witness:
        for method, address, body in writes:
            refused(ada.request(method, address, json=body), 404, "NOT_FOUND")

    assert witness.types == []


def test_writes_to_rooms_and_guests_are_lost_too(client: httpx.Client, ada: httpx.Client):
    slug = new_room(ada)
    total = client.get("/api/rooms/").headers["X-Total-Count"]

    refused(client.post("/api/rooms", json={"name": "Room"}), 404, "NOT_FOUND")
    refused(client.post("/api/guests", json={"name": "Ada"}), 404, "NOT_FOUND")
    refused(ada.patch("/api/guests/me", json={"name": "Bo"}), 404, "NOT_FOUND")
    refused(ada.delete(f"/api/rooms/{slug}"), 404, "NOT_FOUND")

    assert client.get("/api/rooms/").headers["X-Total-Count"] == total
    assert ada.get("/api/guests/me/").json()["name"] == "Ada"
