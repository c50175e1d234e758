"""From where a browser may write and read, and by which names the server may be reached."""

import httpx
import pytest

from tests.contract.conftest import CORS_ORIGIN, NewClient, new_room, queue_of
from tests.contract.error_checks import rejected
from tests.contract.event_streams import event_stream
from tests.contract.observers import Observer
from tests.contract.queues import Queue
from tests.contract.sockets import Closed, Socket
from tests.processes import TuttiServer

OWN = "own"
OTHERS = [
    *[("https://evil.example", None), ("null", None), ("own host, other port", None), ("", None)],
    *[("own with more", None), ("own as user", None), ("http://localhost:3001", None)],
    *[(None, "cross-site"), (None, "same-site"), ("null", "same-origin")],
    *[("https://evil.example", "cross-site"), ("https://evil.example", "none")],
]
OURS = [
    *[(None, None), (None, "none"), (None, "same-origin"), (OWN, None), (OWN, "same-origin")],
    *[("http://localhost:3000", None), ("http://127.0.0.1:3000", "cross-site")],
    ("own behind TLS", "same-origin"),  # a proxy that ends TLS may not say so
]


def headers_for(queue: Queue, origin: str | None, site: str | None) -> dict[str, str]:
    base = str(queue.http.base_url).rstrip("/")
    known = {
        OWN: base,
        "own behind TLS": base.replace("http:", "https:"),
        "own host, other port": "http://127.0.0.1:1",
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


def test_writes_of_other_origins_are_rejected_without_any_change(queue: Queue, new_client: NewClient):
    (a,) = queue.fill(1)

    with Observer(queue, expected=[]):
        for origin, site in OTHERS:
            http = new_client(headers=headers_for(queue, origin, site))
            more = [http.post(path, json={"name": "Eve"}) for path in ("/api/guests/", "/api/rooms/")]
            for response in (*writes(http, queue, a), *more):
                rejected(response, 403, "PERMISSION_DENIED")
                assert "Access-Control-Allow-Origin" not in response.headers
            assert not http.cookies
            assert http.get(queue.path).status_code == 200  # reading is free


@pytest.mark.parametrize(("origin", "site"), OURS)
def test_own_pages_allowed_origins_and_programs_may_write(
    queue: Queue, new_client: NewClient, origin: str | None, site: str | None
):
    (a,) = queue.fill(1)

    with Observer(queue) as witness:
        responses = writes(new_client(headers=headers_for(queue, origin, site)), queue, a)

    assert [response.status_code for response in responses] == [201, 200, 200, 200, 200, 204, 200]
    kinds = ["added", "moved", "voted", "playing", "playing", "removed", "added"]
    assert witness.types == [f"track.{kind}" for kind in kinds]


def test_the_own_origin_is_that_of_the_requested_host(queue: Queue, new_client: NewClient):
    port = queue.http.base_url.port
    by_name = new_client(headers={"Host": f"localhost:{port}", "Origin": f"http://localhost:{port}"})
    mixed = new_client(headers={"Host": f"localhost:{port}", "Origin": f"http://127.0.0.1:{port}"})

    assert by_name.post(queue.path, json={"track_id": queue.tracks[0]}).status_code == 201
    rejected(mixed.post(queue.path, json={"track_id": queue.tracks[1]}), 403, "PERMISSION_DENIED")


def test_the_setting_lists_the_allowed_origins(narrow_client: httpx.Client):
    queue = queue_of(narrow_client, new_room(narrow_client))

    def stop(origin: str) -> httpx.Response:
        return queue.post("stop/", headers={"Origin": origin})

    assert stop(CORS_ORIGIN).status_code == 200
    rejected(stop("http://localhost:3000"), 403, "PERMISSION_DENIED")
    rejected(stop(CORS_ORIGIN + ":444"), 403, "PERMISSION_DENIED")


# --- By which names the server may be reached --------------------------------------------------------


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "localhost.evil"]
)
def test_a_foreign_host_name_is_a_400_without_any_change(queue: Queue, server: TuttiServer, host: str):
    (a,) = queue.fill(1)

    with Observer(queue, expected=[]):
        for path in ("", "events/", "stream/", "history/"):
            response = queue.http.get(queue.path + path, headers={"Host": host})
            rejected(response, 400, "HOST_NOT_ALLOWED")
        write = queue.post(f"{a}/play/", headers={"Host": host, "Origin": f"http://{host}"})
        rejected(write, 400, "HOST_NOT_ALLOWED")
        for headers in ({}, {"Origin": f"http://{host}"}):
            with pytest.raises(Closed) as end:
                Socket.of_room(server.ws_url, queue.room, host=host, headers=headers)
            assert end.value.code is not None
            assert 4400 <= end.value.code < 4500
            assert end.value.messages == []


def test_configured_host_names_are_accepted(server: TuttiServer, queue: Queue):
    for name in ("localhost", "127.0.0.1", "LOCALHOST", "[::1]"):
        host = f"{name}:{server.port}"
        assert queue.http.get(queue.path, headers={"Host": host}).status_code == 200
        with Socket.of_room(server.ws_url, queue.room, host=host) as socket:
            assert socket.established["payload"]["room"] == queue.room


# --- What pages of allowed origins may send and read -------------------------------------------------


ALLOWED = "http://localhost:3000"
FOREIGN = "https://evil.example"
SENDABLE = [
    *["authorization", "content-type", "idempotency-key", "if-none-match", "last-event-id"],
    "x-guest-token",
]
READABLE = [
    *["etag", "link", "retry-after", "idempotency-replayed", "x-request-id", "x-stream-epoch"],
    *["x-stream-seq", "x-total-count", "x-total-is-least", "x-match-count"],
]


def words(header: str) -> set[str]:
    return {word.strip().lower() for word in header.split(",")}


def preflight(http: httpx.Client, path: str, method: str, origin: str) -> httpx.Response:
    wanted = {
        "Origin": origin,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": ", ".join(SENDABLE),
    }
    return http.options(path, headers=wanted)


def test_an_allowed_origin_may_send_a_preflight(queue: Queue):
    for method, path in [
        *[("GET", ""), ("POST", ""), ("PATCH", "1/"), ("DELETE", "1/")],
        *[("POST", "1/vote/"), ("GET", "events/"), ("GET", "stream/")],
    ]:
        response = preflight(queue.http, queue.path + path, method, ALLOWED)
        assert response.status_code in {200, 204}
        assert response.headers["Access-Control-Allow-Origin"] == ALLOWED
        assert method.lower() in words(response.headers["Access-Control-Allow-Methods"])
        assert set(SENDABLE) <= words(response.headers["Access-Control-Allow-Headers"])

    foreign = preflight(queue.http, queue.path, "POST", FOREIGN)
    assert "Access-Control-Allow-Origin" not in foreign.headers


def test_only_an_allowed_origin_may_read_responses_and_their_headers(queue: Queue):
    def answered(path: str, origin: str) -> httpx.Headers:
        if path == "stream/":
            with event_stream(queue.http, queue.path + path, headers={"Origin": origin}) as stream:
                return stream.answer.headers
        return queue.http.get(queue.path + path, headers={"Origin": origin}).headers

    for path in ("", "history/", "events/", "my-votes/", "9007199254740992/", "stream/"):
        reported = answered(path, ALLOWED)
        assert reported["Access-Control-Allow-Origin"] == ALLOWED
        assert set(READABLE) <= words(reported["Access-Control-Expose-Headers"])
        assert "origin" in words(reported["Vary"])
        for other in (FOREIGN, "null"):
            assert "Access-Control-Allow-Origin" not in answered(path, other)


def test_an_allowed_origin_may_read_rejections_of_its_writes_and_send_cookies(
    queue: Queue, ada: httpx.Client
):
    key, large = {"Idempotency-Key": "x" * 65}, b" " * (1024 * 1024 + 1)
    responses = [
        queue.post(json={}, headers={"Origin": ALLOWED}),
        queue.post("stop/", headers={"Origin": ALLOWED, **key}),
        queue.post("stop/", headers={"Origin": ALLOWED}, content=large),
        queue.post("stop/", headers={"Origin": ALLOWED, "X-Guest-Token": "nonsense"}),
        ada.get(f"{queue.path}my-votes/", headers={"Origin": ALLOWED}),
    ]

    assert [response.status_code for response in responses] == [400, 400, 413, 401, 200]
    for response in responses:
        assert response.headers["Access-Control-Allow-Origin"] == ALLOWED
        assert response.headers["Access-Control-Allow-Credentials"] == "true"
