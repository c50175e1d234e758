"""Which network address a caller has, and which of them count as one."""

import re
from collections.abc import Sequence
from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings

# A household or a host gets at least this much of IPv6, so it counts as one address.
IPV6_NETWORK_BITS = 64
UNKNOWN_ADDRESS = "unknown"
# Some proxies tell the port, too, which is another with every connection: 192.0.2.1:5050, [2001:db8::1]:443.
WITH_PORT = re.compile(r"(?:\[([^\[\]]+)\]|([0-9.]+))(?::[0-9]{1,5})?")


def client_address(*, peer: str | None, forwarded_for: Sequence[str]) -> str:
    """The caller's address; `X-Forwarded-For` counts only as far as our own proxies wrote it.

    Each trusted proxy appends the address that it saw, so with n proxies the n-th from the right is the
    caller's. What stands further left anybody may have made up.
    """
    seen = [entry.strip() for value in forwarded_for for entry in value.split(",")]
    chain = [*seen, peer or UNKNOWN_ADDRESS]
    return _plain(chain[max(0, len(chain) - 1 - settings.TRUSTED_PROXIES)])


def network_of(address: str) -> str:
    """What limits are counted by: the address, or the /64 network of an IPv6 address."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        return str(ip_network((parsed, IPV6_NETWORK_BITS), strict=False))
    return address


def _plain(address: str) -> str:
    told = WITH_PORT.fullmatch(address)
    try:
        parsed = ip_address(told[1] or told[2] if told else address)
    except ValueError:
        return UNKNOWN_ADDRESS
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(parsed)
