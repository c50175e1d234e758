"""Of players, what a socket or a seek does counts like what is done by a request: a tenth of the limits."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.contract.limits.conftest import Doors, NewScript, RoomOfScripts
from tests.contract.limits.scripts import Reply, Script, agent, check_limit, with_dashes
from tests.contract.sockets import Message, Socket
from tests.services import wait_for

MINUTE_SECONDS, HOUR_SECONDS = 60, 3600
JOIN = {"type": "speaker.join", "name": "Kitchen", "kind": "other"}
JOINS_OF_SOCKET = 4


@pytest.fixture
def sockets(doors: Doors) -> Iterator[Callable[..., Socket]]:
    """Sockets of a room at the address of a script."""
    with ExitStack() as opened:

        def open_one(script: Script, room: RoomOfScripts, number: int = 0) -> Socket:
            options: Any = {"headers": with_dashes(agent(number)), "address": script.address}
            slug = room.path.split("/")[3]
            return opened.enter_context(Socket.of_room(doors[0].ws_url, slug, **options))

        yield open_one


def reply_of(ask: Callable[[], Message]) -> Reply:
    """The answer of a socket, as that of a request."""
    sent_at = time.monotonic()
    message = ask()
    is_error = message["type"] == "error"
    body: Any = {"error": message["payload"]} if is_error else message["payload"]
    return Reply(429 if is_error else 200, {"retry-after": "1"}, body, sent_at, time.monotonic())


def test_speakers_of_an_address_may_join_60_times_a_minute(
    script: Script, sockets: Callable[..., Socket], new_room: Callable[[], RoomOfScripts]
) -> None:
    """Each writes the player, under the lock of the room, like the actions with which they are counted."""
    room = new_room()
    many = [sockets(script, room, number) for number in range(16)]

    replies = [
        reply_of(lambda socket=socket: socket.ask(JOIN, "speaker.joined", "error"))  # type: ignore[misc]
        for socket in many
        for _ in range(JOINS_OF_SOCKET)
    ]

    action = script.ask("POST", room.path.replace("playlist", "player"), {"action": "settings", "volume": 7})
    check_limit([*replies, action], 60, MINUTE_SECONDS)
    assert many[-1].ping()


def test_seeks_to_the_last_part_and_failures_of_speakers_count_as_plays(
    script: Script,
    new_script: NewScript,
    sockets: Callable[..., Socket],
    new_room: Callable[[], RoomOfScripts],
) -> None:
    room, other = new_room(), new_script()
    items = room.fill(2)
    player = room.path.replace("playlist", "player")
    guests = [other.ask("POST", "/api/guests/", {"name": "Host"}).body["token"] for _ in range(5)]
    callers = iter([guest for guest in guests for _ in range(40)])

    def ask(path: str, body: Any = None, at: Script = script) -> Reply:
        return at.ask("POST", path, body, X_Guest_Token=next(callers))

    speaker = sockets(script, room)
    speaker.ask(JOIN, "speaker.joined")
    began = ask(player, {"action": "play"})
    end = {"action": "seek", "position_ms": began.body["duration_ms"] - 20_000}
    early = {"action": "seek", "position_ms": 60_000}

    sought = [ask(player, end) for _ in range(20)]
    played = [ask(f"{room.path}{items[number % 2]}/play/") for number in range(85)]
    check_limit([began, *sought, *played], 100, HOUR_SECONDS)

    playing = ask(player, early)
    assert playing.status == 200
    assert ask(player, end).is_limited
    assert ask(player, {"action": "skip"}).is_limited
    assert ask(player, {"action": "previous"}).is_limited
    assert ask(player, end, at=other).status == 200

    failed = {"type": "speaker.report", "item_id": playing.body["item"]["id"], "position_ms": 0}
    error = wait_for(lambda: speaker.error_for({**failed, "state": "failed"}))
    assert error == "RATE_LIMITED"
    assert script.ask("GET", player).body["play_id"] == playing.body["play_id"]
