"""Only our own pages, allowed origins and programs write."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from core.origins import OriginMiddleware, cors_headers, is_origin_allowed

ALLOWED = "https://party.example"
hosts = st.from_regex(r"[a-z][a-z0-9]{0,8}(\.[a-z]{2,5})?", fullmatch=True)
ports = st.none() | st.integers(1, 65535)
DEFAULTS = {"http": 80, "https": 443}


@pytest.fixture(autouse=True)
def allowed_origin(settings) -> None:
    settings.CORS_ALLOWED_ORIGINS = [ALLOWED]


def is_allowed(origin: str | None, *, host: str = "tutti.local:4000", fetch_site: str | None = None) -> bool:
    return is_origin_allowed(origin=origin, fetch_site=fetch_site, host=host)


def address(host: str, port: int | None) -> str:
    return host if port is None else f"{host}:{port}"


@given(st.sampled_from(["http", "https"]), hosts, ports, hosts, ports)
def test_an_origin_counts_only_when_its_host_and_port_are_ours(scheme, host, port, own_host, own_port):
    origin = f"{scheme}://{address(host, port)}"
    is_own = host == own_host and (port or DEFAULTS[scheme]) == (own_port or DEFAULTS[scheme])
    assert is_allowed(origin, host=address(own_host, own_port)) == (is_own or origin == ALLOWED)


@given(st.text(max_size=40))
def test_no_other_text_is_an_origin_of_ours(text: str):
    assert not is_allowed(text) or text.removeprefix("http://").removeprefix("https://").startswith(
        "tutti.local"
    )


@pytest.mark.parametrize(
    "origin",
    [
        "http://tutti.local:4000",
        "https://tutti.local:4000",
        "http://TUTTI.local:4000",
        ALLOWED,
    ],
)
def test_ours_and_allowed_ones_count(origin: str):
    assert is_allowed(origin)


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "",
        "tutti.local:4000",
        "//tutti.local:4000",
        "ftp://tutti.local:4000",
        "http://tutti.local",
        "http://tutti.local:4001",
        "http://tutti.local:port",
        "http://tutti.local:99999",
        "http://tutti.local.evil.example:4000",
        "http://evil.tutti.local:4000",
        "http://tutti.local:4000@evil.example",
        "http://[::1",
        "http://party.example",
        "https://party.example.evil.example",
        "https://party.example/",
        "https://PARTY.example.",
    ],
)
def test_every_other_origin_is_refused(origin: str):
    assert not is_allowed(origin)


@pytest.mark.parametrize(("https_only", "may_write"), [(False, True), (True, False)])
def test_where_all_is_https_a_page_over_http_is_another_origin(settings, https_only: bool, may_write: bool):
    settings.HTTPS_ONLY = https_only
    assert is_allowed("http://tutti.local", host="tutti.local") == may_write
    assert is_allowed("https://tutti.local", host="tutti.local")


def test_an_ipv6_host_is_compared_with_its_port():
    assert is_allowed("http://[::1]:4000", host="[::1]:4000")
    assert not is_allowed("http://[::1]:4001", host="[::1]:4000")


@pytest.mark.parametrize(
    ("fetch_site", "expected"),
    [
        (None, True),
        ("none", True),
        ("same-origin", True),
        ("same-site", False),
        ("cross-site", False),
        ("", False),
        ("Same-Origin", False),
    ],
)
def test_without_an_origin_the_browser_tells_where_it_comes_from(fetch_site: str | None, expected: bool):
    assert is_allowed(None, fetch_site=fetch_site) is expected


def test_an_origin_outranks_the_fetch_site():
    assert is_allowed(ALLOWED, fetch_site="cross-site")
    assert not is_allowed("null", fetch_site="same-origin")


# --- The middleware ----------------------------------------------------------------------------------


def passed(request: HttpRequest) -> int:
    return OriginMiddleware(lambda _request: HttpResponse(status=204))(request).status_code


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_write_from_another_page_is_refused_even_without_a_body(method: str):
    request = RequestFactory().generic(
        method, "/api/playlist/stop/", headers={"Origin": "https://evil.example"}
    )
    assert passed(request) == 403


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_reading_is_free(method: str):
    request = RequestFactory().generic(method, "/api/playlist/", headers={"Origin": "https://evil.example"})
    assert passed(request) == 204


def test_the_admin_has_its_own_token():
    request = RequestFactory().post("/admin/login/", headers={"Origin": "https://evil.example"})
    assert passed(request) == 204


def test_a_write_from_our_page_or_a_program_passes():
    own = RequestFactory().post("/api/rooms/", headers={"Origin": "http://testserver"})
    assert passed(own) == 204
    assert passed(RequestFactory().post("/api/rooms/")) == 204


# --- What another origin's page may read -------------------------------------------------------------


def test_only_an_allowed_origin_may_read_answers_outside_django(settings):
    headers = cors_headers(ALLOWED)
    assert headers["access-control-allow-origin"] == ALLOWED
    assert headers["access-control-allow-credentials"] == "true"
    assert headers["access-control-expose-headers"].split(", ") == settings.CORS_EXPOSE_HEADERS


@pytest.mark.parametrize("origin", [None, "null", "https://evil.example"])
def test_every_other_origin_is_told_nothing_but_that_it_matters(origin: str | None):
    assert cors_headers(origin) == {"vary": "origin"}
