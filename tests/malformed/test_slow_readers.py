"""A client that requests and does not read fills no memory, and is closed."""

import asyncio
import json
import socket
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress

import pytest

from server.connections import bound_socket
from tests.conftest import PreparedData
from tests.contract.people import begin_session, registered
from tests.contract.sockets import Socket
from tests.contract.staff import fill_library
from tests.hosts import asked_for_room
from tests.live.metrics import numbers
from tests.live.rooms import append_elsewhere
from tests.malformed.frames import CLOSE, PING, TEXT, frame, socket_opening
from tests.malformed.processes import MEBIBYTE, ProcessResources, held_once, unnamed_files
from tests.malformed.raw import RawConnection, asked, head
from tests.malformed.short_timeouts import TAKE_WITHIN_SECONDS, PatientServer, ShortFarewells, UnhurriedServer
from tests.processes import TuttiServer
from tests.services import wait_for

# The least that Linux gives: what the system holds for the client, the server does not.
SMALL_BUFFER = 2304
LINES = 8
# A few responses under way, and what waits for the client; all that was asked for would be many times that.
SPARE_BYTES = 20 * MEBIBYTE
SLACK_SECONDS = 20.0
SNAPSHOT = frame(TEXT, b'{"type": "snapshot"}')
CLOSED_FOR_SLOWNESS = b"\x88\x02" + (4008).to_bytes(2, "big")


@pytest.fixture(scope="module")
def patient_server(prepared_data: PreparedData) -> Iterator[TuttiServer]:
    """It pings seldom, so that a socket which does not read is noticed by that alone."""
    with ShortFarewells(**prepared_data.options("embedded")) as own:
        yield own


class Peak:
    """The most that a server held while it was watched."""

    def __init__(self, server: TuttiServer) -> None:
        self._before = ProcessResources.of(server).own_bytes
        self.more_bytes = 0

    def until(self, is_so: Callable[[ProcessResources], bool]) -> Callable[[ProcessResources], bool]:
        """The same question, which notes what it sees."""

        def look(held: ProcessResources) -> bool:
            self.more_bytes = max(self.more_bytes, held.own_bytes - self._before)
            return is_so(held)

        return look


def gone(server: TuttiServer, peak: Peak) -> bool:
    """Whether the newest clients are closed."""
    assert held_once(server, lambda held: held.clients > 0, within_seconds=SLACK_SECONDS).clients > 0
    is_gone = peak.until(lambda held: held.clients == 0)
    return held_once(server, is_gone, within_seconds=SLACK_SECONDS).clients == 0


def no_one_is_present(server: TuttiServer) -> None:
    assert held_once(server, lambda held: held.clients == 0, within_seconds=SLACK_SECONDS).clients == 0


# The first is written in several parts, the second in one.
PATHS = [b"/api/schema.json", b"/api/tracks/"]


@pytest.fixture(scope="module", autouse=True)
def _long_library(impatient_server: TuttiServer) -> None:
    """A list of it is nearly as long as what is written in one part."""
    fill_library(impatient_server, 240)


def asking(path: bytes, *headers: bytes) -> bytes:
    return head(b"GET " + path + b" HTTP/1.1", *headers)


@pytest.mark.parametrize("path", PATHS)
def test_unread_responses_use_limited_memory(impatient_server: TuttiServer, path: bytes) -> None:
    """Many requests are sent in one go; the next is looked at when the response before it is taken."""
    with RawConnection(impatient_server) as line:
        line.send(asking(path))
        answer_bytes = len(line.reply().body)
    count = 16_000 // len(asking(path))
    assert answer_bytes * count * LINES > 4 * SPARE_BYTES, "too little is asked for"

    no_one_is_present(impatient_server)
    peak = Peak(impatient_server)
    with ExitStack() as opened_lines:
        for _ in range(LINES):
            line = opened_lines.enter_context(RawConnection(impatient_server, receive_buffer=SMALL_BUFFER))
            line.send(asking(path) * count)
        assert gone(impatient_server, peak), "some wait for ever"

    assert peak.more_bytes < SPARE_BYTES


@pytest.mark.parametrize("path", PATHS)
def test_a_client_that_reads_gets_all_responses(impatient_server: TuttiServer, path: bytes) -> None:
    with RawConnection(impatient_server, receive_buffer=SMALL_BUFFER) as line:
        line.send(asking(path) * 10)
        assert [line.reply().status for _ in range(10)] == [200] * 10


def test_unread_responses_are_stored_for_a_limited_time(impatient_server: TuttiServer) -> None:
    questions = [
        asking(path, header) for path in PATHS for header in (b"Connection: keep-alive", b"Connection: close")
    ]
    no_one_is_present(impatient_server)
    with ExitStack() as opened_lines:
        began = time.monotonic()
        for question in questions:
            line = opened_lines.enter_context(RawConnection(impatient_server, receive_buffer=SMALL_BUFFER))
            line.send(question)
        held_once(impatient_server, lambda held: held.clients == len(questions), within_seconds=SLACK_SECONDS)
        held_once(impatient_server, lambda held: held.clients < len(questions), within_seconds=SLACK_SECONDS)
        assert time.monotonic() - began >= TAKE_WITHIN_SECONDS, "one was not waited for"
        no_one_is_present(impatient_server)


# --- Sockets -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def loud_room(patient_server: TuttiServer) -> str:
    """A room of which a snapshot is long."""
    with patient_server.client() as http:
        slug: str = asked_for_room(http, name="Loud").json()["slug"]
        for track in http.get("/api/tracks/").json():
            http.post(f"/api/rooms/{slug}/playlist/", json={"track_id": track["id"]})
    return slug


def opened(line: RawConnection, room: str) -> None:
    line.send(socket_opening(f"/ws/playlist/{room}/".encode()))
    assert line.socket.recv(1000).startswith(b"HTTP/1.1 101")


def gave_up(server: TuttiServer) -> float:
    return numbers(server)["tutti_slow_clients_closed_total"]


def test_unread_snapshots_end_the_socket(patient_server: TuttiServer, loud_room: str) -> None:
    peak = Peak(patient_server)
    with (
        Socket.of_room(patient_server.ws_url, loud_room) as other,
        RawConnection(patient_server, receive_buffer=SMALL_BUFFER) as line,
    ):
        opened(line, loud_room)
        line.send(SNAPSHOT * 4000)
        held = held_once(
            patient_server, peak.until(lambda held: held.clients == 1), within_seconds=SLACK_SECONDS
        )
        assert held.clients == 1, "it waits for ever"
        assert peak.more_bytes < SPARE_BYTES
        other.ping()


def test_a_client_that_closes_and_does_not_read_is_not_waited_for(
    patient_server: TuttiServer, loud_room: str
) -> None:
    no_one_is_present(patient_server)
    before = numbers(patient_server)["tutti_snapshots_total"]
    with RawConnection(patient_server, receive_buffer=SMALL_BUFFER) as line:
        opened(line, loud_room)
        line.send(SNAPSHOT * 20)
        wait_for(lambda: numbers(patient_server)["tutti_snapshots_total"] >= before + 20)
        line.send(frame(CLOSE, struct.pack("!H", 1000)))
        no_one_is_present(patient_server)


def test_a_client_that_reads_in_time_gets_the_close_reason(
    patient_server: TuttiServer, loud_room: str
) -> None:
    before = gave_up(patient_server)
    with RawConnection(patient_server, receive_buffer=SMALL_BUFFER) as line:
        opened(line, loud_room)
        line.send(SNAPSHOT * 4000)
        wait_for(lambda: gave_up(patient_server) > before)
        tail = b""
        while tail != CLOSED_FOR_SLOWNESS and (data := line.socket.recv(1_000_000)):
            tail = (tail + data)[-4:]
    assert tail == CLOSED_FOR_SLOWNESS


def test_the_last_ping_of_a_client_that_does_not_read_gets_a_pong(
    patient_server: TuttiServer, loud_room: str
) -> None:
    """Each would leave a pong in memory, and a piece of a message now and then keeps such a socket open."""
    pinged, answered = frame(PING, b"a" * 125), b"\x8a\x7d" + b"a" * 125
    before = numbers(patient_server)["tutti_snapshots_total"]
    with RawConnection(patient_server, receive_buffer=SMALL_BUFFER) as line:
        opened(line, loud_room)
        line.send(pinged * 20_000 + SNAPSHOT + frame(PING, b"last"))
        wait_for(lambda: numbers(patient_server)["tutti_snapshots_total"] > before)
        received = b""
        while b"\x8a\x04last" not in received and (data := line.socket.recv(65_536)):
            received += data
    assert b"\x8a\x04last" in received
    assert 0 < received.count(answered) < 5_000


def test_an_unread_event_stream_is_closed_and_freed(
    patient_server: TuttiServer,
) -> None:
    """Far sooner than a client may take for the rest of any other answer."""
    no_one_is_present(patient_server)
    before = gave_up(patient_server)
    with patient_server.client() as http:
        item_id = http.get("/api/playlist/").json()[0]["id"]
    with RawConnection(patient_server, receive_buffer=SMALL_BUFFER) as line:
        line.send(asking(b"/api/playlist/stream/"))
        line.socket.recv(100)
        asyncio.run(append_elsewhere(patient_server, item_id, number=20, filler=100_000))
        wait_for(lambda: gave_up(patient_server) > before)
        no_one_is_present(patient_server)


def test_the_os_buffers_little_for_a_client_that_does_not_read() -> None:
    """The servers above have small buffers, so they would not show it."""
    held_bytes = 0
    with bound_socket("127.0.0.1", 0) as listener, socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER)
        client.connect(listener.getsockname())
        accepted, _ = listener.accept()
        with accepted, suppress(BlockingIOError):
            accepted.setblocking(False)
            while held_bytes < MEBIBYTE:
                held_bytes += accepted.send(bytes(65_536))
    assert 0 < held_bytes < MEBIBYTE // 4


# --- As many as a process works on at once -----------------------------------------------------------

PLACES = 2
# Of one export: more than the 1 MiB of it that may be ahead of a client.
EXPORT_BYTES = 4_000_000
LONG_ANSWER = asking(b"/api/schema.json")


def test_no_request_waits_for_clients_that_request_much_and_do_not_read(
    prepared_data: PreparedData,
) -> None:
    """Responses wait for their clients for 30 seconds, and requests for a slot for 20."""
    settings = {"MAX_CONCURRENT_REQUESTS": str(PLACES)}
    with PatientServer(**prepared_data.options("embedded"), environment=settings) as narrow:
        assert len(asked(narrow, LONG_ANSWER).body) > 100_000
        before = held_once(narrow, lambda held: held.clients == 0, within_seconds=SLACK_SECONDS).threads
        with ExitStack() as opened_lines:
            for _ in range(LINES):
                line = opened_lines.enter_context(RawConnection(narrow, receive_buffer=SMALL_BUFFER))
                line.send(LONG_ANSWER)
                assert line.socket.recv(1) == b"H"  # its response has begun
            assert asked(narrow, asking(b"/api/tracks/")).status == 200

            held = held_once(narrow, lambda held: held.threads <= before + PLACES, within_seconds=10)
            assert held.clients == LINES, "their answers were to be waiting"
            assert held.threads <= before + PLACES


def test_unread_exports_use_neither_slots_nor_memory(prepared_data: PreparedData) -> None:
    """More responses than slots, each of several megabytes; a client that reads one receives all of it."""
    settings = {"MAX_CONCURRENT_REQUESTS": str(PLACES)}
    with (
        UnhurriedServer(**prepared_data.options("embedded"), environment=settings) as narrow,
        narrow.client() as ada,
        ExitStack() as opened_lines,
    ):
        begin_session(ada, registered(ada))
        track_id = ada.get("/api/tracks/").json()[0]["id"]
        activity = {"track_id": track_id, "activity_type": "play", "context": {"why": "x" * 2000}}
        for _ in range(EXPORT_BYTES // 2000 // 500):
            assert ada.post("/api/analytics/activity/", json=[activity] * 500).status_code == 201
        cookie = f"Cookie: sessionid={ada.cookies['sessionid']}".encode()
        export = asking(b"/api/users/me/export/", cookie)
        whole = asked(narrow, export)  # every thread goes on to hold what one export takes it
        assert len(json.loads(whole.body)["activities"]) == EXPORT_BYTES // 2000
        before = ProcessResources.of(narrow)

        for _ in range(LINES):
            line = opened_lines.enter_context(RawConnection(narrow, receive_buffer=SMALL_BUFFER))
            line.socket.settimeout(60)
            line.send(export)
            assert line.socket.recv(1) == b"H"  # its response has begun
        assert ada.get("/api/tracks/").status_code == 200
        assert ada.post("/api/analytics/activity/", json=activity).status_code == 201

        held = ProcessResources.of(narrow)
        assert (held.clients, unnamed_files(narrow)) == (LINES + 1, LINES)
        assert held.own_bytes - before.own_bytes < LINES * EXPORT_BYTES // 2
        opened_lines.close()
        held_once(narrow, lambda _held: unnamed_files(narrow) == 0, within_seconds=SLACK_SECONDS)
        assert unnamed_files(narrow) == 0
