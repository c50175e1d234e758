import socket

import pytest

from config.local_network import own_addresses, own_names


def fail(*_: object) -> None:
    raise OSError("unreachable")


@pytest.fixture
def known_as(monkeypatch):
    """A machine without a way out, whose name stands for these addresses."""

    def know(*addresses: str) -> None:
        monkeypatch.setattr(socket.socket, "connect", fail)
        monkeypatch.setattr(socket, "if_nameindex", list)
        monkeypatch.setattr(socket, "gethostname", lambda: "Laptop.home")
        monkeypatch.setattr(socket, "gethostbyname_ex", lambda _: ("laptop", [], list(addresses)))

    return know


def test_own_addresses_are_each_once_those_that_others_can_use(known_as):
    known_as("127.0.1.1", "192.0.2.7", "172.17.0.1", "192.0.2.7")

    assert own_addresses() == ["192.0.2.7", "172.17.0.1"]
    assert own_names() == ["172.17.0.1", "192.0.2.7", "laptop", "laptop.home", "laptop.local"]


def test_no_network_is_no_error(known_as, monkeypatch):
    known_as()
    monkeypatch.setattr(socket, "gethostbyname_ex", fail)

    assert own_addresses() == []
