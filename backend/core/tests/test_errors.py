"""Every refusal has its code, its status and the one shape."""

import logging
from typing import Any

import pytest
from django.core.exceptions import DisallowedHost, PermissionDenied, RequestDataTooBig, TooManyFieldsSent
from django.db import IntegrityError, InterfaceError, OperationalError
from django.http import Http404
from django.http.request import UnreadablePostError
from rest_framework import exceptions as drf

from core.errors import (
    ApiError,
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
from core.rendering import json_bytes


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
        (drf.NotAuthenticated(), NotAuthenticated),
        (drf.AuthenticationFailed(), NotAuthenticated),
        (drf.PermissionDenied(), NotPermitted),
        (drf.NotFound(), NotFound),
        (drf.MethodNotAllowed("PUT"), MethodNotAllowed),
        (drf.NotAcceptable(), NotAcceptable),
        (drf.UnsupportedMediaType("text/csv"), UnsupportedMediaType),
        (drf.Throttled(wait=12), RateLimited),
        (drf.ValidationError("no"), InvalidInput),
        (drf.APIException(), InternalError),
        (Http404(), NotFound),
        (PermissionDenied(), NotPermitted),
        (RequestDataTooBig(), PayloadTooLarge),
        (TooManyFieldsSent(), PayloadTooLarge),
        (DisallowedHost(), HostNotAllowed),
        (UnreadablePostError(), MalformedJson),
        (OperationalError(), Unavailable),
        (InterfaceError(), Unavailable),
        (IntegrityError(), InternalError),
        (ZeroDivisionError(), InternalError),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else value.__name__,
)
def test_whatever_is_raised_becomes_one_of_ours(raised: Exception, expected: type[ApiError]):
    assert type(as_api_error(raised)) is expected


@pytest.mark.parametrize(
    ("detail", "expected"),
    [
        ({"direction": ['"\ud800" is not a valid choice.']}, {"direction": ['"?" is not a valid choice.']}),
        ("Too long.", {"non_field_errors": ["Too long."]}),
        (["a", ["b", {"x": "c"}]], {"non_field_errors": ["a", "b", "c"]}),
        ({"name": "Too long."}, {"name": ["Too long."]}),
        ({"name": ["a", "b"], 3: {"x": ["c"], "y": "d"}}, {"name": ["a", "b"], "3": ["c", "d"]}),
    ],
)
def test_validation_messages_are_flat_lists_by_field(detail: Any, expected: dict[str, list[str]]):
    told = as_api_error(drf.ValidationError(detail))
    assert told.details == expected
    assert json_bytes(told.body())


@pytest.mark.parametrize("raised", [OperationalError("no route to 10.0.0.7"), InterfaceError("closed")])
def test_a_database_that_is_away_is_told_as_a_moment_to_wait(raised: Exception, caplog):
    error = as_api_error(raised)
    assert (error.status, error.headers()) == (503, {"Retry-After": "1"})
    assert str(raised) not in str(error.body())
    assert [(record.levelno, str(raised) in record.message) for record in caplog.records] == [
        (logging.ERROR, True)
    ]


@pytest.mark.parametrize("raised", [RuntimeError("the key is sesame"), drf.APIException("sesame")])
def test_what_nobody_foresaw_shows_nothing_but_the_request_id_and_is_logged(raised, caplog, request_7):
    error = as_api_error(raised)
    assert (error.status, error.code) == (500, "INTERNAL_ERROR")
    assert error.body()["error"]["details"] == {"request_id": request_7}
    assert "sesame" not in str(error.body())
    (record,) = caplog.records
    assert record.exc_info is not None
    assert record.exc_info[1] is raised


def test_what_a_rule_refused_is_not_logged(caplog):
    as_api_error(NotFound())
    as_api_error(Http404())
    as_api_error(drf.ValidationError("no"))
    assert caplog.records == []
