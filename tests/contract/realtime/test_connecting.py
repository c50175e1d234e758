"""The beginning of a socket: from where it counts, and whose it is."""

from typing import Any

import httpx
import pytest

from tests.contract.conftest import CORS_ORIGIN, Connect
from tests.contract.queues import Queue
from tests.contract.sockets import Closed, Socket
from tests.contract.witnesses import Witness
from tests.processes import TuttiServer

# --- The beginning of a socket, and what a client hears that never says anything ---------------------


def test_the_first_frame_names_the_moment(connect: Connect, queue: Queue):
    queue.fill(2)
    state = queue.state()

    established = connect().established

    assert established["message"] == "Connected to playlist updates"
    expected = {"room": queue.room, "epoch": state.epoch, "seq": state.seq, "heartbeat_seconds": 25}
    assert established["payload"] == expected


@pytest.mark.both_sizes
def test_sockets_that_say_nothing_get_every_event(queue: Queue, connect: Connect):
    silent = [connect() for _ in range(5)]

    with Witness(queue) as witness:
        a, b = queue.fill(2)
        queue.vote(a, 1)
        queue.place(b, before=a)
        queue.play(a)
        queue.stop()
        queue.remove(a)

    for socket in silent:
        assert socket.events_up_to(witness.after.seq) == witness.events
    assert len(witness.events) == 7


def test_each_room_has_its_own_numbers(queue: Queue, voted_queue: Queue, connect: Connect):
    """1, 2, 3, … from the room's first event on."""
    here = connect()
    voted_queue.fill(3)
    queue.fill(2)

    events = [here.next("track.added") for _ in range(2)]

    assert here.position[1] == 0
    assert [(event["room"], event["seq"]) for event in events] == [(queue.room, 1), (queue.room, 2)]
    assert connect().position == (here.position[0], 2)
    assert voted_queue.state().seq == 3
    assert voted_queue.state().epoch != queue.state().epoch


@pytest.mark.parametrize(
    "slug", ["nobody-is-here", "NOT-A-SLUG", "x" * 60, "%20", "a.b", "../elsewhere", "a/b"]
)
def test_where_there_is_no_room_it_is_closed_at_once(server: TuttiServer, slug: str):
    with pytest.raises(Closed) as end:
        Socket.of_room(server.ws_url, slug)

    assert (end.value.code, end.value.frames) == (4404, [])


# --- From where a browser's socket counts ------------------------------------------------------------

FOREIGN = [
    *["https://evil.example", "null", "http://localhost:3001", "http://127.0.0.1:1", "file://"],
    "http://127.0.0.1.evil.example:{port}",
]


def refusal_of(server: TuttiServer, room: str, headers: dict[str, str], **options: Any) -> Closed:
    with pytest.raises(Closed) as end:
        Socket.of_room(server.ws_url, room, headers=headers, **options)
    return end.value


@pytest.mark.parametrize("origin", FOREIGN)
def test_other_origins_are_closed_before_any_frame(server: TuttiServer, queue: Queue, origin: str):
    queue.fill(1)
    headers = {"Origin": origin.format(port=server.port)}
    refusal = refusal_of(server, queue.room, headers, position=(queue.state().epoch, 0))

    assert (refusal.code, refusal.frames) == (4403, [])


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_without_an_origin_the_browsers_word_counts(server: TuttiServer, room: str, site: str):
    refusal = refusal_of(server, room, {"Sec-Fetch-Site": site})

    assert (refusal.code, refusal.frames) == (4403, [])


@pytest.mark.parametrize("origin", ["own", "http://localhost:3000", "http://127.0.0.1:3000"])
def test_our_own_page_and_allowed_origins_may_connect(
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


# --- Who a socket is: by its cookie, or by its first frame -------------------------------------------


def test_a_guest_token_is_recognised_and_a_changed_one_is_not(
    client: httpx.Client, connect: Connect, queue: Queue
):
    guest = client.post("/api/guests/", json={"name": "Ada"}).json()
    token = guest["token"]
    changed = token[:-1] + ("a" if token[-1] != "a" else "b")
    socket = connect()

    identified = socket.ask({"type": "identify", "guest_token": token}, "identified")

    assert identified["payload"] == {"guest_id": guest["guest_id"]}
    assert socket.error_for({"type": "identify", "guest_token": changed}) == "VALIDATION_ERROR"
    queue.fill(1)
    assert socket.next("track.added")["seq"] == 1


@pytest.mark.both_sizes
@pytest.mark.parametrize(
    "fields",
    [
        *[{"guest_token": token} for token in ("nonsense", "", "a:b", None, 5, ["x"], "x" * 5000)],
        *[{"guest_token": token} for token in ("\ud800", "\x00")],
        *[{"access": "nonsense"}, {}, {"token": "nonsense"}],
    ],
    ids=lambda fields: repr(fields)[:40],
)
def test_what_names_nobody_is_an_error_and_the_connection_stays(
    connect: Connect, queue: Queue, fields: dict[str, Any]
):
    socket = connect()

    assert socket.error_for({"type": "identify", **fields}) == "VALIDATION_ERROR"

    errors = [frame["payload"]["message"] for frame in socket.frames if frame["type"] == "error"]
    assert errors[0].startswith("access: " if "access" in fields else "guest_token: ")
    queue.fill(1)
    assert socket.next("track.added")["seq"] == 1


def test_no_cookie_keeps_anybody_out(ada: httpx.Client, connect: Connect, queue: Queue):
    own = "; ".join(f"{name}={value}" for name, value in ada.cookies.items())
    sockets = [
        connect(headers={"Cookie": cookie})
        for cookie in (own, "tutti_guest=nonsense; sessionid=nonsense; =; ;x")
    ]

    queue.fill(1)

    assert [socket.next("track.added")["seq"] for socket in sockets] == [1, 1]
