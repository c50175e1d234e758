"""What pages of allowed origins may send and read."""

import httpx
import pytest

from tests.contract.event_streams import event_stream
from tests.contract.queues import Queue

ALLOWED = "http://localhost:3000"
FOREIGN = "https://evil.example"
SENDABLE = [
    *["authorization", "content-type", "idempotency-key", "if-none-match", "last-event-id"],
    "x-guest-token",
]
READABLE = [
    *["etag", "link", "retry-after", "idempotency-replayed", "x-request-id", "x-stream-epoch"],
    *["x-stream-seq", "x-total-count"],
]
PATHS = ["", "history/", "events/", "my-votes/", "9007199254740992/"]


def words(header: str) -> set[str]:
    return {word.strip().lower() for word in header.split(",")}


def preflight(http: httpx.Client, path: str, method: str, origin: str) -> httpx.Response:
    wanted = {
        "Origin": origin,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": ", ".join(SENDABLE),
    }
    return http.options(path, headers=wanted)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("POST", ""),
        ("PATCH", "1/"),
        ("DELETE", "1/"),
        ("POST", "1/vote/"),
        ("GET", "events/"),
        ("GET", "stream/"),
    ],
)
def test_an_allowed_origin_may_ask_beforehand(queue: Queue, method: str, path: str):
    answer = preflight(queue.http, queue.path + path, method, ALLOWED)

    assert answer.status_code in {200, 204}
    assert answer.headers["Access-Control-Allow-Origin"] == ALLOWED
    assert method.lower() in words(answer.headers["Access-Control-Allow-Methods"])
    assert set(SENDABLE) <= words(answer.headers["Access-Control-Allow-Headers"])


def test_a_foreign_origin_is_told_nothing(queue: Queue):
    answer = preflight(queue.http, queue.path, "POST", FOREIGN)

    assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize("path", PATHS)
def test_an_allowed_origin_may_read_answers_and_their_headers(queue: Queue, path: str):
    answer = queue.http.get(queue.path + path, headers={"Origin": ALLOWED})

    assert answer.headers["Access-Control-Allow-Origin"] == ALLOWED
    assert set(READABLE) <= words(answer.headers["Access-Control-Expose-Headers"])
    assert "origin" in words(answer.headers["Vary"])


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("origin", [FOREIGN, "null"])
def test_others_may_not(queue: Queue, path: str, origin: str):
    answer = queue.http.get(queue.path + path, headers={"Origin": origin})

    assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize(("origin", "allowed"), [(ALLOWED, ALLOWED), (FOREIGN, None)])
def test_event_streams_keep_to_the_same_rule(queue: Queue, origin: str, allowed: str | None):
    with event_stream(queue.http, f"{queue.path}stream/", headers={"Origin": origin}) as stream:
        headers = stream.answer.headers

    readable = words(headers.get("Access-Control-Expose-Headers", ""))
    assert headers.get("Access-Control-Allow-Origin") == allowed
    assert (set(READABLE) <= readable) == bool(allowed)


def test_an_allowed_origin_may_read_refusals_of_its_writes(queue: Queue):
    answer = queue.post(json={}, headers={"Origin": ALLOWED})

    assert answer.status_code == 400
    assert answer.headers["Access-Control-Allow-Origin"] == ALLOWED


def test_a_cookie_may_go_along(queue: Queue, ada: httpx.Client):
    answer = ada.get(f"{queue.path}my-votes/", headers={"Origin": ALLOWED})

    assert answer.headers.get("Access-Control-Allow-Credentials") == "true"
