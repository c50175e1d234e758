"""Clients that come back are in sync only with everything that they have missed."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from bench.ruler import Ruler
from tests.bench.conftest import EVENT, Counted
from tests.bench.known_server import PATIENCE_SECONDS, SWITCHING, text_frame

ESTABLISHED = text_frame(b'{"type":"connection.established","payload":{"epoch":"k3v9","seq":7}}')
RESUMED = text_frame(b'{"type":"resumed","payload":{"epoch":"k3v9","seq":10,"recovered":true}}')
SNAPSHOT = text_frame(b'{"type":"playlist.snapshot","payload":{"epoch":"k3v9","seq":10,"items":[]}}')
PAGE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]"
SINCE, TOP = 7, 10
Return = Callable[..., tuple[Counted, list[bytes]]]


def event(seq: int) -> bytes:
    return text_frame(EVENT.strip().replace("@SEQ@", str(seq)).encode())


@pytest.fixture
def come_back(ruler: Ruler) -> Iterator[Return]:
    """One client joins, is cut off and comes back; each of its connections is answered with one of `answers`.

    Gives what the ruler counted, and the client's requests.
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
            things.callback(ruler.end)
            thread.start()
            ruler.target([listener.getsockname()[1]], "/ws/", greeting='"connection.established"')
            ruler.open(1)
            ruler.since(SINCE)
            assert ruler.await_end()
            counted = ruler.come_back(
                top=TOP, spread_seconds=0, fetch_path=fetch_path, longest_seconds=seconds
            )
            return counted, requests

        yield returned


def serve(listener: socket.socket, answers: list[bytes], requests: list[bytes]) -> None:
    """One connection after another. The first is ended at once, and a page's; others when the client goes."""
    with contextlib.suppress(OSError):
        for place, answer in enumerate(answers):
            client, _ = listener.accept()
            with client:
                client.settimeout(PATIENCE_SECONDS)
                requests.append(client.recv(65536))
                client.sendall(answer)
                if place == len(answers) - 1 and answer != PAGE:
                    client.recv(65536)


def test_who_got_all_that_was_missed_is_in_sync(come_back: Return) -> None:
    answer = SWITCHING + ESTABLISHED + event(8) + event(9) + event(10) + RESUMED
    counted, requests = come_back(answer)
    assert (counted["in_sync"], counted["snapshots"]) == (1, 0)
    assert requests[0].startswith(b"GET /ws/ HTTP/1.1\r\n")
    assert requests[1].startswith(b"GET /ws/?epoch=k3v9&since=7 HTTP/1.1\r\n")


def test_who_lacks_an_event_is_not_in_sync(come_back: Return) -> None:
    answer = SWITCHING + ESTABLISHED + event(8) + event(10) + RESUMED
    assert come_back(answer, seconds=0.5)[0]["in_sync"] == 0


def test_who_was_not_told_that_this_is_all_is_not_in_sync(come_back: Return) -> None:
    answer = SWITCHING + ESTABLISHED + event(8) + event(9) + event(10)
    assert come_back(answer, seconds=0.5)[0]["in_sync"] == 0


def test_a_snapshot_stands_for_what_was_missed(come_back: Return) -> None:
    counted, _ = come_back(SWITCHING + ESTABLISHED + SNAPSHOT + RESUMED)
    assert (counted["in_sync"], counted["snapshots"]) == (1, 1)


def test_who_fetches_is_in_sync_with_the_page(come_back: Return) -> None:
    counted, requests = come_back(SWITCHING + ESTABLISHED, PAGE, fetch_path="/queue/")
    assert counted["in_sync"] == 1
    assert requests[1].startswith(b"GET /ws/ HTTP/1.1\r\n")
    assert requests[2].startswith(b"GET /queue/ HTTP/1.1\r\n")


def test_who_is_refused_tries_again(come_back: Return) -> None:
    busy = b"HTTP/1.1 503 Service Unavailable\r\n\r\n"
    counted, _ = come_back(busy, SWITCHING + ESTABLISHED + event(8) + event(9) + event(10) + RESUMED)
    assert (counted["in_sync"], counted["retries"]) == (1, 1)
