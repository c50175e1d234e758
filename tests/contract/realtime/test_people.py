"""Who is in a room: shown by name, only to sockets of that room that ask."""

from contextlib import ExitStack
from typing import Any

import httpx

from tests.contract.conftest import client_of, guest_of, new_room
from tests.contract.sockets import Socket
from tests.processes import TuttiServer


def people_when(socket: Socket, count: int) -> dict[str, Any]:
    """What the socket is sent once so many are there."""
    while (people := socket.wait_for("people.changed")["payload"])["active"] != count:
        pass
    found: dict[str, Any] = people
    return found


def names_of(people: dict[str, Any]) -> list[str]:
    return sorted(one["name"] for one in people["people"])


def test_names_are_sent_only_to_sockets_of_the_room_that_request_them(server: TuttiServer):
    with ExitStack() as opened:
        ada, bo, cem = [opened.enter_context(guest_of(server, name)) for name in ("Ada", "Bo", "Cem")]
        room, other = new_room(ada, is_public=False), new_room(ada)

        def enter(slug: str, http: httpx.Client) -> Socket:
            cookie = "; ".join(f"{name}={value}" for name, value in http.cookies.items())
            return opened.enter_context(Socket.of_room(server.ws_url, slug, headers={"Cookie": cookie}))

        first, silent, outside = enter(room, ada), enter(room, bo), enter(other, cem)
        enter(room, ada)
        for socket in (first, outside):
            socket.send({"type": "people"})
        people = people_when(first, 2)
        assert names_of(people) == ["Ada", "Bo"]
        mine = next(one for one in people["people"] if one["name"] == "Ada")
        assert people["me"] == mine["person_id"]
        assert names_of(people_when(outside, 1)) == ["Cem"]

        # Who has no name is there as well, and is another person once it has shown who it is.
        stranger = Socket.of_room(server.ws_url, room)
        opened.callback(stranger.__exit__)
        assert names_of(people_when(first, 3)) == ["", "Ada", "Bo"]
        with client_of(server) as new:
            token = new.post("/api/guests/", json={"name": "Dee"}).json()["token"]
        stranger.ask({"type": "identify", "guest_token": token}, "identified")
        assert names_of(people_when(first, 3)) == ["Ada", "Bo", "Dee"]

        # A display is not a person, whatever it shows of itself.
        with client_of(server) as new:
            token = new.post("/api/guests/", json={"name": "Eve"}).json()["token"]
        display = opened.enter_context(Socket.of_room(server.ws_url, room, query={"present": "false"}))
        display.ask({"type": "identify", "guest_token": token}, "identified")
        assert display.error_for({"type": "people"}) == "UNKNOWN_TYPE"

        # A new name is noticed, and the same person is another one elsewhere.
        bo.patch("/api/guests/me/", json={"name": "Bob"})
        assert names_of(people_when(first, 3)) == ["Ada", "Bob", "Dee"]
        elsewhere = enter(other, ada)
        elsewhere.send({"type": "people"})
        assert people_when(elsewhere, 2)["me"] != mine["person_id"]

        assert not any(message["type"] == "people.changed" for message in silent.messages)
        silent.ping()
        assert silent.messages[-1]["type"] == "pong"
        assert names_of(people_when(outside, 2)) == ["Ada", "Cem"]


def test_a_stream_of_charts_has_no_people(server: TuttiServer):
    with Socket.greeted(server.ws_url, "/ws/charts/") as socket:
        assert socket.error_for({"type": "people"}) == "UNKNOWN_TYPE"
