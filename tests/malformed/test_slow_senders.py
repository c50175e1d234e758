"""A client that sends a byte now and then delays no other, and is closed in bounded time."""

import asyncio
import time

import pytest

from tests.conftest import PreparedData
from tests.malformed.frames import socket_opening
from tests.malformed.lines import Line, run_line
from tests.malformed.raw import RawConnection, head
from tests.malformed.short_timeouts import ARRIVE_WITHIN_SECONDS, IDLE_SECONDS, PatientServer
from tests.processes import TuttiServer

OF_EACH_KIND = 60
BYTE_EVERY_SECONDS = 0.1
# For the machine, which may be busy with other things.
SLACK_SECONDS = 8.0
SOON_SECONDS = 5.0
JSON = b"POST /api/guests/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
SOCKET = socket_opening()
# How each begins; then comes one byte after another.
STARTS = {
    "a request line": b"GET /api/",
    "headers": b"GET /api/ HTTP/1.1\r\nHost: localhost\r\nX-A: ",
    "a body": JSON + b"Content-Length: 1000\r\n\r\n{",
    "a body in chunks": JSON + b"Transfer-Encoding: chunked\r\n\r\nff\r\n",
    "the length of a chunk": JSON + b"Transfer-Encoding: chunked\r\n\r\n1",
    "the headers of a socket": SOCKET[:-4],
    "a second request": head() + b"GET /api/",
}


class Trickle(asyncio.Protocol):
    """Sends a byte now and then, for as long as the server lets it."""

    def __init__(self, start: bytes) -> None:
        self._start = start
        self._began = time.monotonic()
        self.sent_bytes = 0
        self.ended: asyncio.Future[float] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(self._start)
        self._send_byte(transport)

    def _send_byte(self, transport: asyncio.Transport) -> None:
        if not self.ended.done():
            transport.write(b"1")
            self.sent_bytes += 1
            asyncio.get_running_loop().call_later(BYTE_EVERY_SECONDS, self._send_byte, transport)

    def connection_lost(self, error: Exception | None) -> None:
        if not self.ended.done():
            self.ended.set_result(time.monotonic() - self._began)


async def test_slow_senders_are_closed_and_delay_no_other_client(impatient_server: TuttiServer) -> None:
    loop = asyncio.get_running_loop()
    trickles = {kind: [Trickle(start) for _ in range(OF_EACH_KIND)] for kind, start in STARTS.items()}
    everyone = [trickle for kind in trickles.values() for trickle in kind]
    for trickle in everyone:
        await loop.create_connection(lambda made=trickle: made, "127.0.0.1", impatient_server.port)

    meanwhile = [await _asked(impatient_server) for _ in range(10)]
    within = ARRIVE_WITHIN_SECONDS + SLACK_SECONDS
    await asyncio.wait([trickle.ended for trickle in everyone], timeout=within)

    for kind, of_kind in trickles.items():
        open_ones = [trickle for trickle in of_kind if not trickle.ended.done()]
        assert open_ones == [], f"{len(open_ones)} that trickle {kind} are still there"
        # It was not for what they sent: they got to send more, and time went on.
        assert min(trickle.sent_bytes for trickle in of_kind) > 1, kind
        slowest = max(trickle.ended.result() for trickle in of_kind)
        assert ARRIVE_WITHIN_SECONDS <= slowest < within, kind
    assert max(meanwhile) < SOON_SECONDS


async def _asked(server: TuttiServer) -> float:
    line = Line(0, head(b"GET /api/playlist/ HTTP/1.1"))
    outcome = await run_line(server.port, line, within_seconds=SOON_SECONDS)
    assert outcome.statuses == [200], outcome
    return outcome.seconds


@pytest.mark.parametrize("start", [b"", head()])
def test_an_idle_connection_is_closed(impatient_server: TuttiServer, start: bytes) -> None:
    began = time.monotonic()
    with RawConnection(impatient_server) as line:
        line.send(start)
        if start:
            assert line.reply().status == 200
        assert line.is_closed()
    assert IDLE_SECONDS <= time.monotonic() - began < IDLE_SECONDS + SLACK_SECONDS


def test_a_large_body_arrives(prepared_data: PreparedData) -> None:
    """With the usual time to arrive: half a second is too short for a megabyte on a busy machine."""
    body = b'{"name": "Ada"}'.ljust(1024 * 1024)
    with PatientServer(**prepared_data.options("embedded")) as server, RawConnection(server) as line:
        line.send(JSON + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        assert line.reply().status == 201
