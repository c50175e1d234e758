"""Pings and pieces of frames, which the application never sees, count like frames."""

import struct
from collections.abc import Iterator

import pytest

from core.rate_limits import MESSAGES_UNTIL_CLOSE
from tests.conftest import PreparedData
from tests.malformed.frames import CONTINUATION, PING, PONG, TEXT, frame, socket_opening
from tests.malformed.raw import RawConnection
from tests.processes import TuttiServer

MOST = MESSAGES_UNTIL_CLOSE.max_calls
TOO_MANY = b"\x88\x02" + struct.pack("!H", 4429)
PING_OF_TEXT = b'{"type": "ping", "ts": "here"}'


@pytest.fixture(scope="module")
def strict_server(prepared_data: PreparedData) -> Iterator[TuttiServer]:
    """Its limits are those of a party."""
    with TuttiServer(**prepared_data.options("embedded"), rate_limit_factor="1") as own:
        yield own


@pytest.fixture
def line(strict_server: TuttiServer) -> Iterator[RawConnection]:
    """A socket."""
    with RawConnection(strict_server) as line:
        line.send(socket_opening())
        assert b"connection.established" in until(line, b"connection.established")
        yield line


def until(line: RawConnection, end: bytes) -> bytes:
    """What comes up to these bytes, or all there is."""
    received = b""
    while end not in received and (data := line.socket.recv(65_536)):
        received += data
    return received


@pytest.mark.parametrize(
    "pieces",
    [
        frame(PING, b"") * (MOST + 1),
        frame(PONG, b"a" * 125) * (MOST + 1),
        frame(TEXT, b"{", is_last=False) + frame(CONTINUATION, b"", is_last=False) * MOST,
        frame(TEXT, b"{", is_last=False) + frame(CONTINUATION, b" ", is_last=False) * MOST,
    ],
    ids=["pings", "pongs", "empty pieces", "pieces"],
)
def test_fragments_beyond_the_limit_close_the_socket(line: RawConnection, pieces: bytes) -> None:
    line.send(pieces)
    assert until(line, TOO_MANY).endswith(TOO_MANY)


def test_pings_between_fragments_get_pongs(line: RawConnection) -> None:
    line.send(frame(PING, b"hello") * (MOST - 1) + frame(PING, b"bye"))
    pongs = until(line, b"bye")
    assert (pongs.count(b"hello"), pongs.count(b"bye")) == (MOST - 1, 1)


def test_a_frame_in_a_few_tcp_segments_is_read(line: RawConnection) -> None:
    letters = [bytes([letter]) for letter in PING_OF_TEXT]
    pieces = [frame(TEXT, b"", is_last=False)]
    pieces += [frame(CONTINUATION, letter, is_last=False) + frame(PING, b"") for letter in letters]
    line.send(b"".join(pieces) + frame(CONTINUATION, b""))
    assert b'"type":"pong"' in until(line, b'"here"').replace(b" ", b"")
