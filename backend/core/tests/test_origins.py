"""Only our own pages, allowed origins and programs write.

Which requests: tests/contract/api/test_write_origins.py.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.origins import is_origin_allowed

ALLOWED = "https://party.example"
hosts = st.from_regex(r"[a-z][a-z0-9]{0,8}(\.[a-z]{2,5})?", fullmatch=True)
ports = st.none() | st.integers(1, 65535)
DEFAULTS = {"http": 80, "https": 443}


@pytest.fixture(autouse=True)
def allowed_origin(settings) -> None:
    settings.CORS_ALLOWED_ORIGINS = [ALLOWED]


def is_allowed(origin: str, *, host: str = "tutti.local:4000") -> bool:
    return is_origin_allowed(origin=origin, fetch_site=None, host=host)


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
def test_ours_and_allowed_ones_count_and_no_other(origin: str, is_ours: bool):
    assert is_allowed(origin) is is_ours


@pytest.mark.parametrize(("https_only", "may_write"), [(False, True), (True, False)])
def test_where_all_is_https_a_page_over_http_is_another_origin(settings, https_only: bool, may_write: bool):
    settings.HTTPS_ONLY = https_only
    assert is_allowed("http://tutti.local", host="tutti.local") == may_write
    assert is_allowed("https://tutti.local", host="tutti.local")


def test_an_ipv6_host_is_compared_with_its_port():
    assert is_allowed("http://[::1]:4000", host="[::1]:4000")
    assert not is_allowed("http://[::1]:4001", host="[::1]:4000")
