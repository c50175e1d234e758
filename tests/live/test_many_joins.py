"""Two thousand join while events flow: each gets the state, and then every event behind it once."""

import asyncio
import contextlib
import itertools

import pytest

from tests.conftest import ReadyMadeData
from tests.live.listeners import replica_of
from tests.live.raw_sockets import RawSocket, event_seq, raw_socket, state_seq
from tests.live.rooms import client_of, new_room, queued, vote
from tests.processes import PlainDaphne, TuttiServer, Uvicorn

JOINS = 2000
AT_ONCE = 100
WITHIN_SECONDS = 120.0
# Between two events: enough of them come while somebody joins, and few enough for one process of clients.
PAUSE_SECONDS = 0.1
NOBODY_S_EPOCH = ("another-epoch", 3)


@pytest.mark.parametrize("kind_of_server", [TuttiServer, PlainDaphne, Uvicorn])
async def test_two_thousand_join_while_events_flow(
    kind_of_server: type[TuttiServer], ready_made_data: ReadyMadeData
):
    with kind_of_server(**ready_made_data.options("embedded"), rate_limit_factor="0") as server:
        room = new_room(server)
        item_id = queued(server, room, number=5)
        async with asyncio.timeout(WITHIN_SECONDS), contextlib.AsyncExitStack() as opened:
            voting = asyncio.create_task(keep_voting(server, room, item_id))
            joined: list[tuple[RawSocket, int, list[int]]] = []
            for _ in range(JOINS // AT_ONCE):
                sockets = await asyncio.gather(
                    *(
                        opened.enter_async_context(raw_socket(server.base_url, room, position=NOBODY_S_EPOCH))
                        for _ in range(AT_ONCE)
                    )
                )
                joined += await asyncio.gather(*map(brought_up_to_date, sockets))
            voting.cancel()
            await asyncio.gather(voting, return_exceptions=True)
            last = (await replica_of(server.base_url, room)).seq
            await asyncio.gather(*(go_on(socket, state, seqs, last) for socket, state, seqs in joined))

    assert len(joined) == JOINS
    for _, state, seqs in joined:
        assert seqs == list(range(state + 1, last + 1))
    states = [state for _, state, _ in joined]
    assert len(set(states)) > 5, "hardly anything happened while they joined"
    assert any(seqs for _, _, seqs in joined)


async def keep_voting(server: TuttiServer, room: str, item_id: int) -> None:
    async with client_of(server) as http:
        for _ in itertools.count():
            await vote(http, room, item_id)
            await asyncio.sleep(PAUSE_SECONDS)


async def brought_up_to_date(socket: RawSocket) -> tuple[RawSocket, int, list[int]]:
    """The number of the state that it was sent, and of the events behind that."""
    messages = await socket.messages_until(b'"type":"resumed"')
    (state,) = [seq for seq in map(state_seq, messages) if seq is not None]
    return socket, state, [seq for seq in map(event_seq, messages) if seq is not None]


async def go_on(socket: RawSocket, state: int, seqs: list[int], last: int) -> None:
    while (seqs[-1] if seqs else state) < last:
        message = await socket.message()
        assert message is not None, f"closed with {socket.close_code}"
        seq = event_seq(message)
        if seq is not None:
            seqs.append(seq)
