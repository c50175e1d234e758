import ipaddress
import socket

from config.local_network import own_addresses, own_names


def test_own_addresses_are_addresses_that_others_can_use():
    for address in own_addresses():
        assert not ipaddress.ip_address(address).is_loopback


def test_own_names_hold_the_addresses_and_the_host_name():
    short = socket.gethostname().lower().split(".")[0]

    assert {*own_addresses(), short, f"{short}.local"} <= set(own_names())


def test_no_network_is_no_error(monkeypatch):
    monkeypatch.setattr(socket.socket, "connect", lambda *_: (_ for _ in ()).throw(OSError("unreachable")))
    monkeypatch.setattr(socket, "if_nameindex", list)
    monkeypatch.setattr(socket, "gethostbyname_ex", lambda _: (_ for _ in ()).throw(OSError("unknown")))

    assert own_addresses() == []
