"""Bodies: JSON, UTF-8, of bounded size and depth."""

from collections.abc import Iterator

import httpx
import pytest

from tests.contract.queues import Queue
from tests.contract.refusals import refused
from tests.contract.witnesses import Witness

JSON = {"Content-Type": "application/json"}
MEBIBYTE = 1024 * 1024


def body_of(queue: Queue, length: int) -> bytes:
    """A body that adds a track, filled up with blanks."""
    return f'{{"track_id": {queue.tracks[0]}}}'.encode().ljust(length)


def in_pieces(*pieces: bytes) -> Iterator[bytes]:
    """A body that is sent without saying how long it is."""
    yield from pieces


def nested(levels: int) -> str:
    return "[" * levels + "]" * levels


def test_a_mebibyte_is_taken(queue: Queue):
    answer = queue.post(content=body_of(queue, MEBIBYTE), headers=JSON)

    assert (answer.status_code, answer.json()["track_id"]) == (201, queue.tracks[0])


@pytest.mark.parametrize("length", [MEBIBYTE + 1, 3 * MEBIBYTE])
def test_more_is_a_413(queue: Queue, length: int):
    with Witness(queue) as witness:
        refused(queue.post(content=body_of(queue, length), headers=JSON), 413, "PAYLOAD_TOO_LARGE")

    assert witness.types == []


def test_a_body_without_a_length_is_read(queue: Queue):
    whole = body_of(queue, 100)

    answer = queue.post(content=in_pieces(whole[:10], whole[10:]), headers=JSON)

    assert (answer.status_code, answer.json().get("track_id")) == (201, queue.tracks[0])


def test_more_without_a_length_is_a_413(queue: Queue):
    with Witness(queue) as witness:
        body = in_pieces(body_of(queue, MEBIBYTE), b" ")
        refused(queue.post(content=body, headers=JSON), 413, "PAYLOAD_TOO_LARGE")

    assert witness.types == []


def test_more_where_no_body_is_needed_is_a_413(queue: Queue):
    (a,) = queue.fill(1)

    with Witness(queue) as witness:
        answer = queue.post(f"{a}/play/", content=b" " * (MEBIBYTE + 1), headers=JSON)
        refused(answer, 413, "PAYLOAD_TOO_LARGE")

    assert witness.types == []


@pytest.mark.parametrize(
    "body",
    [
        *[b"{", b"{'track_id': 1}", b'{"track_id": 1,}', b'{"track_id": 1} x', b"track_id=1", b"\x00"],
        *[b'{"track_id": NaN}', b'{"track_id": Infinity}', b'{"track_id": -Infinity}'],
        *[
            b'{"added_by": "\xff"}',
            b'{"added_by": "\xc3"}',
            b"\xff\xfe{\x00}\x00",
            '{"track_id": 1}'.encode("utf-16"),
        ],
        *[b'{"added_by": "a\nb"}', b'{"track_id": 01}', b'{"track_id": .5}'],
    ],
)
def test_what_is_not_json_is_a_400(queue: Queue, body: bytes):
    with Witness(queue) as witness:
        refused(queue.post(content=body, headers=JSON), 400, "MALFORMED_JSON")

    assert witness.types == []


@pytest.mark.parametrize("levels", [33, 34, 1000, 200_000])
def test_deeper_than_32_levels_is_malformed(queue: Queue, levels: int):
    with Witness(queue) as witness:
        refused(queue.post(content=nested(levels), headers=JSON), 400, "MALFORMED_JSON")
        within = f'{{"track_id": {queue.tracks[0]}, "more": {nested(levels - 1)}}}'
        refused(queue.post(content=within, headers=JSON), 400, "MALFORMED_JSON")

    assert witness.types == []


def test_32_levels_are_read(queue: Queue):
    refused(queue.post(content=nested(32), headers=JSON), 400, "VALIDATION_ERROR")

    within = f'{{"track_id": {queue.tracks[0]}, "more": {nested(31)}}}'
    assert queue.post(content=within, headers=JSON).status_code == 201


@pytest.mark.parametrize("body", ["[]", '"track"', "5", "null", "true"])
def test_json_that_is_no_object_is_a_validation_error(queue: Queue, body: str):
    with Witness(queue) as witness:
        refused(queue.post(content=body, headers=JSON), 400, "VALIDATION_ERROR")

    assert witness.types == []


@pytest.mark.parametrize("path", ["/api/rooms/", "/api/guests/"])
def test_that_holds_outside_of_the_queue_too(client: httpx.Client, path: str):
    total = client.get("/api/rooms/").headers["X-Total-Count"]

    refused(client.post(path, content=b"{", headers=JSON), 400, "MALFORMED_JSON")
    refused(client.post(path, content=nested(33), headers=JSON), 400, "MALFORMED_JSON")
    refused(client.post(path, content=b" " * (MEBIBYTE + 1), headers=JSON), 413, "PAYLOAD_TOO_LARGE")

    assert client.get("/api/rooms/").headers["X-Total-Count"] == total
    assert "tutti_guest" not in client.cookies


def test_text_outside_of_ascii_comes_back_as_it_was(queue: Queue):
    for name, track_id in zip(("Zoë", "王", "🎻", "‮abc"), queue.tracks, strict=False):
        item = queue.add(track_id, added_by=name)
        assert queue.item(item["id"])["added_by"] == name


def test_a_lone_surrogate_is_no_text(queue: Queue):
    with Witness(queue) as witness:
        body = f'{{"track_id": {queue.tracks[0]}, "added_by": "\\ud800"}}'
        answer = queue.post(content=body, headers=JSON)

    assert answer.status_code == 400
    assert witness.types == []


@pytest.mark.parametrize(
    ("method", "path", "field"), [("POST", "{}/vote/", "direction"), ("PATCH", "{}/", "is_playing")]
)
def test_nor_is_it_a_choice(queue: Queue, method: str, path: str, field: str):
    """The message that refuses it repeats it."""
    (a,) = queue.fill(1)
    body = f'{{"{field}": "\\ud800"}}'

    answer = queue.http.request(method, queue.path + path.format(a), content=body, headers=JSON)

    assert refused(answer, 400, "VALIDATION_ERROR")[field]
