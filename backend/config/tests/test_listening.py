import socket

import pytest

from config.listening import CannotListenError, bound_socket, reachable_host


def port_of(listener: socket.socket) -> int:
    port: int = listener.getsockname()[1]
    return port


def test_port_0_takes_a_free_one():
    with bound_socket("127.0.0.1", 0) as listener:
        assert port_of(listener) > 0


def test_whoever_comes_early_waits():
    with bound_socket("127.0.0.1", 0) as listener:
        socket.create_connection(listener.getsockname(), timeout=5).close()


def test_a_taken_port_is_told_with_the_way_out():
    with bound_socket("127.0.0.1", 0) as other:
        other.settimeout(0)
        port = port_of(other)

        with pytest.raises(CannotListenError, match=f"another program listens on port {port}") as caught:
            bound_socket("127.0.0.1", port).__enter__()

    assert f"PORT={port + 1} ./start-daphne.sh" in str(caught.value)


def test_the_port_is_free_again_afterwards():
    with bound_socket("127.0.0.1", 0) as listener:
        port = port_of(listener)

    with bound_socket("127.0.0.1", port) as again:
        assert port_of(again) == port


@pytest.mark.parametrize("host", ["no.such.host.invalid", "192.0.2.1"])
def test_a_host_that_is_not_ours_is_told(host):
    with pytest.raises(CannotListenError, match=f"HOST={host}"):
        bound_socket(host, 0).__enter__()


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("0.0.0.0", "127.0.0.1"),  # noqa: S104 - a word here
        ("::", "[::1]"),
        ("[::1]", "[::1]"),
        ("party.local", "party.local"),
    ],
)
def test_how_this_machine_reaches_it(host, expected):
    assert reachable_host(host) == expected
