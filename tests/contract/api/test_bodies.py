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


def test_more_is_a_413_also_without_a_length_and_where_no_body_is_needed(queue: Queue):
    (a,) = queue.fill(1)
    too_long = [
        *(("", body_of(queue, length)) for length in (MEBIBYTE + 1, 3 * MEBIBYTE)),
        ("", in_pieces(body_of(queue, MEBIBYTE), b" ")),
        (f"{a}/play/", b" " * (MEBIBYTE + 1)),
    ]

    with Witness(queue) as witness:
        for path, content in too_long:
            refused(queue.post(path, content=content, headers=JSON), 413, "PAYLOAD_TOO_LARGE")

    assert witness.types == []


def test_a_body_without_a_length_is_read(queue: Queue):
    whole = body_of(queue, 100)

    answer = queue.post(content=in_pieces(whole[:10], whole[10:]), headers=JSON)

    assert (answer.status_code, answer.json().get("track_id")) == (201, queue.tracks[0])


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


def test_what_is_not_json_or_deeper_than_32_levels_is_a_400(queue: Queue):
    with Witness(queue) as witness:
        for body in NOT_JSON:
            refused(queue.post(content=body, headers=JSON), 400, "MALFORMED_JSON")

    assert witness.types == []


def test_32_levels_are_read(queue: Queue):
    refused(queue.post(content=nested(32), headers=JSON), 400, "VALIDATION_ERROR")

    within = f'{{"track_id": {queue.tracks[0]}, "more": {nested(31)}}}'
    assert queue.post(content=within, headers=JSON).status_code == 201


def test_json_that_is_no_object_is_a_validation_error(queue: Queue):
    with Witness(queue) as witness:
        for body in ("[]", '"track"', "5", "null", "true"):
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


@pytest.mark.both_sizes
def test_text_outside_of_ascii_comes_back_as_it_was(queue: Queue):
    for name, track_id in zip(("Zoë", "王", "🎻", "אבג"), queue.tracks, strict=False):
        item = queue.add(track_id, added_by=name)
        assert queue.item(item["id"])["added_by"] == name


def test_a_lone_surrogate_is_no_text_and_no_choice(queue: Queue):
    """The message that refuses a choice repeats it."""
    (a,) = queue.fill(1)
    writes = [
        ("POST", "", "added_by", f', "track_id": {queue.tracks[1]}'),
        ("POST", f"{a}/vote/", "direction", ""),
        ("PATCH", f"{a}/", "is_playing", ""),
    ]

    with Witness(queue) as witness:
        for method, path, field, more in writes:
            body = f'{{"{field}": "\\ud800"{more}}}'
            answer = queue.http.request(method, queue.path + path, content=body, headers=JSON)
            assert refused(answer, 400, "VALIDATION_ERROR")[field]

    assert witness.types == []
