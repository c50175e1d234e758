"""What the server says of its parts while somebody listens."""

import httpx

from tests.live.listeners import SocketListener
from tests.live.rooms import new_room
from tests.processes import TuttiServer

QUICK_SECONDS = 1.0


async def test_ready_while_a_socket_is_open(server: TuttiServer):
    async with SocketListener(server.base_url, new_room(server)), httpx.AsyncClient() as http:
        answer = await http.get(f"{server.base_url}/api/health/ready", timeout=10)

    assert answer.json() == {
        "status": "ok",
        "checks": {"database": "ok", "channel_layer": "ok", "jobs": "ok", "model": "missing"},
    }
    assert answer.elapsed.total_seconds() < QUICK_SECONDS
