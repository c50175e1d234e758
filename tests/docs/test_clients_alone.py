"""The clients in docs/protocol.md do what the page says where a server does what ours hardly ever does."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.docs.clients import LANGUAGES, Client, client_command
from tests.docs.scripted_server import EPOCH, ScriptedServer

CLIENTS = pytest.mark.parametrize("language", LANGUAGES)
SHORTEST, LONGEST = 0, 1


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as started:
        yield started


@contextmanager
def following(server: ScriptedServer, language: str, folder: Path, chance: float) -> Iterator[Client]:
    client = Client(client_command(language, folder, chance), server.url)
    try:
        yield client
    finally:
        client.end()


@CLIENTS
def test_client_that_sees_a_gap_asks_for_a_snapshot_and_one_that_asks_too_much_waits_a_minute(
    server: ScriptedServer, language: str, tmp_path: Path
) -> None:
    with following(server, language, tmp_path, SHORTEST) as client:
        line = server.next_line()
        line.greet(5)
        line.wait_for_snapshot_wish()
        line.snapshot(5, votes=0)
        line.vote(6, votes=1)
        assert client.state_at(6)[0]["votes"] == 1

        line.vote(8, votes=3)
        line.wait_for_snapshot_wish()
        line.snapshot(8, votes=3)
        assert client.state_at(8)[0]["votes"] == 3

        line.vote(8, votes=0)  # once more the same: nothing to do
        line.vote(9, votes=4)
        assert client.state_at(9)[0]["votes"] == 4

        line.close(4429)
        assert client.next_wait() >= 60
        assert server.next_line().path.endswith(f"?epoch={EPOCH}&since=9")


@CLIENTS
def test_client_comes_back_later_each_time_until_it_is_served(
    server: ScriptedServer, language: str, tmp_path: Path
) -> None:
    with following(server, language, tmp_path, LONGEST) as client:
        assert waits_of(client, server, times=6) == [2, 4, 8, 16, 30, 30]

        line = server.next_line()
        line.greet(5)
        line.wait_for_snapshot_wish()
        line.snapshot(5, votes=0)
        client.state_at(5)
        line.close(1011)

        assert client.next_wait() == 2


@CLIENTS
def test_client_that_is_not_answered_because_a_part_is_away_comes_back_later_each_time(
    server: ScriptedServer, language: str, tmp_path: Path
) -> None:
    waits = []
    with following(server, language, tmp_path, LONGEST) as client:
        for _ in range(2):
            line = server.next_line()
            line.greet(5)
            line.wait_for_snapshot_wish()
            line.be_unavailable()
            waits.append(client.next_wait())

        line = server.next_line()
        line.greet(5)
        line.wait_for_snapshot_wish()
        line.snapshot(5, votes=2)
        assert client.state_at(5)[0]["votes"] == 2
    assert waits == [2, 4]


@CLIENTS
def test_client_comes_back_at_a_random_moment(server: ScriptedServer, language: str, tmp_path: Path) -> None:
    with following(server, language, tmp_path, SHORTEST) as client:
        assert waits_of(client, server, times=3) == [0.2, 0.2, 0.2]


def waits_of(client: Client, server: ScriptedServer, *, times: int) -> list[float]:
    """Of a client that is greeted and sent away, again and again."""
    waits = []
    for _ in range(times):
        line = server.next_line()
        line.greet(5)
        line.close(4012)
        waits.append(client.next_wait())
    return waits
