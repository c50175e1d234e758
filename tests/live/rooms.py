"""Rooms of a test's own, what is queued in them, and the simplest writes."""

import asyncio
import atexit
import itertools
import sys
import time
from typing import Any

import httpx

from tests.hosts import asked_for_room
from tests.invariants.other_process import OtherProcess
from tests.preloaded import run_program
from tests.processes import BACKEND, TuttiServer

_voters = itertools.count()
COMMAND_SECONDS = 60


def new_room(server: TuttiServer) -> str:
    """The slug of a new, empty room."""
    with server.client() as http:
        response = asked_for_room(http, name="A test's room")
    assert response.status_code == 201, response.text
    slug: str = response.json()["slug"]
    return slug


def queued(server: TuttiServer, room: str, *, number: int = 1) -> int:
    """Queues the first tracks of the library that are not queued yet; the id of the last item."""
    path = f"/api/rooms/{room}/playlist/"
    with server.client() as http:
        taken = {item["track_id"] for item in http.get(path).json()}
        tracks = [track["id"] for track in http.get("/api/tracks/").json() if track["id"] not in taken]
        for track_id in tracks[:number]:
            response = http.post(path, json={"track_id": track_id})
            assert response.status_code == 201, response.text
    item_id: int = response.json()["id"]
    return item_id


async def vote(http: httpx.AsyncClient, room: str, item_id: int) -> float:
    """One write that is one event, by a voter who has not voted yet; when it was answered."""
    headers = {"User-Agent": f"voter {next(_voters)}"}
    path = f"/api/rooms/{room}/playlist/{item_id}/vote/"
    response = await http.post(path, json={"value": 1}, headers=headers)
    assert response.status_code == 200, response.text
    return time.time()


def client_of(server: TuttiServer) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=server.base_url, timeout=30)


async def manage(server: TuttiServer, *arguments: str) -> str:
    """Runs `manage.py` beside the server, on its data; what it printed."""
    command = [sys.executable, "manage.py", *arguments]
    options = {"cwd": BACKEND, "env": server.environment, "seconds": COMMAND_SECONDS}
    done = await asyncio.to_thread(run_program, command, **options)
    assert done.returncode == 0, done.stderr
    return done.stdout


# The shell of Django that was used last is kept open: to start one takes seconds.
_shells: list[tuple[dict[str, str], OtherProcess]] = []


@atexit.register
def close_shells() -> None:
    while _shells:
        _shells.pop()[1].__exit__()


async def shell(server: TuttiServer, code: str) -> Any:
    """What the code calls `result`, run in a process beside the server. Listeners go on meanwhile."""
    environment = {**server.environment, "PORT": "0"}
    if not _shells or _shells[0][0] != environment:
        close_shells()
        _shells.append((environment, OtherProcess(environment)))
    process = _shells[0][1]
    async with asyncio.timeout(COMMAND_SECONDS):
        return await asyncio.to_thread(process.run, code)


APPENDED = """
import msgspec
from django.db import transaction
from apps.playlist.payloads import item_payload
from apps.playlist.models import PlaylistTrack
from apps.realtime.services import append_event
item = PlaylistTrack.objects.select_related("room", "track").get(pk={item_id})
payload = item_payload(item)
if {filler}:
    payload = msgspec.structs.asdict(payload) | {{"filler": "x" * {filler}}}
event = dict(stream_id=item.room.stream_id, event_type="track.updated", payload=payload)
for first in range(0, {number}, {at_once}):
    with transaction.atomic():
        for _ in range(first, min({number}, first + {at_once})):
            append_event(**event)
"""


async def append_elsewhere(
    server: TuttiServer, item_id: int, *, number: int = 1, at_once: int = 100, filler: int = 0
) -> None:
    """So many events by another process, without hints, so many in a transaction; larger by a filler."""
    await shell(server, APPENDED.format(item_id=item_id, number=number, at_once=at_once, filler=filler))
