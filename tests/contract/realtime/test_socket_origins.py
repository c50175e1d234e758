"""From where a browser's socket counts."""

import pytest

from tests.contract.conftest import CORS_ORIGIN, Connect
from tests.contract.queues import Queue
from tests.contract.sockets import Closed, Socket
from tests.processes import TuttiServer

FOREIGN = ["https://evil.example", "null", "http://localhost:3001", "http://127.0.0.1:1", "file://"]


def refusal_of(server: TuttiServer, room: str, headers: dict[str, str]) -> Closed:
    with pytest.raises(Closed) as end:
        Socket.of_room(server.ws_url, room, headers=headers)
    return end.value


@pytest.mark.parametrize("origin", FOREIGN)
def test_other_origins_are_closed_before_any_frame(server: TuttiServer, room: str, origin: str):
    refusal = refusal_of(server, room, {"Origin": origin})

    assert (refusal.code, refusal.frames) == (4403, [])


def test_one_that_only_begins_like_ours_is_another(server: TuttiServer, room: str):
    refusal = refusal_of(server, room, {"Origin": f"http://127.0.0.1.evil.example:{server.port}"})

    assert (refusal.code, refusal.frames) == (4403, [])


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_without_an_origin_the_browsers_word_counts(server: TuttiServer, room: str, site: str):
    refusal = refusal_of(server, room, {"Sec-Fetch-Site": site})

    assert (refusal.code, refusal.frames) == (4403, [])


def test_a_refused_socket_hears_nothing_of_the_room(server: TuttiServer, queue: Queue):
    queue.fill(1)
    epoch, _ = queue.state().position

    headers = {"Origin": "https://evil.example"}

    with pytest.raises(Closed) as end:
        Socket.of_room(server.ws_url, queue.room, position=(epoch, 0), headers=headers)

    assert (end.value.code, end.value.frames) == (4403, [])


@pytest.mark.parametrize("origin", ["own", "http://localhost:3000", "http://127.0.0.1:3000"])
def test_our_own_page_and_allowed_origins_are_welcome(
    server: TuttiServer, queue: Queue, connect: Connect, origin: str
):
    socket = connect(headers={"Origin": server.base_url if origin == "own" else origin})

    queue.fill(1)

    assert socket.next("track.added")["seq"] == 1


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_so_is_the_persons_own_hand(connect: Connect, site: str):
    assert connect(headers={"Sec-Fetch-Site": site}).ping()["seq"] == 0


def test_the_setting_names_the_allowed_origins(narrow_server: TuttiServer):
    with Socket.of_room(narrow_server.ws_url, "main", headers={"Origin": CORS_ORIGIN}) as socket:
        socket.ping()

    assert refusal_of(narrow_server, "main", {"Origin": "http://localhost:3000"}).code == 4403
