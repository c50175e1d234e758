"""`manage.py new_epoch` under open connections: they take a snapshot of the new epoch and go on."""

import contextlib
import secrets
import sqlite3

import psycopg

from tests.conftest import Size
from tests.live.conftest import Pair
from tests.live.listeners import (
    KINDS,
    SocketListener,
    StreamListener,
    all_open,
    all_reached,
    replica_of,
)
from tests.live.rooms import client_of, manage, new_room, queued, vote
from tests.processes import TuttiServer

SECONDS = 10.0
FORGET = "DELETE FROM realtime_event WHERE stream_id = (SELECT id FROM realtime_stream WHERE name = ?)"
BEGIN = "UPDATE realtime_stream SET epoch = ? WHERE name = ?"


async def test_open_connections_go_on_in_the_new_epoch(server: TuttiServer):
    await check_new_epoch(server, [server])


async def test_open_connections_of_two_processes_do(pair: Pair):
    await check_new_epoch(pair.one, list(pair))


async def check_new_epoch(written_to: TuttiServer, listened_to: list[TuttiServer]) -> None:
    room = new_room(written_to)
    item_id = queued(written_to, room)
    start = await replica_of(written_to.base_url, room)
    urls = [server.base_url for server in listened_to]

    async with all_open(kind(url, room, start.copy()) for kind in KINDS for url in urls) as listeners:
        await manage(written_to, "new_epoch")
        begun = await replica_of(written_to.base_url, room)
        assert begun.epoch != start.epoch
        for listener in listeners:
            await listener.until(lambda replica=listener.replica: replica.position == begun.position, SECONDS)
            assert (listener.replica.snapshots, listener.replica.events) == (1, [])

        async with client_of(written_to) as http:
            await vote(http, room, item_id)
        await all_reached(listeners, begun.seq + 1, SECONDS)

        now = await replica_of(written_to.base_url, room)
        for listener in listeners:
            assert listener.replica.position == now.position
            assert listener.replica.items == now.items
            assert len(listener.replica.events) == 1


async def test_joining_before_the_hub_has_noticed(server: TuttiServer, size: Size):
    room = new_room(server)
    queued(server, room)
    start = await replica_of(server.base_url, room)

    async with SocketListener(server.base_url, room):
        for kind in (SocketListener, StreamListener):
            begin_epoch_unnoticed(server, room, size)
            async with kind(server.base_url, room, start.copy()) as listener:
                now = await replica_of(server.base_url, room)

                assert now.epoch != start.epoch
                assert listener.replica.position == now.position
                told = [frame["payload"] for frame in listener.of_type("resumed")]
                assert [(resumed["epoch"], resumed["recovered"]) for resumed in told] == [(now.epoch, False)]


def begin_epoch_unnoticed(server: TuttiServer, room: str, size: Size) -> None:
    """As new_epoch does it, but quicker than a command: the hub has had no time to look."""
    if size == "server":
        connection, mark = psycopg.connect(server.database_url), "%s"
    else:
        connection, mark = sqlite3.connect(server.data_folder / "db.sqlite3"), "?"
    with contextlib.closing(connection), connection:
        connection.execute(FORGET.replace("?", mark), [room])
        connection.execute(BEGIN.replace("?", mark), [secrets.token_hex(6), room])
