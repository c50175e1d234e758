"""The ruler tells what came from what did not, whatever a server does with its events."""

import socket
import time

from tests.bench.conftest import Count
from tests.bench.known_server import PING, text_frame, to_each

HEARTBEAT = text_frame(b'{"type":"heartbeat","payload":{"epoch":"e","seq":42,"digest":"0"}}')


def test_each_event_of_each_socket_is_counted_once(count: Count) -> None:
    counted = count(clients=3, events=10)
    assert (counted["sent"], counted["received"]) == (10, 30)
    assert (counted["lost"], counted["doubled"], counted["reordered"], counted["strange"]) == (0, 0, 0, 0)
    assert not counted["cut"]


def test_an_event_that_a_later_one_overtakes_is_lost(count: Count) -> None:
    def tell(clients: list[socket.socket], place: int, frame: bytes) -> None:
        to_each(clients[1:] if place == 3 else clients, place, frame)

    counted = count(tell)
    assert (counted["received"], counted["lost"]) == (19, 1)


def test_the_last_events_are_lost_when_nothing_comes_any_more(count: Count) -> None:
    def tell(clients: list[socket.socket], place: int, frame: bytes) -> None:
        to_each(clients[1:] if place > 7 else clients, place, frame)

    counted = count(tell)
    assert (counted["received"], counted["lost"], counted["outstanding"]) == (18, 2, 0)


def test_an_event_that_comes_twice_is_doubled(count: Count) -> None:
    def tell(clients: list[socket.socket], place: int, frame: bytes) -> None:
        to_each(clients, place, frame)
        if place in (4, 9):
            clients[0].sendall(frame)

    counted = count(tell)
    assert (counted["received"], counted["doubled"], counted["lost"]) == (20, 2, 0)


def test_an_event_behind_a_later_one_is_reordered_and_not_lost(count: Count) -> None:
    held: list[bytes] = []

    def tell(clients: list[socket.socket], place: int, frame: bytes) -> None:
        if place == 5:
            held.append(frame)
            return
        to_each(clients, place, frame)
        if place == 6:
            to_each(clients, place, held.pop())

    counted = count(tell)
    assert (counted["received"], counted["reordered"], counted["lost"], counted["doubled"]) == (20, 2, 0, 0)


def test_an_event_that_nobody_published_is_strange(count: Count) -> None:
    def tell(clients: list[socket.socket], place: int, frame: bytes) -> None:
        to_each(clients, place, frame)
        if place == 0:
            clients[0].sendall(frame.replace(b'"seq":42', b'"seq":99'))

    counted = count(tell)
    assert (counted["received"], counted["strange"]) == (20, 1)


def test_frames_in_pieces_and_together_are_told_apart(count: Count) -> None:
    waiting = b""

    def tell(clients: list[socket.socket], place: int, frame: bytes) -> None:
        nonlocal waiting
        waiting += frame
        end = len(waiting) if place == 9 else len(waiting) * 2 // 3
        for client in clients:
            for byte in range(0, end, 7):
                client.sendall(waiting[byte : min(byte + 7, end)])
        waiting = waiting[end:]

    counted = count(tell)
    assert (counted["received"], counted["lost"], counted["doubled"]) == (20, 0, 0)


def test_what_is_no_event_is_not_counted_and_a_ping_is_answered(count: Count) -> None:
    answers: list[bytes] = []

    def tell(clients: list[socket.socket], place: int, frame: bytes) -> None:
        if place == 0:
            to_each(clients, place, HEARTBEAT + PING)
            answers.extend(client.recv(10) for client in clients)
        to_each(clients, place, frame)

    counted = count(tell)
    assert (counted["received"], counted["strange"]) == (20, 0)
    assert answers == [b"\x8a\x84\0\0\0\0ruly"] * 2


def test_who_is_hung_up_on_is_closed_and_misses_the_rest(count: Count) -> None:
    def tell(clients: list[socket.socket], place: int, frame: bytes) -> None:
        if place == 4:
            clients.pop(0).close()
        to_each(clients, place, frame)

    counted = count(tell)
    assert (counted["received"], counted["lost"], counted["closed"]) == (14, 6, 1)


def test_the_time_from_publishing_to_arrival_is_what_is_told(count: Count) -> None:
    delay_seconds = 0.05

    def tell(clients: list[socket.socket], place: int, frame: bytes) -> None:
        time.sleep(delay_seconds)  # what is measured
        to_each(clients, place, frame)

    counted = count(tell, events=1)
    assert 1000 * delay_seconds <= counted["p50_ms"] <= counted["p99_ms"] <= counted["max_ms"]
    assert counted["max_ms"] <= 1000 * counted["seconds"] + 1


def test_no_more_than_asked_for_are_under_way(count: Count) -> None:
    held: list[bytes] = []
    most = 0

    def tell(clients: list[socket.socket], place: int, frame: bytes) -> None:
        nonlocal most
        held.append(frame)
        most = max(most, len(held))
        if len(held) == 8:  # a ninth would come only behind the answer to these
            to_each(clients, place, b"".join(held))
            held.clear()

    counted = count(tell, events=8, pace="window", seconds=0.3)
    assert most == 8
    assert counted["sent"] >= 8
    assert counted["received"] == 2 * (counted["sent"] - len(held))


def test_a_pace_is_kept(count: Count) -> None:
    counted = count(events=50, pace="fixed", seconds=0.4)
    assert (counted["sent"], counted["received"]) == (20, 40)
    assert counted["seconds"] >= 0.38
