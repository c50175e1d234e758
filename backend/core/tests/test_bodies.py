"""A body that says that it is too large is not read."""

import io
import json

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from core.bodies import BodyMiddleware

TOO_LARGE = 1024 * 1024 + 1


class Unread(io.BytesIO):
    def read(self, *_: object) -> bytes:
        raise AssertionError("It was looked at.")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "GET"])
def test_a_body_that_says_it_is_too_large_is_refused_unread_and_reading_has_none(method: str):
    request = RequestFactory().generic(method, "/api/rooms/")
    request.META |= {"wsgi.input": Unread(), "CONTENT_LENGTH": str(TOO_LARGE)}
    request._stream = request.META["wsgi.input"]
    answer = BodyMiddleware(lambda _request: HttpResponse(status=204))(request)
    assert isinstance(answer, HttpResponse)
    assert answer.status_code == (204 if method == "GET" else 413)
    if method != "GET":
        assert json.loads(answer.content)["error"]["code"] == "PAYLOAD_TOO_LARGE"
