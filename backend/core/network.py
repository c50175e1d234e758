"""IP addresses and URLs: of clients, and those by which others reach this server."""

import contextlib
import fcntl
import ipaddress
import re
import socket
import struct
import sys
from collections.abc import Sequence
from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings

# --- Clients -----------------------------------------------------------------------------------------


# A household or a host gets at least this much of IPv6, so it counts as one address.
IPV6_NETWORK_BITS = 64
UNKNOWN_ADDRESS = "unknown"
# Some proxies add the port, which differs for every connection: 192.0.2.1:5050, [2001:db8::1]:443.
WITH_PORT = re.compile(r"(?:\[([^\[\]]+)\]|([0-9.]+))(?::[0-9]{1,5})?")


def client_ip(*, peer: str | None, forwarded_for: Sequence[str]) -> str:
    """The caller's address; `X-Forwarded-For` counts only as far as our own proxies wrote it.

    Each trusted proxy appends the address that it saw, so with n proxies the n-th from the right is the
    caller's. Entries further left may have been made up by any client.
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
    with_port = WITH_PORT.fullmatch(address)
    try:
        parsed = ip_address(with_port[1] or with_port[2] if with_port else address)
    except ValueError:
        return UNKNOWN_ADDRESS
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(parsed)


# --- This server -------------------------------------------------------------------------------------


HTTP_PORT = 80


def set_public_urls(*, address: str, port: int) -> None:
    """Called once, when the server listens on this IP address (0.0.0.0 and :: are every one) and port."""
    is_everywhere = ip_address(address).is_unspecified
    settings.LOCAL_HOSTNAMES = local_hostnames()
    settings.PUBLIC_URLS = [
        f"http://{own}/" if port == HTTP_PORT else f"http://{own}:{port}/"
        for own in local_addresses()
        if own in settings.ALLOWED_HOSTS and (is_everywhere or own == address)
    ]


def public_urls(*, scheme: str, host: str) -> list[str]:
    """URLs for other devices, the most likely first; empty if only this machine has access.

    `host` is that of the request, and allowed. If it isn't one of this machine's own names, it is a public
    name or that of a proxy, so it works for other devices, too.
    """
    name = _without_port(host)
    if not (_is_loopback(name) or name in settings.LOCAL_HOSTNAMES):
        return [f"{scheme}://{host}/"]
    asked = f"{scheme}://{host}/"
    return sorted(settings.PUBLIC_URLS, key=lambda address: address != asked)


def _without_port(host: str) -> str:
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
    return name.strip("[]").rstrip(".").lower()


def _is_loopback(name: str) -> bool:
    try:
        address = ip_address(name)
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")
    return address.is_loopback or address.is_unspecified


# An address that is kept for documentation: asking which way leads there sends nothing.
UNREACHED_ADDRESS = ("192.0.2.1", 9)
# Linux's request for the IPv4 address of a network interface, and where its response holds it.
SIOCGIFADDR = 0x8915
ADDRESS_IN_RESPONSE = slice(20, 24)


def local_hostnames() -> list[str]:
    """Values that a browser of the local network may send as `Host`: addresses and host names."""
    name = socket.gethostname().lower()
    short = name.split(".")[0]
    return sorted({*local_addresses(), name, short, f"{short}.local"} - {""})


def local_addresses() -> list[str]:
    """The IPv4 addresses of this machine but the loopback ones, the likeliest first."""
    found = [*_outbound_address(), *_interface_addresses(), *_hostname_addresses()]
    return [address for address in dict.fromkeys(found) if not ipaddress.ip_address(address).is_loopback]


def _outbound_address() -> list[str]:
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(UNREACHED_ADDRESS)
        return [probe.getsockname()[0]]
    return []


def _interface_addresses() -> list[str]:
    if not sys.platform.startswith("linux"):
        return []
    return [address for _, name in socket.if_nameindex() for address in _addresses_of_one_interface(name)]


def _addresses_of_one_interface(name: str) -> list[str]:
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        response = fcntl.ioctl(probe, SIOCGIFADDR, struct.pack("256s", name.encode()))
        return [socket.inet_ntoa(response[ADDRESS_IN_RESPONSE])]
    return []


def _hostname_addresses() -> list[str]:
    with contextlib.suppress(OSError):
        return socket.gethostbyname_ex(socket.gethostname())[2]
    return []
