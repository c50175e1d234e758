"""Clients whose log was trimmed, or whose epoch ended, go on exactly or with a snapshot."""

from collections.abc import Iterator

import pytest

from tests.conftest import PreparedData, Size
from tests.live.listeners import (
    KINDS,
    SocketListener,
    StreamListener,
    all_open,
    all_reached,
    replica_of,
)
from tests.live.rooms import append_elsewhere, client_of, manage, new_room, queued, shell, vote
from tests.processes import TuttiServer

SECONDS = 20.0

# --- The log keeps its latest part; a client that lacks removed events takes a snapshot, never a part

KEPT = 50
# More than one append trims: the first of them are gone before a client can have read them.
AT_ONCE = 300


@pytest.fixture(scope="module")
def forgetful_server(size: Size, prepared_data: PreparedData) -> Iterator[TuttiServer]:
    settings = {"EVENT_LOG_KEEP_EVENTS": str(KEPT)}
    with TuttiServer(**prepared_data.options(size), environment=settings) as server:
        yield server


async def test_listeners_behind_the_log_get_a_snapshot_and_continue(forgetful_server: TuttiServer):
    server, room = forgetful_server, new_room(forgetful_server)
    item_id = queued(server, room)
    start = await replica_of(server.base_url, room)

    async with all_open(kind(server.base_url, room, start.copy()) for kind in KINDS) as listeners:
        await append_elsewhere(server, item_id, number=AT_ONCE, at_once=AT_ONCE)
        await all_reached(listeners, start.seq + AT_ONCE, SECONDS)
        await append_elsewhere(server, item_id)
        await all_reached(listeners, start.seq + AT_ONCE + 1, SECONDS)

        now = await replica_of(server.base_url, room)
        for listener in listeners:
            assert listener.replica.snapshots == 1, listener
            assert [event["seq"] for event in listener.replica.events] == [now.seq]
            assert listener.replica.items == now.items


# --- `manage.py new_epoch` under open connections: they take a snapshot of the new epoch and go on ---

# As new_epoch does it, but quicker than a command, and of one room: the hub has had no time to look.
BEGIN_UNNOTICED = """
import secrets
from django.db import transaction
from apps.realtime.models import Event, Stream
stream = Stream.objects.filter(name={room!r})
with transaction.atomic():
    Event.objects.filter(stream__in=stream).delete()
    stream.update(epoch=secrets.token_hex(6))
result = None
"""


@pytest.mark.parametrize("doors", ["one", "server"])
async def test_open_connections_continue_in_the_new_epoch(request: pytest.FixtureRequest, doors: str):
    """Of one process, and of two on PostgreSQL."""
    if doors == "server":
        listened_to = list(request.getfixturevalue("pair"))
    else:
        listened_to = [request.getfixturevalue("servers")["fast"]]
    written_to = listened_to[0]
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


async def test_a_client_that_joins_before_the_hub_sees_a_new_epoch_gets_it(server: TuttiServer):
    room = new_room(server)
    queued(server, room)
    start = await replica_of(server.base_url, room)
    await shell(server, "result = None")  # so that the next is quick

    async with SocketListener(server.base_url, room):
        for kind in (SocketListener, StreamListener):
            await shell(server, BEGIN_UNNOTICED.format(room=room))
            async with kind(server.base_url, room, start.copy()) as listener:
                now = await replica_of(server.base_url, room)

                assert now.epoch != start.epoch
                assert listener.replica.position == now.position
                reported = [message["payload"] for message in listener.of_type("resumed")]
                assert [(resumed["epoch"], resumed["recovered"]) for resumed in reported] == [
                    (now.epoch, False)
                ]
