"""The names and addresses by which the local network may reach this machine."""

import contextlib
import fcntl
import ipaddress
import socket
import struct
import sys

# An address that is kept for documentation: asking which way leads there sends nothing.
SOMEWHERE_ELSE = ("192.0.2.1", 9)
# Linux's request for the IPv4 address of a network interface, and where its answer holds it.
SIOCGIFADDR = 0x8915
ADDRESS_IN_ANSWER = slice(20, 24)


def own_names() -> list[str]:
    """What a browser of the local network may put into `Host`: addresses and host names."""
    name = socket.gethostname().lower()
    short = name.split(".")[0]
    return sorted({*own_addresses(), name, short, f"{short}.local"} - {""})


def own_addresses() -> list[str]:
    """The IPv4 addresses of this machine but the loopback ones, the likeliest first."""
    found = [*_address_of_the_way_out(), *_addresses_of_interfaces(), *_addresses_of_the_name()]
    return [address for address in dict.fromkeys(found) if not ipaddress.ip_address(address).is_loopback]


def _address_of_the_way_out() -> list[str]:
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(SOMEWHERE_ELSE)
        return [probe.getsockname()[0]]
    return []


def _addresses_of_interfaces() -> list[str]:
    if not sys.platform.startswith("linux"):
        return []
    return [address for _, name in socket.if_nameindex() for address in _addresses_of_interface(name)]


def _addresses_of_interface(name: str) -> list[str]:
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        answer = fcntl.ioctl(probe, SIOCGIFADDR, struct.pack("256s", name.encode()))
        return [socket.inet_ntoa(answer[ADDRESS_IN_ANSWER])]
    return []


def _addresses_of_the_name() -> list[str]:
    with contextlib.suppress(OSError):
        return socket.gethostbyname_ex(socket.gethostname())[2]
    return []
