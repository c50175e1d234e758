"""An orderly stop with many open connections: it ends soon, with a fitting message to each client."""

import asyncio
import socket
import time

import httpx
import pytest

from tests.conftest import StartServer
from tests.live.listeners import PollListener, SocketListener, StreamListener, all_open, replica_of
from tests.live.rooms import client_of, new_room, queued, vote
from tests.live.test_waiting_costs import polls_are_waiting

# Of each kind of connection; `--long` has many more.
OF_EACH_KIND, LONG_OF_EACH_KIND = 40, 100
RESTARTING = 4012
# The server's log line when a client did not end in time.
GAVE_UP = "Timed out notifying"
# A server without listeners needs a second; the clients share its processors.
STOP_SECONDS = 6.0
MESSAGE_SECONDS = 10.0


async def test_a_shutdown_with_many_listeners_closes_sockets_for_reconnecting(
    start_server: StartServer, pytestconfig: pytest.Config
):
    number = LONG_OF_EACH_KIND if pytestconfig.getoption("--long") else OF_EACH_KIND
    server = start_server()
    room = new_room(server)
    item_id = queued(server, room)
    url, start = server.base_url, await replica_of(server.base_url, room)
    silent = [SocketListener(url, room) for _ in range(number)]
    asking, by_message = SocketListener(url, room), SocketListener(url, room)
    by_url = [SocketListener(url, room, start.copy()) for _ in range(number)]
    streams = [StreamListener(url, room) for _ in range(number)]
    polls = [WaitingPoll(url, room, start.copy()) for _ in range(number)]

    async with all_open([*silent, asking, by_message, *by_url, *streams, *polls]) as listeners:
        for message in ({"type": "ping"}, {"type": "snapshot"}):
            await asking.send(message)
        await by_message.send({"type": "resume", "epoch": start.epoch, "since": start.seq})
        await by_message.until(lambda: bool(by_message.of_type("resumed")), MESSAGE_SECONDS)
        await asking.until(lambda: bool(asking.of_type("playlist.snapshot")), MESSAGE_SECONDS)
        await polls_are_waiting(server, room, start.position)
        with server.client() as idle, socket.create_connection(("127.0.0.1", server.port)):
            assert idle.get("/api/health/live").status_code == 200
            began = time.monotonic()
            code = await asyncio.to_thread(server.stop)
            took = time.monotonic() - began
        await asyncio.gather(*(listener.ended(MESSAGE_SECONDS) for listener in listeners))

        assert code == 0
        assert took < STOP_SECONDS
        assert {listener.close_code for listener in [by_message, *by_url]} == {RESTARTING}
        assert RESTARTING not in {listener.close_code for listener in [*silent, asking]}
        assert {poll.answers for poll in polls} == {1}, "a waiting poll got no answer"
        assert "Traceback" not in server.log
        assert GAVE_UP not in server.log
        async with client_of(server) as late:
            with pytest.raises(httpx.ConnectError):
                await late.get("/api/health/live")

        server.start()
        back = by_url[0]
        await back.come_back(server.base_url)
        async with client_of(server) as http:
            await vote(http, room, item_id)
        await back.reached(start.seq + 1, MESSAGE_SECONDS)
        assert (back.replica.epoch, back.replica.snapshots) == (start.epoch, 0)


class WaitingPoll(PollListener):
    """Asks once."""

    answers = 0

    async def _read_until_end(self) -> None:
        response = await self.ask(wait=25)
        assert response["events"] == []
        self.answers += 1
