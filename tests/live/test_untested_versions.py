"""Packages of the fast path that claim to be newer, as a security release is: the server works without it."""

import asyncio

from server.dependencies import DEPENDENCIES
from tests.conftest import PreparedData
from tests.contract.sockets import Socket
from tests.live.raw_sockets import raw_socket
from tests.live.rooms import new_room, queued
from tests.live.test_pings import PingingServer, answer, ends_unanswered
from tests.processes import TuttiServer

FAST_PATH = [one.package for one in DEPENDENCIES if one.is_fast_path]
CLAIM = f"""
import importlib.metadata
real = importlib.metadata.version
importlib.metadata.version = lambda package: "99.0" if package in {FAST_PATH} else real(package)
"""
OFF = "The fast path is off: not tested with twisted 99.0, autobahn 99.0, daphne 99.0"
TOO_LARGE = "x" * 100_000
PATIENCE_SECONDS = 60


class UntestedVersionsServer(PingingServer):
    """Its packages are the installed ones, but for the versions that they claim to have."""

    def _command(self) -> list[str]:
        python, option, code, *arguments = super()._command()
        return [python, option, CLAIM + code, *arguments]


async def test_with_an_untested_version_the_server_works_and_logs_the_disabled_fast_path_once(
    prepared_data: PreparedData,
) -> None:
    with UntestedVersionsServer(**prepared_data.options("embedded")) as server:
        room = new_room(server)
        await asyncio.to_thread(assert_it_serves, server, room, queued(server, room))
        async with (
            asyncio.timeout(PATIENCE_SECONDS),
            raw_socket(server.base_url, room) as alive,
            raw_socket(server.base_url, room) as dead,
        ):
            await asyncio.gather(answer(alive), ends_unanswered(dead))
        assert server.stop() == 0
        assert server.log.count(OFF) == 1
        assert "Traceback" not in server.log


def assert_it_serves(server: TuttiServer, room: str, item_id: int) -> None:
    """Events arrive, and what is too large ends its own socket alone."""
    with Socket.of_room(server.base_url, room) as listener, Socket.of_room(server.base_url, room) as loud:
        with server.client() as http:
            vote = http.post(f"/api/rooms/{room}/playlist/{item_id}/vote/", json={"value": 1})
        assert vote.status_code == 200
        assert listener.next("track.voted")["payload"]["votes"] == 1
        loud.send(TOO_LARGE)
        assert loud.close_code() == 4408
        listener.ping()
