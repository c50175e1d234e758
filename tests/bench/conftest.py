"""The compiled load generator, and its measurements in tests."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from bench.loadgen import LoadGenerator
from tests.bench.known_server import Deliver, KnownServer, to_each

EVENT = '{"type":"track.voted","payload":{"id":1},"epoch":"e","seq":@SEQ@,"ts":"","op_id":null}\n'
# The sequence number of the first event.
FIRST_SEQ = 42
Counted = dict[str, Any]
Count = Callable[..., Counted]


@pytest.fixture
def load_generator() -> Iterator[LoadGenerator]:
    with LoadGenerator() as started:
        yield started


@pytest.fixture
def count(load_generator: LoadGenerator, tmp_path: Path) -> Iterator[Count]:
    """Publishes a burst to a known server and returns the load generator's counts: `count(deliver)`."""
    template = tmp_path / "event"
    template.write_text(EVENT)
    with ExitStack() as servers:

        def counted(
            deliver: Deliver = to_each,
            *,
            clients: int = 2,
            events: int = 10,
            pace: str = "burst",
            seconds: float = 0,
        ) -> Counted:
            server = servers.enter_context(KnownServer(clients=clients, deliver=deliver))
            servers.callback(load_generator.end)
            load_generator.target([server.port], "/")
            load_generator.open(clients)
            load_generator.feed(server.feed_port, template, FIRST_SEQ)
            return load_generator.phase(pace, events, seconds=seconds, quiet_seconds=1)

        yield counted
