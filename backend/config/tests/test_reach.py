import pytest

from config.reach import remember_reach, shared_addresses

EVERYWHERE = "0.0.0.0"  # noqa: S104 - a word here
OWN = ["192.0.2.7", "172.17.0.1"]
BOTH = ["http://192.0.2.7:4000/", "http://172.17.0.1:4000/"]


@pytest.fixture
def listening(settings, monkeypatch):
    """A server that listens so, by these names."""
    monkeypatch.setattr("config.reach.own_addresses", lambda: OWN)
    monkeypatch.setattr("config.reach.own_names", lambda: [*OWN, "laptop", "laptop.local"])

    def listen(address: str, *allowed: str, port: int) -> None:
        settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *allowed]
        remember_reach(address=address, port=port)

    return listen


@pytest.mark.parametrize(
    ("address", "allowed", "host", "expected"),
    [
        *((EVERYWHERE, OWN, host, BOTH) for host in ("localhost:4000", "127.0.0.1:4000", "[::1]:4000")),
        *((EVERYWHERE, OWN, host, BOTH) for host in ("tutti.localhost", "laptop.local:4000")),
        (EVERYWHERE, OWN, "172.17.0.1:4000", [*reversed(BOTH)]),
        *(("127.0.0.1", [], host, []) for host in ("localhost:4000", "127.0.0.1:4000", "laptop:4000")),
        (EVERYWHERE, OWN[1:], "localhost", BOTH[1:]),
        ("172.17.0.1", OWN, "localhost", BOTH[1:]),
    ],
)
def test_the_networks_addresses_the_one_that_was_asked_first(
    listening, address: str, allowed: list[str], host: str, expected: list[str]
):
    listening(address, *allowed, port=4000)

    assert shared_addresses(scheme="http", host=host) == expected


def test_http_s_own_port_is_not_named(listening):
    listening(EVERYWHERE, *OWN, port=80)

    assert shared_addresses(scheme="http", host="localhost") == ["http://192.0.2.7/", "http://172.17.0.1/"]


@pytest.mark.parametrize(
    ("scheme", "host"),
    [("https", "party.example"), ("http", "party.example:8080"), ("http", "10.9.8.7:4001")],
)
def test_behind_a_proxy_it_is_the_name_that_the_world_knows(listening, scheme, host):
    listening(EVERYWHERE, port=4000)

    assert shared_addresses(scheme=scheme, host=host) == [f"{scheme}://{host}/"]
