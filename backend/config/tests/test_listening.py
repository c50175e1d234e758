import socket

import pytest

from config.listening import CannotListenError, bound_socket, reachable_host


def test_a_port_is_taken_from_the_first_moment_and_free_again_afterwards():
    with bound_socket("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
        assert port > 0
        socket.create_connection(listener.getsockname(), timeout=5).close()  # whoever comes early waits
        listener.settimeout(0)

        with pytest.raises(CannotListenError, match=f"another program listens on port {port}") as caught:
            bound_socket("127.0.0.1", port).__enter__()
        assert f"PORT={port + 1} ./start-daphne.sh" in str(caught.value)

    with bound_socket("127.0.0.1", port) as again:
        assert again.getsockname()[1] == port


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
