"""Errors become answers of the one shape, with their code and status, from any source."""

import logging
from typing import Any

import pytest
from django.core.exceptions import DisallowedHost, PermissionDenied, RequestDataTooBig, TooManyFieldsSent
from django.db import IntegrityError, InterfaceError, OperationalError, ProgrammingError
from django.http import Http404
from django.http.request import UnreadablePostError
from django.test import RequestFactory
from django.urls import path
from rest_framework import exceptions as drf
from rest_framework.views import APIView

from core.error_responses import handle_server_error
from core.errors import (
    ApiError,
    Conflict,
    HostNotAllowed,
    InternalError,
    InvalidInput,
    MalformedJson,
    MethodNotAllowed,
    NotAcceptable,
    NotAuthenticated,
    NotFound,
    NotPermitted,
    PayloadTooLarge,
    RateLimited,
    Unavailable,
    UnsupportedMediaType,
    as_api_error,
)
from core.json_codec import json_bytes


@pytest.mark.parametrize(
    ("seconds", "header"), [(None, None), (0.0, "1"), (0.2, "1"), (1.0, "1"), (1.2, "2"), (59.999, "60")]
)
def test_retry_after_is_whole_seconds_and_never_too_early(seconds: float | None, header: str | None):
    headers = RateLimited(retry_after_seconds=seconds).headers()
    assert headers == ({} if header is None else {"Retry-After": header})


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (drf.ParseError(), MalformedJson),
        *((kind(), NotAuthenticated) for kind in (drf.NotAuthenticated, drf.AuthenticationFailed)),
        *((kind(), NotPermitted) for kind in (drf.PermissionDenied, PermissionDenied)),
        *((kind(), NotFound) for kind in (drf.NotFound, Http404)),
        (drf.MethodNotAllowed("PUT"), MethodNotAllowed),
        (drf.NotAcceptable(), NotAcceptable),
        (drf.UnsupportedMediaType("text/csv"), UnsupportedMediaType),
        (drf.Throttled(wait=12), RateLimited),
        (drf.ValidationError("no"), InvalidInput),
        *((kind(), PayloadTooLarge) for kind in (RequestDataTooBig, TooManyFieldsSent)),
        (DisallowedHost(), HostNotAllowed),
        (UnreadablePostError(), MalformedJson),
        *((kind(), Unavailable) for kind in (OperationalError, InterfaceError)),
        *((kind(), InternalError) for kind in (drf.APIException, IntegrityError, ZeroDivisionError)),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else value.__name__,
)
def test_every_exception_becomes_an_api_error_and_only_bugs_are_logged(
    raised: Exception, expected: type[ApiError], caplog
):
    assert type(as_api_error(raised)) is expected
    assert bool(caplog.records) == (expected in {InternalError, Unavailable})


@pytest.mark.parametrize(
    ("detail", "expected"),
    [
        ({"direction": ['"\ud800" is not a valid choice.']}, {"direction": ['"?" is not a valid choice.']}),
        (["a", ["b", {"x": "c"}]], {"non_field_errors": ["a", "b", "c"]}),
        ({"name": ["a", "b"], 3: {"x": ["c"], "y": "d"}}, {"name": ["a", "b"], "3": ["c", "d"]}),
    ],
)
def test_validation_messages_are_flat_lists_by_field(detail: Any, expected: dict[str, list[str]]):
    error = as_api_error(drf.ValidationError(detail))
    assert error.details == expected
    assert json_bytes(error.body())


# --- As responses --------------------------------------------------------------------------------------

RAISED: dict[str, Exception] = {
    "conflict": Conflict("Taken.", details={"slug": "party"}),
    "bug": RuntimeError("the key is sesame"),
    "database": OperationalError("no route to sesame"),
    **{
        f"unprepared {number}": kind(text)
        for number, (kind, text) in enumerate(
            [
                (OperationalError, "no such table: playlist_room"),
                (OperationalError, "no such column: playlist_room.name"),
                (ProgrammingError, 'relation "playlist_room" does not exist'),
                (ProgrammingError, "column playlist_room.name does not exist"),
            ]
        )
    },
}


class Raising(APIView):
    def get(self, request, name: str):
        raise RAISED[name]


def raising(request, name: str):
    raise RAISED[name]


urlpatterns = [path("api/rest/<name>/", Raising.as_view()), path("api/plain/<name>/", raising)]
handler500 = "core.error_responses.handle_server_error"


@pytest.mark.parametrize("way", ["rest", "plain"])
@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("conflict", 409, "CONFLICT"),
        ("bug", 500, "INTERNAL_ERROR"),
        *((name, 503, "UNAVAILABLE") for name in RAISED if name not in {"conflict", "bug"}),
    ],
)
@pytest.mark.django_db
def test_exceptions_of_views_have_the_error_shape_and_details_only_in_the_log(
    client, settings, caplog, way: str, name: str, status: int, code: str
):
    settings.ROOT_URLCONF = __name__
    client.raise_request_exception = False
    response = client.get(f"/api/{way}/{name}/", headers={"X-Request-ID": "party-1"})
    error = response.json()["error"]
    assert (response.status_code, error["code"], response["X-Request-ID"]) == (status, code, "party-1")
    assert response["Content-Type"] == "application/json"
    assert response.get("Retry-After") == ("1" if status == 503 else None)
    assert ("manage.py migrate" in error["message"]) == name.startswith("unprepared")
    if status >= 500:
        assert str(RAISED[name]) not in response.content.decode()
        assert logging.ERROR in {record.levelno for record in caplog.records}
        assert str(RAISED[name]) in caplog.text
    if status == 500:
        assert error["details"] == {"request_id": "party-1"}


def test_the_root_handler_of_bugs_needs_no_exception():
    assert handle_server_error(RequestFactory().get("/")).status_code == 500
