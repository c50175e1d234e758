"""Errors have one shape, whatever raised them."""

import httpx
import pytest

from tests.contract.queues import Queue
from tests.contract.refusals import refused
from tests.contract.witnesses import Witness

NOWHERE = ["/api/nothing/", "/api/nothing", "/api/tracks/1/nothing/", "/api/playlist/x/", "/api/rooms/a/b/"]


@pytest.mark.parametrize("path", NOWHERE)
def test_an_address_that_means_nothing_is_a_404(client: httpx.Client, path: str):
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        refused(client.request(method, path), 404, "NOT_FOUND")
    assert "rooms" not in client.get("/api/nothing/").text, "it shows the addresses that there are"


@pytest.mark.parametrize("path", ["/api/nothing/", "/api/tracks/9007199254740992/"])
def test_head_is_answered_like_get_without_the_body(client: httpx.Client, path: str):
    answer = client.head(path)

    assert (answer.status_code, answer.content) == (404, b"")
    assert answer.headers["Content-Type"].startswith("application/json")


TAKEN_IN_QUEUES = {
    "": {"GET", "POST"},
    **{path: {"GET"} for path in ("history/", "my-votes/", "events/", "stream/")},
    "stop/": {"POST"},
}
NOT_TAKEN = [
    *[("PUT", ""), ("DELETE", ""), ("POST", "history/"), ("GET", "stop/"), ("PUT", "my-votes/")],
    *[("POST", "events/"), ("POST", "stream/")],
]


def test_a_method_that_is_not_taken_is_a_405_that_names_those_that_are(queue: Queue):
    with Witness(queue) as witness:
        for method, path in NOT_TAKEN:
            answer = queue.http.request(method, queue.path + path)
            refused(answer, 405, "METHOD_NOT_ALLOWED")
            names = {name.strip() for name in answer.headers["Allow"].split(",")}
            assert TAKEN_IN_QUEUES[path] <= names
            assert method not in names

    assert witness.types == []


@pytest.mark.parametrize(
    ("method", "path"),
    [
        *[("GET", "/api/guests/"), ("DELETE", "/api/rooms/"), ("POST", "/api/"), ("PUT", "/api/rooms/main/")],
        *[("POST", "/api/health/live"), ("DELETE", "/api/health/ready/")],
        *[("POST", "/api/tracks/genres/"), ("DELETE", "/api/tracks/"), ("PROPFIND", "/api/tracks/")],
    ],
)
def test_that_holds_outside_of_the_queue_too(client: httpx.Client, method: str, path: str):
    """Whoever asks: who may write to the library is no matter there."""
    answer = client.request(method, path)

    refused(answer, 405, "METHOD_NOT_ALLOWED")
    assert method not in answer.headers["Allow"]


def test_who_takes_no_json_gets_a_406_and_who_takes_it_among_others_gets_it(queue: Queue):
    with Witness(queue) as witness:
        for accept in ("application/xml", "text/html", "image/*"):
            refused(queue.http.get(queue.path, headers={"Accept": accept}), 406, "NOT_ACCEPTABLE")
            body = {"track_id": queue.tracks[0]}
            refused(queue.post(json=body, headers={"Accept": accept}), 406, "NOT_ACCEPTABLE")

    assert witness.types == []
    for accept in ("*/*", "application/*", "text/html, */*;q=0.8", "application/json"):
        answer = queue.http.get(queue.path, headers={"Accept": accept})
        assert (answer.status_code, answer.json()) == (200, [])
        assert answer.headers["Content-Type"].startswith("application/json")


def test_a_body_that_is_not_called_json_is_a_415(queue: Queue):
    (a,) = queue.fill(1)
    body = f'{{"track_id": {queue.tracks[1]}}}'

    with Witness(queue) as witness:
        for kind in (
            *("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"),
            "application/xml",
        ):
            headers = {"Content-Type": kind}
            refused(queue.post(content=body, headers=headers), 415, "UNSUPPORTED_MEDIA_TYPE")
            vote = queue.post(f"{a}/vote/", content='{"value": 1}', headers=headers)
            refused(vote, 415, "UNSUPPORTED_MEDIA_TYPE")

    assert witness.types == []


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "Application/JSON"])
def test_json_may_be_called_with_a_charset(queue: Queue, content_type: str):
    answer = queue.post(content=f'{{"track_id": {queue.tracks[0]}}}', headers={"Content-Type": content_type})

    assert answer.status_code == 201


def test_a_validation_error_lists_messages_by_field(queue: Queue):
    answer = queue.post(json={"track_id": "x", "added_by": "", "position": "y"})

    refused(answer, 400, "VALIDATION_ERROR", "track_id", "added_by", "position")


@pytest.mark.parametrize("key", ["a key", "ä", "", "k" * 65])
def test_a_method_that_an_address_does_not_take_is_a_405_whatever_the_key(queue: Queue, key: str):
    headers = {"Idempotency-Key": key.encode()}
    for method, address in (
        *(("DELETE", queue.path), ("PUT", "/api/tracks/"), ("POST", "/api/charts/"), ("POST", "/api/gql/x/")),
        *(("POST", "/api/health/live"), ("PATCH", "/api/gql/"), ("POST", "/api/openapi.json")),
    ):
        answer = queue.http.request(method, address, headers=headers, json={})
        expected = (404, "NOT_FOUND") if address.endswith("x/") else (405, "METHOD_NOT_ALLOWED")
        code = answer.json()["error"]["code"]
        assert (answer.status_code, code) == expected, (method, address)


def test_an_unknown_address_of_the_api_is_a_404_for_a_browser_too(client: httpx.Client):
    for accept in ("text/html", "text/html,application/xhtml+xml,application/xml;q=0.9", "image/*"):
        refused(client.get("/api/nothing/", headers={"Accept": accept}), 404, "NOT_FOUND")
        moved = client.get("/api/tracks", headers={"Accept": accept})
        assert (moved.status_code, moved.headers["Location"]) == (301, "/api/tracks/")
