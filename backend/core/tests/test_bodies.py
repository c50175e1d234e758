"""A write's body is of known length, and never more than is allowed."""

import io
import json
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from core.bodies import BodyMiddleware

MIB = 1024 * 1024


def passed(request: HttpRequest) -> tuple[int, bytes]:
    """The answer's status, and the body that a view would read."""
    seen = [b""]

    def view(inner: HttpRequest) -> HttpResponse:
        seen[0] = inner.body
        return HttpResponse(status=204)

    return BodyMiddleware(view)(request).status_code, seen[0]


def sent(body: bytes, *, length: str | None, method: str = "POST") -> HttpRequest:
    request = RequestFactory().generic(method, "/api/rooms/")
    request.META["wsgi.input"] = request._stream = io.BytesIO(body)
    if length is None:
        request.META.pop("CONTENT_LENGTH", None)
    else:
        request.META["CONTENT_LENGTH"] = length
    return request


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_body_that_says_it_is_too_large_is_refused_unread(method: str):
    request = sent(b"", length=str(MIB + 1), method=method)
    answer: Any = BodyMiddleware(lambda _request: HttpResponse(status=204))(request)
    assert answer.status_code == 413
    assert json.loads(answer.content)["error"]["code"] == "PAYLOAD_TOO_LARGE"


def test_a_body_as_large_as_may_be_passes():
    assert passed(RequestFactory().post("/api/rooms/", b"a" * MIB, content_type="text/plain"))[0] == 204


def test_a_body_in_chunks_is_read_whole_and_gets_a_length():
    request = sent(b'{"name": "Party"}', length=None)
    assert passed(request) == (204, b'{"name": "Party"}')
    assert request.META["CONTENT_LENGTH"] == "17"


@pytest.mark.parametrize(("size", "status"), [(MIB, 204), (MIB + 1, 413), (3 * MIB, 413)])
def test_a_body_in_chunks_has_the_same_limit(size: int, status: int):
    stream = io.BytesIO(b"a" * size)
    request = sent(b"", length=None)
    request._stream = stream
    assert passed(request)[0] == status
    assert stream.tell() <= MIB + 1


def test_a_write_without_a_body_passes():
    assert passed(sent(b"", length=None)) == (204, b"")


@pytest.mark.parametrize("length", ["", "x", "-5", "1.5", "٣"])
def test_a_length_that_makes_no_sense_is_none(length: str):
    request = sent(b"", length=length)
    answer = BodyMiddleware(lambda _request: HttpResponse(status=204))(request)
    assert answer.status_code == 204


def test_reading_has_no_body_to_be_looked_at():
    assert (
        BodyMiddleware(lambda _request: HttpResponse(status=204))(
            sent(b"", length=str(5 * MIB), method="GET")
        ).status_code
        == 204
    )
