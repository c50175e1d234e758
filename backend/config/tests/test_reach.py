import socket

import pytest

from config.reach import remember_reach, shared_addresses

EVERYWHERE = "0.0.0.0"  # noqa: S104 - a word here
OWN = ["192.0.2.7", "172.17.0.1"]


@pytest.fixture
def listening(settings, monkeypatch):
    """A server that listens so, by these names."""
    monkeypatch.setattr("config.reach.own_addresses", lambda: OWN)
    monkeypatch.setattr("config.reach.own_names", lambda: [*OWN, "laptop", "laptop.local"])

    def listen(address: str, *allowed: str, port: int = 4000) -> None:
        settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *allowed]
        remember_reach(address=address, port=port)

    return listen


@pytest.mark.parametrize(
    "host", ["localhost:4000", "127.0.0.1:4000", "[::1]:4000", "tutti.localhost", "laptop.local:4000"]
)
def test_whoever_asks_on_this_machine_is_told_the_networks_addresses(listening, host):
    listening(EVERYWHERE, *OWN, "laptop.local")

    assert shared_addresses(scheme="http", host=host) == ["http://192.0.2.7:4000/", "http://172.17.0.1:4000/"]


def test_the_address_that_was_asked_comes_first(listening):
    listening(EVERYWHERE, *OWN)

    assert shared_addresses(scheme="http", host="172.17.0.1:4000") == [
        "http://172.17.0.1:4000/",
        "http://192.0.2.7:4000/",
    ]


@pytest.mark.parametrize("host", ["localhost:4000", "127.0.0.1:4000", "laptop:4000"])
def test_a_server_for_this_machine_only_has_none(listening, host):
    listening("127.0.0.1")

    assert shared_addresses(scheme="http", host=host) == []


def test_an_address_that_is_no_allowed_host_is_none(listening):
    listening(EVERYWHERE, "172.17.0.1")

    assert shared_addresses(scheme="http", host="localhost") == ["http://172.17.0.1:4000/"]


def test_who_listens_on_one_address_is_reached_there_alone(listening):
    listening("172.17.0.1", *OWN)

    assert shared_addresses(scheme="http", host="localhost") == ["http://172.17.0.1:4000/"]


def test_http_s_own_port_is_not_named(listening):
    listening(EVERYWHERE, *OWN, port=80)

    assert shared_addresses(scheme="http", host="localhost") == ["http://192.0.2.7/", "http://172.17.0.1/"]


@pytest.mark.parametrize(
    ("scheme", "host"),
    [("https", "party.example"), ("http", "party.example:8080"), ("http", "10.9.8.7:4001")],
)
def test_behind_a_proxy_it_is_the_name_that_the_world_knows(listening, scheme, host):
    listening(EVERYWHERE)

    assert shared_addresses(scheme=scheme, host=host) == [f"{scheme}://{host}/"]


def test_it_listens_on_what_a_socket_says():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        remember_reach(address=listener.getsockname()[0], port=listener.getsockname()[1])
