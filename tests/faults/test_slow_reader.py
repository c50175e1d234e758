"""Who does not read is let go: the backlog is neither kept in the server's memory nor sent later."""

import asyncio
import base64
import contextlib
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ReadyMadeData
from tests.live.listeners import SocketListener
from tests.live.rooms import new_room, queued, shell
from tests.processes import TuttiServer

EVENTS = 4000
EVENT_BYTES = 8000
MEGABYTE = 1024 * 1024
# Far more than the kernel's buffers hold.
ALL_BYTES = EVENTS * EVENT_BYTES
MEMORY_BYTES = ALL_BYTES * 3 // 4
READ_SECONDS = 10.0
SECONDS = 30.0
LARGE_EVENTS = """
from django.db import transaction
from apps.playlist.models import PlaylistTrack
from apps.realtime.services import append_event
item = PlaylistTrack.objects.select_related("room").get(pk={item_id})
payload = {{"id": item.pk, "padding": "x" * {size}}}
for first in range(0, {number}, 100):
    with transaction.atomic():
        for _ in range(100):
            append_event(stream_id=item.room.stream_id, event_type="track.updated", payload=payload)
"""


@pytest.fixture(scope="module")
def embedded_server(ready_made_data: ReadyMadeData) -> Iterator[TuttiServer]:
    with TuttiServer(**ready_made_data.options("embedded")) as server:
        yield server


@pytest.mark.parametrize("path", ["/ws/playlist/{room}/", "/api/rooms/{room}/playlist/stream/"])
async def test_backlog_of_who_does_not_read_is_not_kept(embedded_server: TuttiServer, path: str):
    server, room = embedded_server, new_room(embedded_server)
    item_id = queued(server, room)
    async with SocketListener(server.base_url, room) as reader:
        with contextlib.closing(deaf_client(server, path.format(room=room))) as deaf:
            memory_before, seq_before = memory_of(server), reader.replica.seq
            await shell(server, LARGE_EVENTS.format(item_id=item_id, number=EVENTS, size=EVENT_BYTES))
            await reader.reached(seq_before + EVENTS, SECONDS)

            assert memory_of(server) - memory_before < MEMORY_BYTES
            received = await asyncio.to_thread(all_that_comes, deaf)

    assert received < ALL_BYTES // 2


def deaf_client(server: TuttiServer, path: str) -> socket.socket:
    """Asks for the socket or stream, and takes nothing of the answer."""
    deaf = socket.socket()
    deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    deaf.connect(("127.0.0.1", server.port))
    headers = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{server.port}"]
    if path.startswith("/ws/"):
        key = base64.b64encode(os.urandom(16)).decode()
        headers += ["Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13"]
        headers += [f"Sec-WebSocket-Key: {key}"]
    deaf.sendall(("\r\n".join(headers) + "\r\n\r\n").encode())
    deaf.recv(12)  # it has begun to answer
    return deaf


def all_that_comes(deaf: socket.socket) -> int:
    """How many bytes come until the line is cut. Fails when it is not."""
    deaf.settimeout(READ_SECONDS)
    received = 0
    with contextlib.suppress(ConnectionError):
        while part := deaf.recv(MEGABYTE):
            received += len(part)
    return received


def memory_of(server: TuttiServer) -> int:
    """Bytes that the process holds in memory."""
    pages = int(Path(f"/proc/{server.pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
