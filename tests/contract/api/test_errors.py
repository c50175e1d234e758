"""Errors have one shape, whatever raised them."""

import httpx
import pytest

from tests.contract.queues import Queue
from tests.contract.refusals import refused
from tests.contract.witnesses import Witness

NOWHERE = ["/api/nothing/", "/api/nothing", "/api/tracks/1/nothing/", "/api/playlist/x/", "/api/rooms/a/b/"]


@pytest.mark.parametrize("path", NOWHERE)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_an_address_that_means_nothing_is_a_404(client: httpx.Client, method: str, path: str):
    refused(client.request(method, path), 404, "NOT_FOUND")


@pytest.mark.parametrize("path", ["/api/nothing/", "/api/tracks/9007199254740992/"])
def test_head_is_answered_like_get_without_the_body(client: httpx.Client, path: str):
    answer = client.head(path)

    assert (answer.status_code, answer.content) == (404, b"")
    assert answer.headers["Content-Type"].startswith("application/json")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "", {"GET", "POST"}),
        ("DELETE", "", {"GET", "POST"}),
        ("POST", "history/", {"GET"}),
        ("GET", "stop/", {"POST"}),
        ("PUT", "my-votes/", {"GET"}),
        ("POST", "events/", {"GET"}),
        ("POST", "stream/", {"GET"}),
    ],
)
def test_a_method_that_is_not_taken_is_a_405_that_names_those_that_are(
    queue: Queue, method: str, path: str, allowed: set[str]
):
    with Witness(queue) as witness:
        answer = queue.http.request(method, queue.path + path)

    refused(answer, 405, "METHOD_NOT_ALLOWED")
    assert allowed <= {name.strip() for name in answer.headers["Allow"].split(",")}
    assert method not in answer.headers["Allow"]
    assert witness.types == []


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/guests/"),
        ("DELETE", "/api/rooms/"),
        ("POST", "/api/"),
        ("PUT", "/api/rooms/main/"),
        ("POST", "/api/health/live"),
        ("DELETE", "/api/health/ready/"),
        ("POST", "/api/tracks/genres/"),
        ("DELETE", "/api/tracks/"),
    ],
)
def test_that_holds_outside_of_the_queue_too(client: httpx.Client, method: str, path: str):
    answer = client.request(method, path)

    refused(answer, 405, "METHOD_NOT_ALLOWED")
    assert method not in answer.headers["Allow"]


@pytest.mark.parametrize("accept", ["application/xml", "text/html", "image/*"])
def test_who_takes_no_json_gets_a_406(queue: Queue, accept: str):
    with Witness(queue) as witness:
        headers = {"Accept": accept}
        refused(queue.http.get(queue.path, headers=headers), 406, "NOT_ACCEPTABLE")
        body = {"track_id": queue.tracks[0]}
        refused(queue.post(json=body, headers=headers), 406, "NOT_ACCEPTABLE")

    assert witness.types == []


@pytest.mark.parametrize("accept", ["*/*", "application/*", "text/html, */*;q=0.8", "application/json"])
def test_who_takes_json_among_others_gets_it(queue: Queue, accept: str):
    answer = queue.http.get(queue.path, headers={"Accept": accept})

    assert (answer.status_code, answer.json()) == (200, [])
    assert answer.headers["Content-Type"].startswith("application/json")


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml"],
)
def test_a_body_that_is_not_called_json_is_a_415(queue: Queue, content_type: str):
    (a,) = queue.fill(1)
    body, headers = f'{{"track_id": {queue.tracks[1]}}}', {"Content-Type": content_type}

    with Witness(queue) as witness:
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
