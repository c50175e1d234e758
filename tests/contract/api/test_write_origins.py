"""From where a browser may write."""

import httpx
import pytest

from tests.contract.conftest import CORS_ORIGIN, NewClient, new_room, queue_of
from tests.contract.queues import Queue
from tests.contract.refusals import refused
from tests.contract.witnesses import Witness

OWN = "own"
OWN_PORT_CHANGED = "own host, other port"


def headers_for(queue: Queue, origin: str | None, site: str | None) -> dict[str, str]:
    base = str(queue.http.base_url).rstrip("/")
    known = {
        OWN: base,
        OWN_PORT_CHANGED: "http://127.0.0.1:1",
        "own with more": f"{base}.evil.example",
        "own as user": base.replace("//", "//evil@") + ".example",
    }
    headers = {"Sec-Fetch-Site": site} if site else {}
    return headers | ({"Origin": known.get(origin, origin)} if origin is not None else {})


def writes(http: httpx.Client, queue: Queue, item: int) -> list[httpx.Response]:
    """Every kind of write, with a body and without."""
    one = f"{queue.path}{item}/"
    return [
        http.post(queue.path, json={"track_id": queue.tracks[20]}),
        http.patch(one, json={"position": 50}),
        http.post(f"{one}vote/", json={"value": 1}),
        http.post(f"{one}play/"),
        http.post(f"{queue.path}stop/"),
        http.delete(one),
        http.post(f"{one}restore/"),
    ]


@pytest.mark.parametrize(
    ("origin", "site"),
    [
        *[("https://evil.example", None), ("null", None), (OWN_PORT_CHANGED, None), ("", None)],
        *[("own with more", None), ("own as user", None), ("http://localhost:3001", None)],
        *[(None, "cross-site"), (None, "same-site"), ("null", "same-origin")],
        *[("https://evil.example", "cross-site"), ("https://evil.example", "none")],
    ],
)
def test_others_are_refused_and_nothing_happens(
    queue: Queue, new_client: NewClient, origin: str | None, site: str | None
):
    (a,) = queue.fill(1)

    with Witness(queue) as witness:
        for answer in writes(new_client(headers=headers_for(queue, origin, site)), queue, a):
            refused(answer, 403, "PERMISSION_DENIED")
            assert "Access-Control-Allow-Origin" not in answer.headers

    assert witness.types == []


@pytest.mark.parametrize(
    ("origin", "site"),
    [
        *[(None, None), (None, "none"), (None, "same-origin"), (OWN, None), (OWN, "same-origin")],
        *[("http://localhost:3000", None), ("http://127.0.0.1:3000", "cross-site")],
    ],
)
def test_our_own_pages_allowed_origins_and_programs_may(
    queue: Queue, new_client: NewClient, origin: str | None, site: str | None
):
    (a,) = queue.fill(1)

    with Witness(queue) as witness:
        answers = writes(new_client(headers=headers_for(queue, origin, site)), queue, a)

    assert [answer.status_code for answer in answers] == [201, 200, 200, 200, 200, 204, 200]
    kinds = ["added", "moved", "voted", "playing", "playing", "removed", "added"]
    assert witness.types == [f"track.{kind}" for kind in kinds]


def test_own_is_the_host_by_which_the_request_came(queue: Queue, new_client: NewClient):
    port = queue.http.base_url.port
    by_name = new_client(headers={"Host": f"localhost:{port}", "Origin": f"http://localhost:{port}"})
    mixed = new_client(headers={"Host": f"localhost:{port}", "Origin": f"http://127.0.0.1:{port}"})

    assert by_name.post(queue.path, json={"track_id": queue.tracks[0]}).status_code == 201
    refused(mixed.post(queue.path, json={"track_id": queue.tracks[1]}), 403, "PERMISSION_DENIED")


def test_reading_is_free_and_guests_and_rooms_are_writes_too(queue: Queue, client: httpx.Client):
    headers = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    answer = client.get(queue.path, headers=headers)

    assert (answer.status_code, answer.json()) == (200, [])
    refused(client.post("/api/guests/", json={"name": "Eve"}, headers=headers), 403, "PERMISSION_DENIED")
    refused(client.post("/api/rooms/", json={"name": "Trap"}, headers=headers), 403, "PERMISSION_DENIED")
    assert not client.cookies


def test_the_setting_names_the_allowed_origins(narrow_client: httpx.Client):
    queue = queue_of(narrow_client, new_room(narrow_client))

    def stop(origin: str) -> httpx.Response:
        return queue.post("stop/", headers={"Origin": origin})

    assert stop(CORS_ORIGIN).status_code == 200
    refused(stop("http://localhost:3000"), 403, "PERMISSION_DENIED")
    refused(stop(CORS_ORIGIN + ":444"), 403, "PERMISSION_DENIED")
