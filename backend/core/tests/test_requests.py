"""What every request passes: an id, its connection, its origin, and limits wherever Tutti is mounted."""

import re
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connections
from django.http import HttpResponse
from django.test import Client, RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from core.cache import LocalCache
from core.database import ConnectionMiddleware
from core.http_security import is_origin_allowed
from core.models import IdempotencyRecord
from core.rate_limits import IDEMPOTENT_WRITES, REQUESTS_OF_CALLER, check_rate_limit
from core.request_context import (
    NO_CONTEXT,
    RequestContext,
    request_context,
    request_id_from,
    within_operation,
    within_request,
)

pytestmark = pytest.mark.django_db

BELOW: dict[str, Any] = {"SCRIPT_NAME": "/party"}
ALLOWED = "https://party.example"


@pytest.fixture(autouse=True)
def two_a_minute_and_one_other_origin(settings) -> None:
    settings.CORS_ALLOWED_ORIGINS = [ALLOWED]
    settings.RATE_LIMIT_FACTOR = 2 / REQUESTS_OF_CALLER.max_calls


@pytest.mark.parametrize(
    "path", ["/last-updated/pop/", "/admin/", "/admin/login/", "/nothing", "/api/rooms/"]
)
@pytest.mark.parametrize("mounted", [{}, BELOW], ids=["at the root", "below a path"])
def test_requests_outside_of_api_are_counted(path: str, mounted: dict[str, Any]):
    assert [Client().get(path, **mounted).status_code == 429 for _ in range(3)] == [False, False, True]


@pytest.mark.parametrize(
    ("path", "mounted", "first"), [("/admin/password_change/", {}, 302), ("/admin/login/", BELOW, 200)]
)
def test_every_admin_form_with_a_password_counts_login_attempts(path, mounted, first: int):
    assert [Client().post(path, **mounted).status_code for _ in range(2)] == [first, 429]


def test_writes_with_a_key_are_limited_per_address(settings):
    settings.RATE_LIMIT_FACTOR = 0.01
    for _ in range(IDEMPOTENT_WRITES.max_calls // 100):
        check_rate_limit(IDEMPOTENT_WRITES, "127.0.0.1")
    stop = "/api/playlist/stop/"
    assert Client().post(stop, headers={"Idempotency-Key": "k"}).status_code == 429
    assert Client().post(stop).status_code == 200


def test_all_limits_of_a_write_with_a_key_are_checked_in_one_step(monkeypatch):
    steps: list[int] = []
    monkeypatch.setattr(LocalCache, "take_calls", lambda _, calls, **__: steps.append(len(calls)))
    stop = "/api/playlist/stop/"
    Client().post(stop, headers={"Idempotency-Key": "k"})
    Client().post(stop, headers={"Idempotency-Key": "not usable: ü"})
    Client().post(stop)
    assert steps == [3, 2, 2]


def test_writes_have_an_operation_name_and_are_rejected_from_other_origins():
    ask: dict[str, Any] = {"data": {"name": "Kitchen"}, "content_type": "application/json"}
    token = Client().post("/api/guests/", **ask, **BELOW).json()["token"]
    headers = {"Idempotency-Key": "k", "X-Guest-Token": token}
    for _ in range(2):
        response = Client().post("/api/rooms/", **ask, headers=headers, **BELOW)
        assert response.status_code == 201
    assert response["Idempotency-Replayed"] == "true"
    assert IdempotencyRecord.objects.count() == 1
    response = Client().post("/api/playlist/stop/", headers={"Origin": "https://evil.example"}, **BELOW)
    assert response.status_code == 403


def test_preflights_are_not_limited_and_other_options_requests_are():
    """As docs/protocol.md says."""
    asked = {"Origin": "http://localhost:3000", "Access-Control-Request-Method": "POST"}
    preflights = [Client().options("/api/rooms/", headers=asked).status_code for _ in range(5)]
    assert preflights == [200] * 5
    assert [Client().options("/api/rooms/").status_code for _ in range(3)][-1] == 429


# --- Its id ------------------------------------------------------------------------------------------


def test_the_request_context_exists_only_during_the_request():
    assert request_context() == NO_CONTEXT == RequestContext(request_id="-", op_id=None)
    with within_request(request_id="r-1"):
        with within_operation("op-1"):
            assert request_context() == RequestContext("r-1", "op-1")
        assert request_context() == RequestContext("r-1", None)
    with pytest.raises(ZeroDivisionError), within_request(request_id="r-1"):
        raise ZeroDivisionError
    assert request_context() == NO_CONTEXT


@given(st.none() | st.text())
def test_every_request_has_an_id_that_is_safe_in_a_log(given_id: str | None):
    assert re.fullmatch(r"[A-Za-z0-9._-]{1,64}", request_id_from(given_id))


# --- Its connection, and what stands before what -----------------------------------------------------


@pytest.mark.parametrize(
    ("vendor", "in_atomic_block", "times"),
    [("postgresql", False, 1), ("postgresql", True, 0), ("sqlite", False, 0)],
)
@pytest.mark.parametrize("fails", [False, True])
def test_a_pooled_connection_is_released_after_any_request(
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


# Error responses also have the id and the headers for other origins. A body has a known length, and an origin
# may write, before the write is named or a session read.
IN_ORDER = [
    *("RequestContextMiddleware", "CorsMiddleware", "BodyLimitMiddleware", "OriginMiddleware"),
    *("IdempotencyMiddleware", "SessionMiddleware"),
]


def test_middleware_is_in_order():
    names = [path.rpartition(".")[2] for path in django_settings.MIDDLEWARE]
    assert names[0] == "ConnectionMiddleware"
    assert [name for name in names if name in IN_ORDER] == IN_ORDER
    assert names.index("RequestContextMiddleware") < names.index("SecurityMiddleware")


# --- From where a browser may write (tests/contract/api/test_write_origins.py has the requests) -------

hosts = st.from_regex(r"[a-z][a-z0-9]{0,8}(\.[a-z]{2,5})?", fullmatch=True)
ports = st.none() | st.integers(1, 65535)
DEFAULTS = {"http": 80, "https": 443}


def is_allowed(origin: str, *, host: str = "tutti.local:4000") -> bool:
    return is_origin_allowed(origin=origin, fetch_site=None, host=host)


def address(host: str, port: int | None) -> str:
    return host if port is None else f"{host}:{port}"


@given(st.sampled_from(["http", "https"]), hosts, ports, hosts, ports)
def test_an_origin_is_ours_only_with_our_host_and_port(scheme, host, port, own_host, own_port):
    origin = f"{scheme}://{address(host, port)}"
    is_own = host == own_host and (port or DEFAULTS[scheme]) == (own_port or DEFAULTS[scheme])
    assert is_allowed(origin, host=address(own_host, own_port)) == (is_own or origin == ALLOWED)


@given(st.text(max_size=40))
def test_invalid_origins_are_not_ours(text: str):
    assert not is_allowed(text) or text.removeprefix("http://").removeprefix("https://").startswith(
        "tutti.local"
    )


@pytest.mark.parametrize(
    ("origin", "is_ours"),
    [
        *((origin, True) for origin in ("http://tutti.local:4000", "http://TUTTI.local:4000", ALLOWED)),
        *((origin, False) for origin in ("tutti.local:4000", "//tutti.local:4000", "http://[::1", "")),
        *((f"http://tutti.local{rest}", False) for rest in (":port", ":99999", ":4000@evil.example")),
        *((f"http://{host}:4000", False) for host in ("tutti.local.evil.example", "evil.tutti.local")),
        *((origin, False) for origin in ("ftp://tutti.local:4000", "http://party.example")),
        *((f"{ALLOWED}{rest}", False) for rest in (".evil.example", "/", ".")),
    ],
)
def test_only_our_own_and_configured_origins_are_allowed(origin: str, is_ours: bool):
    assert is_allowed(origin) is is_ours


@pytest.mark.parametrize(("https_only", "may_write"), [(False, True), (True, False)])
def test_with_https_only_an_http_page_has_another_origin(settings, https_only: bool, may_write: bool):
    settings.HTTPS_ONLY = https_only
    assert is_allowed("http://tutti.local", host="tutti.local") == may_write
    assert is_allowed("https://tutti.local", host="tutti.local")


def test_an_ipv6_host_is_compared_with_its_port():
    assert is_allowed("http://[::1]:4000", host="[::1]:4000")
    assert not is_allowed("http://[::1]:4001", host="[::1]:4000")
