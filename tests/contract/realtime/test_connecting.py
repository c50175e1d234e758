"""The beginning of a socket: from where it counts, and whose it is."""

from typing import Any

import httpx
import pytest

from tests.contract.conftest import CORS_ORIGIN, Connect
from tests.contract.queues import Queue
from tests.contract.sockets import Closed, Socket
from tests.processes import TuttiServer

# --- The beginning of a socket, and what a client hears that never says anything ---------------------


def test_the_greeting_has_epoch_and_seq_and_each_room_its_own_numbers(
    connect: Connect, queue: Queue, voted_queue: Queue
):
    """1, 2, 3, … from the room's first event on."""
    here = connect()
    voted_queue.fill(3)
    queue.fill(2)
    state = queue.state()

    established = connect().established

    assert established["message"] == "Connected to playlist updates"
    expected = {"room": queue.room, "epoch": state.epoch, "seq": 2, "heartbeat_seconds": 25}
    assert established["payload"] == expected
    events = here.events_up_to(2)
    assert here.position == (state.epoch, 0)
    assert [(event["room"], event["seq"]) for event in events] == [(queue.room, 1), (queue.room, 2)]
    assert voted_queue.state().seq == 3
    assert voted_queue.state().epoch != state.epoch


def test_a_socket_of_an_unknown_room_is_closed_immediately(server: TuttiServer):
    for slug in ("nobody-is-here", "NOT-A-SLUG", "x" * 60, "%20", "a.b", "../elsewhere", "a/b"):
        with pytest.raises(Closed) as end:
            Socket.of_room(server.ws_url, slug)
        assert (end.value.code, end.value.messages) == (4404, [])


# --- From where a browser's socket counts ------------------------------------------------------------

FOREIGN = [
    *["https://evil.example", "null", "http://localhost:3001", "http://127.0.0.1:1", "file://"],
    "http://127.0.0.1.evil.example:{port}",
]


def rejection_of(server: TuttiServer, room: str, headers: dict[str, str], **options: Any) -> Closed:
    with pytest.raises(Closed) as end:
        Socket.of_room(server.ws_url, room, headers=headers, **options)
    return end.value


def test_sockets_of_other_origins_are_closed_before_any_message(server: TuttiServer, queue: Queue):
    """Without an origin the browser's word counts."""
    queue.fill(1)
    origins = [{"Origin": origin.format(port=server.port)} for origin in FOREIGN]
    for headers in (*origins, *({"Sec-Fetch-Site": site} for site in ("cross-site", "same-site"))):
        rejection = rejection_of(server, queue.room, headers, position=(queue.state().epoch, 0))
        assert (rejection.code, rejection.messages) == (4403, [])


def test_own_pages_allowed_origins_and_programs_may_connect(
    server: TuttiServer, queue: Queue, connect: Connect
):
    origins = (server.base_url, "http://localhost:3000", "http://127.0.0.1:3000")
    sockets = [connect(headers={"Origin": origin}) for origin in origins]
    sockets += [connect(headers={"Sec-Fetch-Site": site}) for site in ("same-origin", "none")]

    queue.fill(1)

    assert [socket.next("track.added")["seq"] for socket in sockets] == [1] * 5


def test_the_setting_lists_the_allowed_origins(narrow_server: TuttiServer):
    with Socket.of_room(narrow_server.ws_url, "main", headers={"Origin": CORS_ORIGIN}) as socket:
        socket.ping()

    assert rejection_of(narrow_server, "main", {"Origin": "http://localhost:3000"}).code == 4403


# --- Who a socket is: by its cookie, or by its first message -------------------------------------------


UNKNOWN_GUESTS: list[dict[str, Any]] = [
    *[{"guest_token": token} for token in ("nonsense", "", "a:b", None, 5, ["x"], "x" * 5000)],
    *[{"guest_token": token} for token in ("\ud800", "\x00")],
    *[{"access": "nonsense"}, {}, {"token": "nonsense"}],
]


@pytest.mark.both_sizes
def test_a_guest_token_identifies_the_guest_and_an_unknown_one_is_an_error(
    client: httpx.Client, connect: Connect, queue: Queue
):
    """And the connection stays."""
    guest = client.post("/api/guests/", json={"name": "Ada"}).json()
    token = guest["token"]
    changed = token[:-1] + ("a" if token[-1] != "a" else "b")
    socket = connect()

    identified = socket.ask({"type": "identify", "guest_token": token}, "identified")

    assert identified["payload"] == {"guest_id": guest["guest_id"]}
    for fields in (*UNKNOWN_GUESTS, {"guest_token": changed}):
        assert socket.error_for({"type": "identify", **fields}) == "VALIDATION_ERROR"
        errors = [message["payload"]["message"] for message in socket.messages if message["type"] == "error"]
        assert errors[-1].startswith("access: " if "access" in fields else "guest_token: ")
    queue.fill(1)
    assert socket.next("track.added")["seq"] == 1


def test_no_cookie_prevents_a_connection(ada: httpx.Client, connect: Connect, queue: Queue):
    own = "; ".join(f"{name}={value}" for name, value in ada.cookies.items())
    sockets = [
        connect(headers={"Cookie": cookie})
        for cookie in (own, "tutti_guest=nonsense; sessionid=nonsense; =; ;x")
    ]

    queue.fill(1)

    assert [socket.next("track.added")["seq"] for socket in sockets] == [1, 1]
