"""Quiet sockets are pinged: a client that responds stays connected, others are closed."""

import asyncio
from typing import ClassVar

import pytest

from tests.conftest import PreparedData
from tests.live.raw_sockets import RawSocket, raw_socket
from tests.live.rooms import new_room
from tests.malformed.short_timeouts import PatientServer

ROUNDS = 3
PATIENCE_SECONDS = 30.0


class PingingServer(PatientServer):
    """A round of its turns takes two seconds instead of twenty.

    How long a pong may take is cut by Autobahn to a whole second of the clock, so that 1.8 is at least 0.8.
    """

    clocks: ClassVar[dict[str, float]] = {
        "server.daphne.STEP_SECONDS": 0.2,
        "server.daphne.PING_EVERY_SECONDS": 1.9,
        "server.daphne.PONG_WITHIN_SECONDS": 1.8,
    }


async def test_clients_that_answer_pings_stay_connected_and_others_are_closed(prepared_data: PreparedData):
    with PingingServer(**prepared_data.options("embedded")) as server:
        room = new_room(server)
        async with (
            asyncio.timeout(PATIENCE_SECONDS),
            raw_socket(server.base_url, room) as alive,
            raw_socket(server.base_url, room) as dead,
        ):
            await asyncio.gather(answer(alive), ends_unanswered(dead))


async def answer(socket: RawSocket) -> None:
    for _ in range(ROUNDS):
        socket.pong(await socket.ping())


async def ends_unanswered(socket: RawSocket) -> None:
    await socket.ping()
    with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
        await socket.ping()
