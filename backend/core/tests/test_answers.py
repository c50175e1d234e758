"""Errors become answers of the one shape, whoever raised them."""

import json
from typing import Any

import pytest
from django.core.exceptions import DisallowedHost, PermissionDenied, SuspiciousOperation
from django.db import OperationalError, connection
from django.http import Http404
from django.test import RequestFactory
from django.urls import path
from rest_framework import exceptions as drf
from rest_framework.views import APIView

from core import answers
from core.errors import Conflict

RAISED: dict[str, Exception] = {
    "conflict": Conflict("Taken.", details={"slug": "party"}),
    "bug": RuntimeError("the key is sesame"),
    "database": OperationalError("away"),
}


class Raising(APIView):
    def get(self, request, name: str):
        raise RAISED[name]


def raising(request, name: str):
    raise RAISED[name]


urlpatterns = [
    path("api/rest/<name>/", Raising.as_view()),
    path("api/plain/<name>/", raising),
]
handler400 = "core.answers.answer_bad_request"
handler403 = "core.answers.answer_permission_denied"
handler404 = "core.answers.answer_not_found"
handler500 = "core.answers.answer_server_error"


@pytest.fixture(autouse=True)
def own_addresses(settings, client) -> None:
    settings.ROOT_URLCONF = __name__
    client.raise_request_exception = False


@pytest.mark.parametrize("way", ["rest", "plain"])
@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("conflict", 409, "CONFLICT"),
        ("bug", 500, "INTERNAL_ERROR"),
        ("database", 503, "UNAVAILABLE"),
    ],
)
@pytest.mark.django_db
def test_an_exception_of_a_view_is_answered_in_the_one_shape(client, way, name, status: int, code: str):
    answer = client.get(f"/api/{way}/{name}/")
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert answer["Content-Type"] == "application/json"
    assert answer.get("Retry-After") == ("1" if status == 503 else None)


@pytest.mark.django_db
def test_a_bug_is_found_in_the_log_by_the_id_that_the_answer_names(client, caplog):
    answer = client.get("/api/rest/bug/", headers={"X-Request-ID": "party-1"})
    assert answer["X-Request-ID"] == "party-1"
    assert answer.json()["error"]["details"] == {"request_id": "party-1"}
    assert "sesame" not in answer.content.decode()
    assert "sesame" in caplog.text


def test_an_unknown_address_shows_no_patterns(client):
    answer = client.get("/api/nothing/")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "NOT_FOUND")
    assert "rest" not in answer.content.decode()


def test_an_unknown_host_is_a_400_of_its_own(client):
    answer = client.post("/api/plain/conflict/", headers={"Host": "evil.example"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "HOST_NOT_ALLOWED")


@pytest.mark.parametrize(
    ("handler", "exception", "status", "code"),
    [
        (answers.answer_bad_request, DisallowedHost("x"), 400, "HOST_NOT_ALLOWED"),
        (answers.answer_bad_request, SuspiciousOperation("x"), 400, "VALIDATION_ERROR"),
        (answers.answer_permission_denied, PermissionDenied(), 403, "PERMISSION_DENIED"),
        (answers.answer_not_found, Http404("secret"), 404, "NOT_FOUND"),
    ],
)
def test_root_handlers_answer_in_the_one_shape(handler, exception, status: int, code: str):
    answer = handler(RequestFactory().get("/"), exception)
    error = json.loads(answer.content)["error"]
    assert (answer.status_code, error["code"]) == (status, code)
    assert "secret" not in str(error)


def test_the_root_handler_of_bugs_needs_no_exception():
    answer = answers.answer_server_error(RequestFactory().get("/"))
    assert answer.status_code == 500


def test_the_root_handler_of_bugs_knows_what_was_raised():
    try:
        raise OperationalError("away")
    except OperationalError:
        answer = answers.answer_server_error(RequestFactory().get("/"))
    assert (answer.status_code, answer["Retry-After"]) == (503, "1")


def test_a_missing_login_says_how_to_log_in():
    exception: Any = drf.NotAuthenticated()
    exception.auth_header = "Session"
    answer = answers.answer_exception(exception, {})
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Session")


@pytest.mark.django_db
def test_a_refusal_undoes_what_its_request_wrote(monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", True)
    assert connection.in_atomic_block
    try:
        answers.answer_exception(Conflict(), {})
        assert connection.needs_rollback
    finally:
        connection.set_rollback(False)
