"""PostgreSQL is killed and comes back: writes are refused with 503, sockets stay and go on."""

import asyncio
from collections.abc import Awaitable

import httpx

from tests.conftest import StartServer
from tests.live.laws import check_laws
from tests.live.listeners import KINDS, all_open, replica_of
from tests.live.rooms import client_of, new_room
from tests.live.writers import Crowd
from tests.services import Postgres

SEED = 3
WRITERS = 6
WRITES = 40
# The database's pool waits 10 s for a connection before it gives up.
ANSWER_SECONDS = 15.0
BACK_SECONDS = 20.0


async def test_writes_and_joins_are_refused_until_it_is_back_and_sockets_stay(
    start_on_own_services: StartServer, own_postgres: Postgres
):
    server = start_on_own_services()
    room = new_room(server)
    path = f"/api/rooms/{room}/playlist/"
    start = await replica_of(server.base_url, room)
    crowd = Crowd([server.base_url], room=room, track_ids=range(1, WRITERS + 1), seed=SEED)

    async with all_open(kind(server.base_url, room, start.copy()) for kind in KINDS) as listeners:
        async with crowd.writing():
            await crowd.accepted(WRITES, BACK_SECONDS)
            own_postgres.kill()
            async with client_of(server) as http:
                asked = [
                    *(http.post(f"{path}", json={"track_id": WRITERS + 1}) for _ in range(WRITERS)),
                    # In a room that nobody listens to, of which the server knows nothing by heart.
                    *(http.get(f"/api/playlist/{joined}") for joined in ("", "stream/", "events/")),
                ]
                for answer in await asyncio.gather(*(answered_in_time(request) for request in asked)):
                    check_refusal(answer)
            assert not any(listener.has_ended for listener in listeners)

            own_postgres.start()
            await crowd.accepted(WRITES, BACK_SECONDS)

        for answer in crowd.ledger.refused.values():
            check_refusal(answer)
        assert not crowd.ledger.unanswered
        await check_laws(server.base_url, room, crowd.ledger, listeners)
        assert all(listener.replica.snapshots == 0 for listener in listeners)


async def answered_in_time(request: Awaitable[httpx.Response]) -> httpx.Response:
    async with asyncio.timeout(ANSWER_SECONDS):
        return await request


def check_refusal(answer: httpx.Response) -> None:
    assert answer.status_code == 503, answer.text
    assert int(answer.headers["Retry-After"]) >= 1
    error = answer.json()["error"]
    assert (error["code"], error["details"]) == ("UNAVAILABLE", {})
    assert error["message"]
