"""Errors have one shape, whatever raised them; bodies are JSON, UTF-8, of bounded size and depth."""

from collections.abc import Iterator

import httpx

from tests.contract.error_checks import rejected
from tests.contract.observers import Observer
from tests.contract.queues import Queue

NOWHERE = ["/api/nothing/", "/api/nothing", "/api/tracks/1/nothing/", "/api/playlist/x/", "/api/rooms/a/b/"]


def test_an_unknown_url_is_a_404_for_a_browser_too(client: httpx.Client):
    for path in NOWHERE:
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            rejected(client.request(method, path), 404, "NOT_FOUND")
    assert "rooms" not in client.get("/api/nothing/").text, "it shows the addresses that there are"
    for path in ("/api/nothing/", "/api/tracks/9007199254740992/"):
        response = client.head(path)
        assert (response.status_code, response.content) == (404, b"")
        assert response.headers["Content-Type"].startswith("application/json")
    for accept in ("text/html", "text/html,application/xhtml+xml,application/xml;q=0.9", "image/*"):
        rejected(client.get("/api/nothing/", headers={"Accept": accept}), 404, "NOT_FOUND")
        moved = client.get("/api/tracks", headers={"Accept": accept})
        assert (moved.status_code, moved.headers["Location"]) == (301, "/api/tracks/")


TAKEN_IN_QUEUES = {
    "": {"GET", "POST"},
    **{path: {"GET"} for path in ("history/", "my-votes/", "events/", "stream/")},
    "stop/": {"POST"},
}
NOT_TAKEN = [
    *[("PUT", ""), ("DELETE", ""), ("POST", "history/"), ("GET", "stop/"), ("PUT", "my-votes/")],
    *[("POST", "events/"), ("POST", "stream/")],
]
NOT_TAKEN_ELSEWHERE = [
    *[("GET", "/api/guests/"), ("DELETE", "/api/rooms/"), ("POST", "/api/"), ("PUT", "/api/rooms/main/")],
    *[("POST", "/api/health/live"), ("DELETE", "/api/health/ready/"), ("PATCH", "/api/gql/")],
    *[("POST", "/api/tracks/genres/"), ("DELETE", "/api/tracks/"), ("PROPFIND", "/api/tracks/")],
    *[("POST", "/api/charts/"), ("POST", "/api/openapi.json"), ("POST", "/api/stream")],
]
KEYS = [b"a key", b"\xc3\xa4", b"", b"k" * 65]


def test_an_unknown_method_is_a_405_with_the_allowed_ones(queue: Queue):
    """For any caller, with or without the right to write to the library, and any key."""
    with Observer(queue, expected=[]):
        for method, path in NOT_TAKEN:
            response = queue.http.request(method, queue.path + path)
            rejected(response, 405, "METHOD_NOT_ALLOWED")
            names = {name.strip() for name in response.headers["Allow"].split(",")}
            assert TAKEN_IN_QUEUES[path] <= names
            assert method not in names
        for headers in ({}, *({"Idempotency-Key": key} for key in KEYS)):
            for method, path in (*NOT_TAKEN_ELSEWHERE, ("DELETE", queue.path)):
                response = queue.http.request(method, path, headers=headers, json={})
                rejected(response, 405, "METHOD_NOT_ALLOWED")
                assert method not in response.headers["Allow"]
            rejected(queue.http.post("/api/gql/x/", headers=headers, json={}), 404, "NOT_FOUND")


def test_a_client_that_accepts_no_json_gets_a_406(queue: Queue):
    with Observer(queue, expected=[]):
        for accept in ("application/xml", "text/html", "image/*"):
            rejected(queue.http.get(queue.path, headers={"Accept": accept}), 406, "NOT_ACCEPTABLE")
            body = {"track_id": queue.tracks[0]}
            rejected(queue.post(json=body, headers={"Accept": accept}), 406, "NOT_ACCEPTABLE")

    for accept in ("*/*", "application/*", "text/html, */*;q=0.8", "application/json"):
        response = queue.http.get(queue.path, headers={"Accept": accept})
        assert (response.status_code, response.json()) == (200, [])
        assert response.headers["Content-Type"].startswith("application/json")


NO_JSON = [
    *("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"),
    "application/xml",
]


def test_a_body_without_the_json_media_type_is_a_415(queue: Queue):
    (a,) = queue.fill(1)
    body = f'{{"track_id": {queue.tracks[1]}}}'

    with Observer(queue, expected=[]):
        for kind in NO_JSON:
            headers = {"Content-Type": kind}
            rejected(queue.post(content=body, headers=headers), 415, "UNSUPPORTED_MEDIA_TYPE")
            vote = queue.post(f"{a}/vote/", content='{"value": 1}', headers=headers)
            rejected(vote, 415, "UNSUPPORTED_MEDIA_TYPE")

    for kind in ("application/json; charset=utf-8", "Application/JSON"):
        response = queue.post(content=body, headers={"Content-Type": kind})
        assert response.status_code == 201
        queue.remove(response.json()["id"])


def test_a_validation_error_lists_messages_by_field(queue: Queue):
    response = queue.post(json={"track_id": "x", "added_by": "", "position": "y"})

    rejected(response, 400, "VALIDATION_ERROR", "track_id", "added_by", "position")


# --- Bodies ------------------------------------------------------------------------------------------


JSON = {"Content-Type": "application/json"}
MEBIBYTE = 1024 * 1024
ELSEWHERE = ("/api/rooms/", "/api/guests/")


def body_of(queue: Queue, length: int) -> bytes:
    """A body that adds a track, filled up with blanks."""
    return f'{{"track_id": {queue.tracks[0]}}}'.encode().ljust(length)


def in_pieces(*pieces: bytes) -> Iterator[bytes]:
    """A body that is sent without saying how long it is."""
    yield from pieces


def nested(levels: int) -> str:
    return "[" * levels + "]" * levels


def test_a_too_large_body_is_a_413_also_without_a_length_or_need(queue: Queue):
    """More than a mebibyte."""
    whole = body_of(queue, MEBIBYTE)
    for content in (whole, in_pieces(whole[:10], whole[10:])):
        response = queue.post(content=content, headers=JSON)
        assert (response.status_code, response.json()["track_id"]) == (201, queue.tracks[0])
        queue.remove(response.json()["id"])
    (a,) = queue.fill(1)
    too_long = [
        *((queue.path, body_of(queue, length)) for length in (MEBIBYTE + 1, 3 * MEBIBYTE)),
        (queue.path, in_pieces(whole, b" ")),
        *((path, b" " * (MEBIBYTE + 1)) for path in (f"{queue.path}{a}/play/", *ELSEWHERE)),
    ]

    with Observer(queue, expected=[]):
        for path, content in too_long:
            rejected(queue.http.post(path, content=content, headers=JSON), 413, "PAYLOAD_TOO_LARGE")


NOT_JSON = [
    *[b"{", b"{'track_id': 1}", b'{"track_id": 1,}', b'{"track_id": 1} x', b"track_id=1", b"\x00"],
    *[b'{"track_id": NaN}', b'{"track_id": Infinity}', b'{"track_id": -Infinity}'],
    *[b'{"added_by": "\xff"}', b'{"added_by": "\xc3"}', b"\xff\xfe{\x00}\x00"],
    '{"track_id": 1}'.encode("utf-16"),
    *[b'{"added_by": "a\nb"}', b'{"track_id": 01}', b'{"track_id": .5}'],
    *[nested(levels).encode() for levels in (33, 34, 1000, 200_000)],
    *[f'{{"track_id": 1, "more": {nested(levels)}}}'.encode() for levels in (32, 33, 1000)],
    *[('{"a":' * levels + "1" + "}" * levels).encode() for levels in (33, 100_000)],
    *[b'{"track_id": 1e400}', b'{"track_id": ' + b"9" * 5000 + b"}", "\ufeff{}".encode(), b"[1,]", b"tru"],
    *[b'{"added_by": "\xed\xa0\x80"}', '{"track_id": 1}'.encode("utf-32-le")],
]
NO_OBJECTS = ["[]", '"track"', "5", "null", "true", nested(32)]


def test_invalid_json_and_more_than_32_levels_are_a_400(queue: Queue):
    with Observer(queue, expected=[]):
        for body in NOT_JSON:
            rejected(queue.post(content=body, headers=JSON), 400, "MALFORMED_JSON")
        for path in ELSEWHERE:
            for text in ("{", nested(33)):
                rejected(queue.http.post(path, content=text, headers=JSON), 400, "MALFORMED_JSON")
        for text in NO_OBJECTS:
            rejected(queue.post(content=text, headers=JSON), 400, "VALIDATION_ERROR")

    within = f'{{"track_id": {queue.tracks[0]}, "more": {nested(31)}}}'
    assert queue.post(content=within, headers=JSON).status_code == 201


def test_an_unpaired_surrogate_is_invalid_text(queue: Queue):
    """The message that rejects a choice repeats it."""
    (a,) = queue.fill(1)
    writes = [
        ("POST", "", "added_by", f', "track_id": {queue.tracks[1]}'),
        ("POST", f"{a}/vote/", "direction", ""),
        ("PATCH", f"{a}/", "is_playing", ""),
    ]

    with Observer(queue, expected=[]):
        for method, path, field, more in writes:
            body = f'{{"{field}": "\\ud800"{more}}}'
            response = queue.http.request(method, queue.path + path, content=body, headers=JSON)
            assert rejected(response, 400, "VALIDATION_ERROR")[field]
