"""Those who ask for much and don't read it, as many as a process works on at once: nobody waits for them."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.conftest import ReadyMadeData
from tests.malformed.hasty import PatientServer
from tests.malformed.processes import held_once
from tests.malformed.raw import RawLine, asked, head
from tests.processes import TuttiServer

PLACES = 2
LINES = 4 * PLACES
SMALL_BUFFER = 2304
LONG_ANSWER = head(b"GET /api/schema.json HTTP/1.1")


@pytest.fixture
def narrow_server(ready_made_data: ReadyMadeData) -> Iterator[TuttiServer]:
    """Its answers wait for their clients for 30 seconds, and requests in line for 20."""
    options = ready_made_data.options("embedded")
    with PatientServer(**options, environment={"MAX_REQUESTS_AT_ONCE": str(PLACES)}) as own:
        yield own


def test_others_are_answered(narrow_server: TuttiServer) -> None:
    assert len(asked(narrow_server, LONG_ANSWER).body) > 100_000
    before = held_once(narrow_server, lambda held: held.clients == 0, within_seconds=10).threads
    with ExitStack() as opened_lines:
        for _ in range(LINES):
            line = opened_lines.enter_context(RawLine(narrow_server, receive_buffer=SMALL_BUFFER))
            line.send(LONG_ANSWER)
            assert line.socket.recv(1) == b"H"  # its answer has begun
        assert asked(narrow_server, head(b"GET /api/tracks/ HTTP/1.1")).status == 200

        held = held_once(narrow_server, lambda held: held.threads <= before + PLACES, within_seconds=10)
        assert held.clients == LINES, "their answers were to be waiting"
        assert held.threads <= before + PLACES
