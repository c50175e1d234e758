"""Who is in a room, and which speakers, over two processes."""

import asyncio
import time
from contextlib import AsyncExitStack

import httpx

from tests.contract.sockets import Socket
from tests.contract.staff import begin_plain_session
from tests.live.conftest import Pair
from tests.live.rooms import new_room, shell
from tests.processes import TuttiServer

PATIENCE_SECONDS = 20
# They are sent at most twice a second; without a notice, every 5 seconds or more seldom.
SPEAKERS_SECONDS = 2.0
PEOPLE = """
from apps.rooms.models import Room
from apps.realtime.presence import present_user_ids
from django.contrib.auth import get_user_model
there = present_user_ids(Room.objects.get(slug={room!r}).stream_id)
result = sorted(get_user_model().objects.filter(pk__in=there).values_list("username", flat=True))
"""
ROWS = """
from apps.rooms.models import Room
from apps.realtime.models import Presence
result = Presence.objects.filter(stream_id=Room.objects.get(slug={room!r}).stream_id).count()
"""


def session_of(server: TuttiServer, name: str) -> str:
    with httpx.Client(base_url=server.base_url) as http:
        begin_plain_session(http, name)
        return f"sessionid={http.cookies['sessionid']}"


async def rows_there(server: TuttiServer, room: str, expected: int) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while await shell(server, ROWS.format(room=room)) < expected:
            pass
    assert await shell(server, ROWS.format(room=room)) == expected


async def people_there(server: TuttiServer, room: str, expected: list[str]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while await shell(server, PEOPLE.format(room=room)) != expected:
            pass


async def test_people_of_both_processes_are_in_the_room(pair: Pair):
    room = new_room(pair.one)
    cookies = {name: session_of(pair.one, f"{name}-{room}") for name in ("ada", "bo")}
    async with AsyncExitStack() as opened:

        def enter(server: TuttiServer, **headers: str) -> None:
            opened.enter_context(Socket.of_room(server.ws_url, room, headers=headers))

        for server in pair:
            for _ in range(3):
                enter(server, Cookie=cookies["ada"])
        enter(pair.other, Cookie=cookies["bo"])
        enter(pair.one)
        await people_there(pair.one, room, [f"ada-{room}", f"bo-{room}"])
        await rows_there(pair.one, room, 3)  # also that of the guest without a name

    # A minute has not gone by.
    await people_there(pair.one, room, [f"ada-{room}", f"bo-{room}"])


def test_speakers_of_one_process_are_soon_known_to_clients_of_the_other(pair: Pair):
    room = new_room(pair.one)
    join = {"type": "speaker.join", "name": "Kitchen", "kind": "other"}
    with Socket.of_room(pair.one.ws_url, room) as one, Socket.of_room(pair.other.ws_url, room) as other:
        for message, names in ((join, ["Kitchen"]), ({"type": "speaker.leave"}, [])):
            began = time.monotonic()
            one.send(message)
            speakers = other.wait_for("speakers.changed")["payload"]["speakers"]
            assert [speaker["name"] for speaker in speakers] == names
            assert time.monotonic() - began < SPEAKERS_SECONDS
