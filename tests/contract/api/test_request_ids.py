"""Every answer names its request."""

import re

import httpx
import pytest

from tests.contract.queues import Queue
from tests.contract.sockets import DEADLINE_SECONDS
from tests.processes import TuttiServer

PATHS = [
    *["/", "/api/", "/api/tracks/", "/api/tracks/genres/", "/api/playlist/", "/api/playlist/history/"],
    *["/api/playlist/events/", "/api/playlist/my-votes/", "/api/rooms/", "/api/health/live"],
    *["/api/health/ready/", "/api/nothing/", "/nothing", "/api/tracks", "/admin/login/", "/api/guests/me/"],
]


@pytest.mark.parametrize("path", PATHS)
def test_two_answers_have_different_ones(server: TuttiServer, path: str):
    with server.client(verify=False) as http:
        first, second = (http.get(path).headers["X-Request-ID"] for _ in range(2))

    assert re.fullmatch(r"\S{8,64}", first)
    assert first != second


def test_an_event_stream_has_one(server: TuttiServer, client: httpx.Client):
    with client.stream("GET", "/api/stream", timeout=DEADLINE_SECONDS) as answer:
        assert answer.headers["X-Request-ID"]


def test_writes_and_refusals_have_one(queue: Queue, server: TuttiServer):
    """The tests' clients look for it in every answer; this one looks for itself."""
    with server.client(verify=False) as http:
        added = http.post(queue.path, json={"track_id": queue.tracks[0]})
        answers = [
            added,
            http.post(queue.path, json={"track_id": queue.tracks[0]}),
            http.post(queue.path, content=b"{", headers={"Content-Type": "application/json"}),
            http.post(queue.path, json={}, headers={"Origin": "https://evil.example"}),
            http.get(queue.path, headers={"Host": "evil.example"}),
            http.get(queue.path, headers={"If-None-Match": http.get(queue.path).headers["ETag"]}),
            http.delete(f"{queue.path}{added.json()['id']}/"),
            http.options(queue.path),
        ]

    assert [answer.status_code for answer in answers] == [201, 409, 400, 403, 400, 304, 204, 200]
    ids = [answer.headers.get("X-Request-ID") for answer in answers]
    assert None not in ids
    assert len(set(ids)) == len(ids)
