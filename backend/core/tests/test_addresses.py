"""A forwarded address counts only as far as our own proxies wrote it."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.addresses import UNKNOWN_ADDRESS, client_address, network_of

PEER = "192.0.2.9"


@pytest.mark.parametrize(
    ("proxies", "forwarded_for", "expected"),
    [
        (0, [], PEER),
        (0, ["203.0.113.5"], PEER),
        (1, [], PEER),
        (1, ["203.0.113.5"], "203.0.113.5"),
        (1, ["198.51.100.1, 203.0.113.5"], "203.0.113.5"),
        (1, ["198.51.100.1", "203.0.113.5"], "203.0.113.5"),
        (2, ["203.0.113.5, 192.0.2.8"], "203.0.113.5"),
        (2, ["198.51.100.1, 203.0.113.5,192.0.2.8"], "203.0.113.5"),
        (2, ["203.0.113.5"], "203.0.113.5"),
        (2, [], PEER),
    ],
)
def test_with_n_proxies_the_nth_from_the_right_counts(settings, proxies, forwarded_for, expected):
    settings.TRUSTED_PROXIES = proxies
    assert client_address(peer=PEER, forwarded_for=forwarded_for) == expected


ipv4 = st.ip_addresses(v=4).map(str)


@given(st.lists(ipv4, max_size=5), ipv4)
def test_what_somebody_made_up_further_left_never_matters(settings_with_proxy, made_up, true_address):
    forwarded = ", ".join([*made_up, true_address])
    assert client_address(peer=PEER, forwarded_for=[forwarded]) == true_address


@pytest.fixture
def settings_with_proxy(settings) -> None:
    settings.TRUSTED_PROXIES = 1


ports = st.integers(0, 65535)


@given(st.ip_addresses(), ports)
def test_a_port_that_a_proxy_tells_does_not_matter(settings_with_proxy, address, port: int):
    written = f"{address}:{port}" if address.version == 4 else f"[{address}]:{port}"
    without = client_address(peer=PEER, forwarded_for=[str(address)])
    assert without != UNKNOWN_ADDRESS
    assert client_address(peer=PEER, forwarded_for=[f"198.51.100.1:1, {written}"]) == without


@given(st.ip_addresses(v=6))
def test_brackets_around_an_ipv6_address_do_not_matter(settings_with_proxy, address):
    plain = client_address(peer=PEER, forwarded_for=[str(address)])
    assert client_address(peer=PEER, forwarded_for=[f"[{address}]"]) == plain


@given(st.text(max_size=60))
def test_without_proxies_no_header_matters(text: str):
    assert client_address(peer=PEER, forwarded_for=[text]) == PEER


@pytest.mark.parametrize(
    "forged",
    [
        *("", "unknown", "evil", "1.2.3", "1.2.3.4.5", "<script>", " ", "1.2.3.4:", "1.2.3.4:x"),
        *("[]:1", "[::1", "::1]:1", "[evil]:1", "_hidden:80"),
    ],
)
def test_what_is_no_address_is_nobodys(settings_with_proxy, forged: str):
    assert client_address(peer=PEER, forwarded_for=[forged]) == UNKNOWN_ADDRESS


@given(st.text(max_size=60))
def test_whatever_a_proxy_passes_on_is_an_address_or_unknown(settings_with_proxy, text: str):
    told = client_address(peer=PEER, forwarded_for=[text])
    assert told == UNKNOWN_ADDRESS or str(ip_address(told)) == told


def test_a_peer_without_an_address_is_unknown():
    assert client_address(peer=None, forwarded_for=[]) == UNKNOWN_ADDRESS


@given(ipv4)
def test_a_mapped_ipv4_address_is_the_ipv4_address(address: str):
    assert client_address(peer=f"::ffff:{address}", forwarded_for=[]) == address


@given(st.ip_addresses())
def test_an_ipv4_address_counts_alone_and_one_of_ipv6_by_its_first_64_bits(address):
    network = network_of(str(address))
    if address.version == 4:
        assert network == str(address)
        return
    assert network.endswith("/64")
    assert int(address) >> 64 == int(type(address)(network.removesuffix("/64"))) >> 64


def test_ipv6_has_one_spelling_and_what_is_no_address_counts_by_its_text():
    assert client_address(peer="2001:DB8:0:0::0001", forwarded_for=[]) == "2001:db8::1"
    assert network_of("2001:db8:1:2::1") == network_of("2001:db8:1:2:ffff::9") == "2001:db8:1:2::/64"
    assert network_of(UNKNOWN_ADDRESS) == UNKNOWN_ADDRESS
