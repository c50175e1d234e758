"""How many frames a socket may send: 50 in 10 seconds."""

import httpx
import pytest

from tests.contract.conftest import client_of, new_room, queue_of
from tests.contract.queues import Queue
from tests.contract.sockets import Socket
from tests.processes import TuttiServer


@pytest.fixture
def strict_queue(strict_server: TuttiServer) -> Queue:
    with client_of(strict_server) as http:
        yield queue_of(http, new_room(http))


def ping(socket: Socket, count: int) -> None:
    for _ in range(count):
        socket.send({"type": "ping"})


def test_those_above_are_answered_with_an_error(strict_server: TuttiServer, strict_queue: Queue):
    with Socket.of_room(strict_server.ws_url, strict_queue.room) as socket:
        ping(socket, 53)

        answers = [socket.next("pong", "error") for _ in range(53)]

        assert [answer["type"] for answer in answers] == ["pong"] * 50 + ["error"] * 3
        assert {answer["payload"]["code"] for answer in answers[50:]} == {"RATE_LIMITED"}


def test_the_connection_stays_and_goes_on_listening(strict_server: TuttiServer, strict_queue: Queue):
    with (
        Socket.of_room(strict_server.ws_url, strict_queue.room) as busy,
        Socket.of_room(strict_server.ws_url, strict_queue.room) as other,
    ):
        ping(busy, 60)
        strict_queue.fill(1)

        assert busy.wait_for("track.added") == other.wait_for("track.added")
        other.ping()


def test_what_makes_no_sense_counts_too(strict_server: TuttiServer, strict_queue: Queue):
    with Socket.of_room(strict_server.ws_url, strict_queue.room) as socket:
        for _ in range(52):
            socket.send("nonsense")

        codes = [socket.next("error")["payload"]["code"] for _ in range(52)]

        assert codes == ["MALFORMED_JSON"] * 50 + ["RATE_LIMITED"] * 2


def test_the_500th_closes_it(strict_server: TuttiServer, strict_queue: Queue):
    with Socket.of_room(strict_server.ws_url, strict_queue.room) as socket:
        ping(socket, 499)
        answers = [socket.next("pong", "error")["type"] for _ in range(499)]
        assert (answers.count("pong"), answers.count("error")) == (50, 449)

        ping(socket, 1)

        assert socket.close_code() == 4429
        assert len(socket.frames) == 500


def test_elsewhere_the_factor_moves_the_limit_away(server: TuttiServer, room: str, client: httpx.Client):
    with Socket.of_room(server.ws_url, room) as socket:
        ping(socket, 200)

        assert [socket.next("pong")["type"] for _ in range(200)] == ["pong"] * 200
