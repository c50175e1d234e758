"""Who makes room for a new connection, and who never does."""

from types import SimpleNamespace

import pytest

from config.open_connections import TOLD_TOGETHER, OpenConnections

ADA, BO = "192.0.2.1", "192.0.2.2"


class Channel:
    """Of somebody at an address; it notes when it is hung up on."""

    def __init__(self, address: str = ADA) -> None:
        self.transport = self
        self.is_cut = False
        self._peer = SimpleNamespace(host=address)

    def getPeer(self) -> SimpleNamespace:  # noqa: N802 - Twisted's name
        return self._peer

    def hang_up(self) -> None:
        self.is_cut = True


@pytest.fixture(autouse=True)
def three_at_most(settings) -> None:
    settings.MAX_CONNECTIONS = 3


def opened(connections: OpenConnections, *addresses: str) -> list[Channel]:
    channels = [Channel(address) for address in addresses]
    for channel in channels:
        assert connections.has_a_place()
        assert connections.opened(channel)
    return channels


def cut(channels: list[Channel]) -> list[bool]:
    return [channel.is_cut for channel in channels]


def test_the_one_that_waits_longest_makes_room():
    connections = OpenConnections()
    channels = opened(connections, ADA, ADA, ADA)
    connections.works(channels[0])
    connections.waits(channels[0])
    opened(connections, ADA)
    assert cut(channels) == [False, True, False]
    assert len(connections) == 3


@pytest.mark.parametrize(
    "most", [(ADA, ADA), ("2001:db8::1", "2001:db8::2")], ids=["one", "one network of IPv6"]
)
def test_the_address_that_has_most_waiting_makes_room(most: tuple[str, str]):
    connections = OpenConnections()
    channels = opened(connections, BO, *most)
    opened(connections, BO)
    assert cut(channels) == [False, True, False]


def test_who_is_being_answered_is_not_hung_up_on_and_others_are_told():
    connections = OpenConnections()
    channels = opened(connections, ADA, ADA, BO)
    for channel in channels:
        connections.works(channel)
    for _ in range(TOLD_TOGETHER):
        assert connections.has_a_place()
        assert not connections.opened(Channel())
    assert not connections.has_a_place()
    assert cut(channels) == [False] * 3


def test_who_has_gone_leaves_a_place():
    connections = OpenConnections()
    channels = opened(connections, ADA, ADA, ADA)
    connections.works(channels[1])
    connections.closed(channels[1].transport)
    opened(connections, BO)
    assert (cut(channels), len(connections)) == ([False] * 3, 3)
