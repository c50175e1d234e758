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


def test_an_allowed_origin_may_ask_beforehand(queue: Queue):
    for method, path in [
        *[("GET", ""), ("POST", ""), ("PATCH", "1/"), ("DELETE", "1/")],
        *[("POST", "1/vote/"), ("GET", "events/"), ("GET", "stream/")],
    ]:
        answer = preflight(queue.http, queue.path + path, method, ALLOWED)
        assert answer.status_code in {200, 204}
        assert answer.headers["Access-Control-Allow-Origin"] == ALLOWED
        assert method.lower() in words(answer.headers["Access-Control-Allow-Methods"])
        assert set(SENDABLE) <= words(answer.headers["Access-Control-Allow-Headers"])

    foreign = preflight(queue.http, queue.path, "POST", FOREIGN)
    assert "Access-Control-Allow-Origin" not in foreign.headers


@pytest.mark.parametrize("path", PATHS)
def test_an_allowed_origin_may_read_answers_and_their_headers_and_others_may_not(queue: Queue, path: str):
    answer = queue.http.get(queue.path + path, headers={"Origin": ALLOWED})

    assert answer.headers["Access-Control-Allow-Origin"] == ALLOWED
    assert set(READABLE) <= words(answer.headers["Access-Control-Expose-Headers"])
    assert "origin" in words(answer.headers["Vary"])
    for other in (FOREIGN, "null"):
        told = queue.http.get(queue.path + path, headers={"Origin": other}).headers
        assert "Access-Control-Allow-Origin" not in told


@pytest.mark.parametrize(("origin", "allowed"), [(ALLOWED, ALLOWED), (FOREIGN, None)])
def test_event_streams_keep_to_the_same_rule(queue: Queue, origin: str, allowed: str | None):
    with event_stream(queue.http, f"{queue.path}stream/", headers={"Origin": origin}) as stream:
        headers = stream.answer.headers

    readable = words(headers.get("Access-Control-Expose-Headers", ""))
    assert headers.get("Access-Control-Allow-Origin") == allowed
    assert (set(READABLE) <= readable) == bool(allowed)


def test_an_allowed_origin_may_read_refusals_of_its_writes_and_send_cookies(queue: Queue, ada: httpx.Client):
    key, large = {"Idempotency-Key": "x" * 65}, b" " * (1024 * 1024 + 1)
    answers = [
        queue.post(json={}, headers={"Origin": ALLOWED}),
        queue.post("stop/", headers={"Origin": ALLOWED, **key}),
        queue.post("stop/", headers={"Origin": ALLOWED}, content=large),
        queue.post("stop/", headers={"Origin": ALLOWED, "X-Guest-Token": "nonsense"}),
        ada.get(f"{queue.path}my-votes/", headers={"Origin": ALLOWED}),
    ]

    assert [answer.status_code for answer in answers] == [400, 400, 413, 401, 200]
    for answer in answers:
        assert answer.headers["Access-Control-Allow-Origin"] == ALLOWED
        assert answer.headers["Access-Control-Allow-Credentials"] == "true"
