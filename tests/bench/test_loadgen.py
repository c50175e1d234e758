"""The load generator counts delivered, lost, doubled and reordered events."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from bench.loadgen import LoadGenerator
from tests.bench.conftest import EVENT, Count, Counted
from tests.bench.known_server import PATIENCE_SECONDS, PING, SWITCHING, Deliver, text_frame, to_each

HEARTBEAT = text_frame(b'{"type":"heartbeat","payload":{"epoch":"e","seq":42,"digest":"0"}}')


def loses_one(clients: list[socket.socket], index: int, frame: bytes) -> None:
    to_each(clients[1:] if index == 3 else clients, index, frame)


def loses_the_last(clients: list[socket.socket], index: int, frame: bytes) -> None:
    to_each(clients[1:] if index > 7 else clients, index, frame)


def doubles(clients: list[socket.socket], index: int, frame: bytes) -> None:
    to_each(clients, index, frame)
    if index in (4, 9):
        clients[0].sendall(frame)


def sends_one_behind_the_next(clients: list[socket.socket], index: int, frame: bytes) -> None:
    if index != 5:
        to_each(clients, index, frame)
    if index == 6:
        to_each(clients, 5, frame.replace(b'"seq":48', b'"seq":47'))


def makes_one_up(clients: list[socket.socket], index: int, frame: bytes) -> None:
    to_each(clients, index, frame)
    if index == 0:
        clients[0].sendall(frame.replace(b'"seq":42', b'"seq":99'))


def hangs_up(clients: list[socket.socket], index: int, frame: bytes) -> None:
    if index == 4:
        clients.pop(0).close()
    to_each(clients, index, frame)


ALL_WELL = {"sent": 10, "received": 20, "cut": False} | dict.fromkeys(
    ("lost", "doubled", "reordered", "strange", "outstanding", "closed"), 0
)


@pytest.mark.parametrize(
    ("deliver", "otherwise"),
    [
        (to_each, {}),
        (loses_one, {"received": 19, "lost": 1}),
        (loses_the_last, {"received": 18, "lost": 2}),
        (doubles, {"doubled": 2}),
        (sends_one_behind_the_next, {"reordered": 2}),
        (makes_one_up, {"strange": 1}),
        (hangs_up, {"received": 14, "lost": 6, "closed": 1}),
    ],
)
def test_lost_duplicate_and_reordered_events_are_counted(
    count: Count, deliver: Deliver, otherwise: Counted
) -> None:
    counted = count(deliver)
    assert {name: counted[name] for name in ALL_WELL} == ALL_WELL | otherwise


def test_split_and_joined_frames_are_parsed(count: Count) -> None:
    waiting = b""

    def deliver(clients: list[socket.socket], index: int, frame: bytes) -> None:
        nonlocal waiting
        waiting += frame
        end = len(waiting) if index == 9 else len(waiting) * 2 // 3
        for client in clients:
            for byte in range(0, end, 7):
                client.sendall(waiting[byte : min(byte + 7, end)])
        waiting = waiting[end:]

    counted = count(deliver)
    assert (counted["received"], counted["lost"], counted["doubled"]) == (20, 0, 0)


def test_other_messages_are_not_counted_and_pings_get_a_pong(count: Count) -> None:
    responses: list[bytes] = []

    def deliver(clients: list[socket.socket], index: int, frame: bytes) -> None:
        if index == 0:
            to_each(clients, index, HEARTBEAT + PING)
            responses.extend(client.recv(10) for client in clients)
        to_each(clients, index, frame)

    counted = count(deliver)
    assert (counted["received"], counted["strange"]) == (20, 0)
    assert responses == [b"\x8a\x84\0\0\0\0ruly"] * 2


def test_latency_is_measured_from_publishing_to_arrival(count: Count) -> None:
    delay_seconds = 0.05

    def deliver(clients: list[socket.socket], index: int, frame: bytes) -> None:
        time.sleep(delay_seconds)  # the measured delay
        to_each(clients, index, frame)

    counted = count(deliver, events=1)
    assert 1000 * delay_seconds <= counted["p50_ms"] <= counted["p99_ms"] <= counted["max_ms"]
    assert counted["max_ms"] <= 1000 * counted["seconds"] + 1


def test_the_window_limits_events_under_way(count: Count) -> None:
    held: list[bytes] = []
    most = 0

    def deliver(clients: list[socket.socket], index: int, frame: bytes) -> None:
        nonlocal most
        held.append(frame)
        most = max(most, len(held))
        if len(held) == 8:  # a ninth would be published only after these were delivered
            to_each(clients, index, b"".join(held))
            held.clear()

    counted = count(deliver, events=8, pace="window", seconds=0.3)
    assert most == 8
    assert counted["sent"] >= 8
    assert counted["received"] == 2 * (counted["sent"] - len(held))


def test_the_rate_is_constant(count: Count) -> None:
    counted = count(events=50, pace="fixed", seconds=0.4)
    assert (counted["sent"], counted["received"]) == (20, 40)
    assert counted["seconds"] >= 0.38


# --- Reconnected clients are in sync only after all missed events have arrived -----------------------

ESTABLISHED = text_frame(b'{"type":"connection.established","payload":{"epoch":"k3v9","seq":7}}')
RESUMED = text_frame(b'{"type":"resumed","payload":{"epoch":"k3v9","seq":10,"recovered":true}}')
SNAPSHOT = text_frame(b'{"type":"playlist.snapshot","payload":{"epoch":"k3v9","seq":10,"items":[]}}')
PAGE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]"
SINCE, TOP = 7, 10
Return = Callable[..., tuple[Counted, list[bytes]]]


def event(seq: int) -> bytes:
    return text_frame(EVENT.strip().replace("@SEQ@", str(seq)).encode())


@pytest.fixture
def come_back(load_generator: LoadGenerator) -> Iterator[Return]:
    """One client joins, is disconnected and reconnects; each of its connections receives one of `answers`.

    Returns the load generator's counts, and the client's requests.
    """
    with ExitStack() as things:

        def returned(
            *answers: bytes, fetch_path: str = "", seconds: float = 20
        ) -> tuple[Counted, list[bytes]]:
            requests: list[bytes] = []
            listener = things.enter_context(socket.create_server(("127.0.0.1", 0)))
            listener.settimeout(PATIENCE_SECONDS)
            everything = [SWITCHING + ESTABLISHED, *answers]
            thread = threading.Thread(target=serve, args=[listener, everything, requests])
            things.callback(thread.join)
            things.callback(load_generator.end)
            thread.start()
            load_generator.target([listener.getsockname()[1]], "/ws/", greeting='"connection.established"')
            load_generator.open(1)
            load_generator.since(SINCE)
            assert load_generator.await_end()
            counted = load_generator.come_back(
                top=TOP, spread_seconds=0, fetch_path=fetch_path, longest_seconds=seconds
            )
            return counted, requests

        yield returned


def serve(listener: socket.socket, responses: list[bytes], requests: list[bytes]) -> None:
    """Serves connections one by one. The first and fetches are closed immediately, others by the client."""
    with contextlib.suppress(OSError):
        for index, response in enumerate(responses):
            client, _ = listener.accept()
            with client:
                client.settimeout(PATIENCE_SECONDS)
                requests.append(client.recv(65536))
                client.sendall(response)
                if index == len(responses) - 1 and response != PAGE:
                    client.recv(65536)


MISSED = event(8) + event(9) + event(10)
BUSY = b"HTTP/1.1 503 Service Unavailable\r\n\r\n"


@pytest.mark.parametrize(
    ("answers", "wanted"),
    [
        ([SWITCHING + ESTABLISHED + MISSED + RESUMED], {"in_sync": 1, "snapshots": 0, "retries": 0}),
        ([SWITCHING + ESTABLISHED + event(8) + event(10) + RESUMED], {"in_sync": 0}),
        ([SWITCHING + ESTABLISHED + MISSED], {"in_sync": 0}),  # the `resumed` message is missing
        ([SWITCHING + ESTABLISHED + SNAPSHOT + RESUMED], {"in_sync": 1, "snapshots": 1}),
        ([BUSY, SWITCHING + ESTABLISHED + MISSED + RESUMED], {"in_sync": 1, "retries": 1}),
    ],
)
def test_a_client_with_all_missed_events_is_in_sync(
    come_back: Return, answers: list[bytes], wanted: Counted
) -> None:
    counted, requests = come_back(*answers, seconds=20 if wanted["in_sync"] else 0.5)
    assert {name: counted[name] for name in wanted} == wanted
    assert requests[0].startswith(b"GET /ws/ HTTP/1.1\r\n")
    assert requests[1].startswith(b"GET /ws/?epoch=k3v9&since=7 HTTP/1.1\r\n")


def test_a_fetching_client_is_in_sync_after_the_fetch(come_back: Return) -> None:
    counted, requests = come_back(SWITCHING + ESTABLISHED, PAGE, fetch_path="/queue/")
    assert counted["in_sync"] == 1
    assert requests[1].startswith(b"GET /ws/ HTTP/1.1\r\n")
    assert requests[2].startswith(b"GET /queue/ HTTP/1.1\r\n")
