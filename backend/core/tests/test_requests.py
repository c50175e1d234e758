"""What every request passes: an id, a connection that it gives back, and limits wherever Tutti is mounted."""

import re
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connections
from django.http import HttpResponse
from django.test import Client, RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from core.connections import ConnectionMiddleware
from core.limits import NAMED_WRITES, REQUESTS_OF_CALLER
from core.models import KeptAnswer
from core.rate_limits import count_against
from core.request_context import (
    NOTHING_KNOWN,
    RequestContext,
    request_context,
    request_id_from,
    within_operation,
    within_request,
)

pytestmark = pytest.mark.django_db

BELOW: dict[str, Any] = {"SCRIPT_NAME": "/party"}


@pytest.fixture(autouse=True)
def two_a_minute(settings) -> None:
    settings.RATE_LIMIT_FACTOR = 2 / REQUESTS_OF_CALLER.max_calls


@pytest.mark.parametrize("mounted", [{}, BELOW], ids=["at the root", "below a path"])
def test_the_third_request_of_two_is_refused(mounted: dict[str, Any]):
    statuses = [Client().get("/api/rooms/", **mounted).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]


@pytest.mark.parametrize("path", ["/last-updated/pop/", "/admin/", "/admin/login/", "/nothing"])
def test_what_is_not_below_api_is_counted_too(path: str):
    assert [Client().get(path).status_code == 429 for _ in range(3)] == [False, False, True]


@pytest.mark.parametrize(
    ("path", "mounted", "first"), [("/admin/password_change/", {}, 302), ("/admin/login/", BELOW, 200)]
)
def test_a_password_is_guessed_at_no_form_of_the_admin_without_being_counted(path, mounted, first: int):
    assert [Client().post(path, **mounted).status_code for _ in range(2)] == [first, 429]


def test_named_writes_of_an_address_are_limited_since_each_is_stored(settings):
    settings.RATE_LIMIT_FACTOR = 0.01
    for _ in range(NAMED_WRITES.max_calls // 100):
        count_against(NAMED_WRITES, "127.0.0.1")
    stop = "/api/playlist/stop/"
    assert Client().post(stop, headers={"Idempotency-Key": "k"}).status_code == 429
    assert Client().post(stop).status_code == 200


def test_a_write_below_a_path_has_a_name_and_is_refused_from_another_origin():
    ask: dict[str, Any] = {"data": {"name": "Kitchen"}, "content_type": "application/json"}
    token = Client().post("/api/guests/", **ask, **BELOW).json()["token"]
    headers = {"Idempotency-Key": "k", "X-Guest-Token": token}
    for _ in range(2):
        answer = Client().post("/api/rooms/", **ask, headers=headers, **BELOW)
        assert answer.status_code == 201
    assert answer["Idempotency-Replayed"] == "true"
    assert KeptAnswer.objects.count() == 1
    answer = Client().post("/api/playlist/stop/", headers={"Origin": "https://evil.example"}, **BELOW)
    assert answer.status_code == 403


def test_preflights_are_not_counted_but_every_other_request_with_options_is():
    """As docs/protocol.md says."""
    asked = {"Origin": "http://localhost:3000", "Access-Control-Request-Method": "POST"}
    preflights = [Client().options("/api/rooms/", headers=asked).status_code for _ in range(5)]
    assert preflights == [200] * 5
    assert [Client().options("/api/rooms/").status_code for _ in range(3)][-1] == 429


# --- Its id ------------------------------------------------------------------------------------------


def test_a_request_is_known_within_and_not_after_and_an_operation_keeps_its_id():
    assert request_context() == NOTHING_KNOWN == RequestContext(request_id="-", op_id=None)
    with within_request(request_id="r-1"):
        with within_operation("op-1"):
            assert request_context() == RequestContext("r-1", "op-1")
        assert request_context() == RequestContext("r-1", None)
    with pytest.raises(ZeroDivisionError), within_request(request_id="r-1"):
        raise ZeroDivisionError
    assert request_context() == NOTHING_KNOWN


@given(st.none() | st.text())
def test_every_request_has_an_id_that_is_safe_in_a_log(given_id: str | None):
    assert re.fullmatch(r"[A-Za-z0-9._-]{1,64}", request_id_from(given_id))


# --- Its connection, and what stands before what -----------------------------------------------------


@pytest.mark.parametrize(
    ("vendor", "in_atomic_block", "times"),
    [("postgresql", False, 1), ("postgresql", True, 0), ("sqlite", False, 0)],
)
@pytest.mark.parametrize("fails", [False, True])
def test_a_connection_of_a_pool_is_given_back_whatever_becomes_of_the_request(
    monkeypatch, vendor: str, in_atomic_block: bool, times: int, fails: bool
):
    closed = []
    wrapper = connections["default"]
    monkeypatch.setattr(type(wrapper), "vendor", vendor)
    monkeypatch.setattr(wrapper, "in_atomic_block", in_atomic_block)
    monkeypatch.setattr(wrapper, "close", lambda: closed.append("closed"))
    ask = ConnectionMiddleware(lambda _request: HttpResponse(status=1 // 0 if fails else 204))
    if fails:
        with pytest.raises(ZeroDivisionError):
            ask(RequestFactory().get("/"))
    else:
        assert ask(RequestFactory().get("/")).status_code == 204
    assert len(closed) == times


# The id and headers for other origins are on refusals too. A body has a known length, and an origin may
# write, before the write is named or a session read.
IN_ORDER = [
    *("RequestContextMiddleware", "CorsMiddleware", "BodyMiddleware", "OriginMiddleware"),
    *("OperationMiddleware", "SessionMiddleware"),
]


def test_middleware_stands_in_order():
    names = [path.rpartition(".")[2] for path in django_settings.MIDDLEWARE]
    assert names[0] == "ConnectionMiddleware"
    assert [name for name in names if name in IN_ORDER] == IN_ORDER
    assert names.index("RequestContextMiddleware") < names.index("SecurityMiddleware")
