"""One that reads a byte a second beside 200 that read at once: it delays nobody, and is closed."""

import asyncio
import contextlib
import time

import pytest

from tests.conftest import ReadyMadeData
from tests.live.listeners import replica_of
from tests.live.raw_sockets import SMALL_BUFFER, Quick, RawSocket, raw_socket
from tests.live.rooms import append_elsewhere, client_of, new_room, queued, vote
from tests.live.test_paths import closed_as_slow
from tests.processes import TuttiServer, Uvicorn

QUICK = 200
VOTES = 10
# Linux holds up to 4 MiB for a client by itself, the server a little more. The first, of 400 bytes, leave
# the slow one connected, the others do not.
SOME = 200
FLOOD, FILLER = 1200, 6000
WITHIN_SECONDS = 120.0
# From the answer to a write until the last of the 200 has it: milliseconds on an idle machine.
DELAY_SECONDS = 2.0


# Plain Daphne tells nobody how much a socket holds: who does not read is found there by its pings alone.
@pytest.mark.parametrize("kind_of_server", [TuttiServer, Uvicorn])
async def test_one_that_hardly_reads_delays_nobody(
    kind_of_server: type[TuttiServer], ready_made_data: ReadyMadeData
):
    with kind_of_server(**ready_made_data.options("embedded")) as server:
        url, room = server.base_url, new_room(server)
        item_id = queued(server, room)
        async with asyncio.timeout(WITHIN_SECONDS), contextlib.AsyncExitStack() as opened:
            slow = await opened.enter_async_context(raw_socket(url, room, receive_buffer=SMALL_BUFFER))
            dripping = asyncio.create_task(drip(slow))
            opened.callback(dripping.cancel)
            quick = [Quick(await opened.enter_async_context(raw_socket(url, room))) for _ in range(QUICK)]

            top = (await replica_of(url, room)).seq + SOME
            reading = asyncio.create_task(all_until(quick, top))
            await append_elsewhere(server, item_id, number=SOME)
            await reading
            http = await opened.enter_async_context(client_of(server))
            for number in range(1, VOTES + 1):
                answered_at = await vote(http, room, item_id)
                await all_until(quick, top + number)
                assert time.time() - answered_at < DELAY_SECONDS
            assert not dripping.done(), "it was closed before it delayed anybody"

            assert len({one.sum.digest() for one in quick}) == 1

            for one in quick[1:]:  # so much for all of them would be a test of this process
                one.close()
            reading = asyncio.create_task(quick[0].until(top + VOTES + FLOOD))
            await append_elsewhere(server, item_id, number=FLOOD, filler=FILLER)
            await reading
            await closed_as_slow(server)


async def all_until(quick: list[Quick], seq: int) -> None:
    await asyncio.gather(*(one.until(seq) for one in quick))


async def drip(socket: RawSocket) -> None:
    with contextlib.suppress(OSError, asyncio.IncompleteReadError):
        while True:
            await socket.read(1)
            await asyncio.sleep(1)
