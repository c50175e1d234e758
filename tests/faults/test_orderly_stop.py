"""An orderly stop with many open connections: soon over, and everybody is told what he understands."""

import asyncio
import time

from tests.conftest import StartServer
from tests.live.listeners import PollListener, SocketListener, StreamListener, all_open, replica_of
from tests.live.rooms import new_room

OF_EACH_KIND = 100
RESTARTING = 4012
# A server that nobody listens to needs a second; the clients share its processors.
STOP_SECONDS = 6.0
TOLD_SECONDS = 10.0


async def test_stop_with_many_listeners(start_server: StartServer):
    server = start_server()
    room = new_room(server)
    url, start = server.base_url, await replica_of(server.base_url, room)
    silent = [SocketListener(url, room) for _ in range(OF_EACH_KIND)]
    resumed = [SocketListener(url, room, start.copy()) for _ in range(OF_EACH_KIND)]
    streams = [StreamListener(url, room) for _ in range(OF_EACH_KIND)]
    polls = [WaitingPoll(url, room, start.copy()) for _ in range(OF_EACH_KIND)]

    async with all_open([*silent, *resumed, *streams, *polls]) as everybody:
        await polls_wait(polls[0])
        began = time.monotonic()
        code = await asyncio.to_thread(server.stop)
        took = time.monotonic() - began
        await asyncio.gather(*(listener.ended(TOLD_SECONDS) for listener in everybody))

    assert code == 0
    assert took < STOP_SECONDS
    assert {listener.close_code for listener in resumed} == {RESTARTING}
    assert RESTARTING not in {listener.close_code for listener in silent}
    assert {poll.answers for poll in polls} == {1}, "a waiting poll got no answer"
    assert "Traceback" not in server.log


class WaitingPoll(PollListener):
    """Asks once."""

    answers = 0

    async def _read_until_end(self) -> None:
        answer = await self.ask(wait=25)
        assert answer["events"] == []
        self.answers += 1


async def polls_wait(poll: PollListener) -> None:
    """A later poll needs as many reads as they, in the same line: when it is through, they are waiting."""
    for _ in range(20):
        await poll.ask(wait=0)
