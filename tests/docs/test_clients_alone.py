"""The clients in docs/protocol.md do what the page says where a server does what ours hardly ever does."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.docs.clients import LANGUAGES, Client, client_command
from tests.docs.scripted_server import EPOCH, Line, ScriptedServer

SHORTEST, LONGEST = 0, 1


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as started:
        yield started


StartClient = Callable[[float], Client]


@pytest.fixture(params=LANGUAGES)
def start_client(
    request: pytest.FixtureRequest, server: ScriptedServer, tmp_path: Path
) -> Iterator[StartClient]:
    """Starts the client in this language, with this chance."""
    with ExitStack() as running:

        def start(chance: float) -> Client:
            client = Client(client_command(request.param, tmp_path, chance), server.url)
            running.callback(client.end)
            return client

        yield start


def served(line: Line, seq: int, votes: int) -> None:
    """Greeted, and given the state that it wishes for."""
    line.greet(seq)
    line.wait_for_snapshot_wish()
    line.snapshot(seq, votes=votes)


def test_a_client_requests_a_snapshot_on_a_gap_and_waits_a_minute_on_a_rate_limit(
    server: ScriptedServer, start_client: StartClient
) -> None:
    client = start_client(SHORTEST)
    line = server.next_line()
    served(line, 5, votes=0)
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


@pytest.mark.parametrize(("chance", "waits"), [(LONGEST, [2, 4, 8, 16, 30, 30]), (SHORTEST, [0.2] * 3)])
def test_a_client_reconnects_with_growing_random_delays(
    server: ScriptedServer, start_client: StartClient, chance: float, waits: list[float]
) -> None:
    client = start_client(chance)
    for wait in waits:
        line = server.next_line()
        line.greet(5)
        line.close(4012)
        assert client.next_wait() == wait

    line = server.next_line()
    served(line, 5, votes=0)
    client.state_at(5)
    line.close(1011)
    assert client.next_wait() == waits[0]


def test_a_client_reconnects_with_growing_delays_after_an_unavailable_error(
    server: ScriptedServer, start_client: StartClient
) -> None:
    client = start_client(LONGEST)
    for wait in (2, 4):
        line = server.next_line()
        line.greet(5)
        line.wait_for_snapshot_wish()
        line.be_unavailable()
        assert client.next_wait() == wait

    served(server.next_line(), 5, votes=2)
    assert client.state_at(5)[0]["votes"] == 2
