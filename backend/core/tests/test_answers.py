"""Errors become answers of the one shape, whoever raised them."""

import pytest
from django.db import OperationalError, connection
from django.test import RequestFactory
from django.urls import path
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


def test_the_root_handler_of_bugs_knows_what_was_raised_and_needs_no_exception():
    request = RequestFactory().get("/")
    assert answers.answer_server_error(request).status_code == 500
    try:
        raise OperationalError("away")
    except OperationalError:
        answer = answers.answer_server_error(request)
    assert (answer.status_code, answer["Retry-After"]) == (503, "1")


@pytest.mark.django_db
def test_a_refusal_undoes_what_its_request_wrote(monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", True)
    assert connection.in_atomic_block
    try:
        answers.answer_exception(Conflict(), {})
        assert connection.needs_rollback
    finally:
        connection.set_rollback(False)
