"""A forwarded address counts only as far as our own proxies wrote it; strangers are known by it."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.identity import network_key, scope_headers, visit_of_scope
from core.network import UNKNOWN_ADDRESS, client_ip, network_of

PEER = "192.0.2.9"
ipv4 = st.ip_addresses(v=4).map(str)


@pytest.fixture
def behind_a_proxy(settings) -> None:
    settings.TRUSTED_PROXIES = 1


@pytest.mark.parametrize(
    ("proxies", "forwarded_for", "expected"),
    [
        *((proxies, [], PEER) for proxies in (0, 1, 2)),
        (0, ["203.0.113.5"], PEER),
        *((proxies, ["203.0.113.5"], "203.0.113.5") for proxies in (1, 2)),
        (1, ["198.51.100.1, 203.0.113.5"], "203.0.113.5"),
        (1, ["198.51.100.1", "203.0.113.5"], "203.0.113.5"),
        (2, ["203.0.113.5, 192.0.2.8"], "203.0.113.5"),
        (2, ["198.51.100.1, 203.0.113.5,192.0.2.8"], "203.0.113.5"),
    ],
)
def test_with_n_proxies_the_nth_address_from_the_right_is_used(settings, proxies, forwarded_for, expected):
    settings.TRUSTED_PROXIES = proxies
    assert client_ip(peer=PEER, forwarded_for=forwarded_for) == expected


@given(st.lists(ipv4, max_size=5), ipv4)
def test_forged_addresses_further_left_have_no_effect(behind_a_proxy, made_up, true_address):
    forwarded = ", ".join([*made_up, true_address])
    assert client_ip(peer=PEER, forwarded_for=[forwarded]) == true_address


@given(st.ip_addresses(), st.none() | st.integers(0, 65535))
def test_ports_and_brackets_are_ignored(behind_a_proxy, address, port: int | None):
    bracketed = str(address) if address.version == 4 else f"[{address}]"
    written = bracketed if port is None else f"{bracketed}:{port}"
    without = client_ip(peer=PEER, forwarded_for=[str(address)])
    assert without != UNKNOWN_ADDRESS
    assert client_ip(peer=PEER, forwarded_for=[f"198.51.100.1:1, {written}"]) == without


@given(st.text(max_size=60))
def test_any_header_gives_an_address_or_unknown_and_without_proxies_is_ignored(settings, text: str):
    settings.TRUSTED_PROXIES = 0
    assert client_ip(peer=PEER, forwarded_for=[text]) == PEER
    settings.TRUSTED_PROXIES = 1
    client_address = client_ip(peer=PEER, forwarded_for=[text])
    assert client_address == UNKNOWN_ADDRESS or str(ip_address(client_address)) == client_address


@pytest.mark.parametrize(
    "forged",
    [
        *("", "unknown", "evil", "1.2.3", "1.2.3.4.5", "<script>", " ", "1.2.3.4:", "1.2.3.4:x"),
        *("[]:1", "[::1", "::1]:1", "[evil]:1", "_hidden:80"),
    ],
)
def test_invalid_addresses_are_unknown(behind_a_proxy, forged: str):
    assert client_ip(peer=PEER, forwarded_for=[forged]) == UNKNOWN_ADDRESS


@given(st.ip_addresses())
def test_a_network_is_an_ipv4_address_or_64_bits_of_ipv6(address):
    network = network_of(str(address))
    if address.version == 4:
        assert network == str(address) == client_ip(peer=f"::ffff:{address}", forwarded_for=[])
        return
    assert network.endswith("/64")
    assert int(address) >> 64 == int(type(address)(network.removesuffix("/64"))) >> 64


def test_addresses_are_normalised_and_other_text_is_used_unchanged():
    assert client_ip(peer="2001:DB8:0:0::0001", forwarded_for=[]) == "2001:db8::1"
    assert network_of("2001:db8:1:2::1") == network_of("2001:db8:1:2:ffff::9") == "2001:db8:1:2::/64"
    assert client_ip(peer=None, forwarded_for=[]) == UNKNOWN_ADDRESS == network_of(UNKNOWN_ADDRESS)


# --- Who is calling ----------------------------------------------------------------------------------


def test_a_network_key_reveals_no_address_and_is_unique(settings):
    key = network_key("192.0.2.1", "curl")
    assert key.startswith("net:")
    assert "192.0.2.1" not in key
    assert len(key) <= 64
    assert key != network_key("192.0.2.1\ncur", "l")
    settings.SECRET_KEY = "another"
    assert key != network_key("192.0.2.1", "curl")


def scope(*headers: tuple[str, str]) -> dict[str, object]:
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    return {"headers": raw, "client": (PEER, 5000)}


def test_address_and_cookies_are_read_from_an_asgi_scope(behind_a_proxy):
    forwarded = [("X-Forwarded-For", "198.51.100.1"), ("x-forwarded-for", "203.0.113.5")]
    visit = visit_of_scope(scope(*forwarded, ("Cookie", 'a=b; c="d e"')))
    assert (visit.address, visit.user_agent) == ("203.0.113.5", "")
    assert visit.cookies == {"a": "b", "c": "d e"}
    assert scope_headers(scope(*forwarded)) == {"x-forwarded-for": "198.51.100.1,203.0.113.5"}
