"""The benchmarks' ruler, compiled, and what it measures in these tests."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from bench.ruler import Ruler
from tests.bench.known_server import KnownServer, Tell, to_each

EVENT = '{"type":"track.voted","payload":{"id":1},"epoch":"e","seq":@SEQ@,"ts":"","op_id":null}\n'
# The first event's; the ruler counts from here.
FIRST_SEQ = 42
Counted = dict[str, Any]
Count = Callable[..., Counted]


@pytest.fixture
def ruler() -> Iterator[Ruler]:
    with Ruler() as started:
        yield started


@pytest.fixture
def count(ruler: Ruler, tmp_path: Path) -> Iterator[Count]:
    """Publishes a burst to a known server and gives what the ruler counted: `count(tell, clients=2)`."""
    template = tmp_path / "event"
    template.write_text(EVENT)
    with ExitStack() as servers:

        def counted(
            tell: Tell = to_each,
            *,
            clients: int = 2,
            events: int = 10,
            pace: str = "burst",
            seconds: float = 0,
        ) -> Counted:
            server = servers.enter_context(KnownServer(clients=clients, tell=tell))
            servers.callback(ruler.end)
            ruler.target([server.port], "/")
            ruler.open(clients)
            ruler.feed(server.feed_port, template, FIRST_SEQ)
            return ruler.phase(pace, events, seconds=seconds, quiet_seconds=1)

        yield counted
