"""Whatever clients, the server and the application do: as many places as there were, and none taken twice."""

import asyncio
from collections import Counter

from hypothesis import example, given
from hypothesis import strategies as st

from core.request_places import ONE_IN, RequestPlaces
from core.tests.asking import LEFT, TOO_LONG, Client, Work, settled

MOVES = st.lists(
    st.tuples(st.sampled_from(["ask", "ask", "write", "end", "leave", "cut", "break"]), st.integers(0, 30)),
    max_size=60,
)


# A write that leaves the line keeps no place from other writes.
@example(moves=[("ask", 1), ("write", 1), ("leave", 1), ("end", 0)], count=1)
@example(moves=[("ask", 1), ("write", 1), ("cut", 1), ("end", 0)], count=1)
@given(moves=MOVES, count=st.integers(1, 6))
def test_whatever_happens_no_place_is_lost_nor_taken_twice(moves: list[tuple[str, int]], count: int):
    """`cut` is a server that gives up on a request; `break` an error in the application."""
    asyncio.run(_play(moves, count))


async def _play(moves: list[tuple[str, int]], count: int) -> None:
    work = Work()
    places = RequestPlaces(work, places=count, max_wait_seconds=TOO_LONG)
    clients: list[Client] = []
    for move, number in moves:
        if move in {"ask", "write", "break"}:
            path = f"/{'broken' if move == 'break' else 'sound'}/{len(clients)}"
            method, address = "POST" if move == "write" else "GET", f"192.0.2.{number % 3}"
            clients.append(Client(path, method=method, address=address).ask(places))
        elif clients:
            _do(move, clients[number % len(clients)], work)
        if number % 3:
            await settled()
    for client in clients:
        work.end(client.path)
    await asyncio.gather(*(client.task for client in clients if client.task), return_exceptions=True)
    assert work.most <= count
    assert all(times == 1 for times in Counter(work.began).values())
    await _check_all_are_free(work, places, count)


def _do(move: str, client: Client, work: Work) -> None:
    if move == "end":
        work.end(client.path)
    elif move == "leave":
        client.says(LEFT)
    elif client.task is not None:
        client.task.cancel()


async def _check_all_are_free(work: Work, places: RequestPlaces, count: int) -> None:
    for method, most in [("GET", count), ("POST", count - count // ONE_IN)]:
        after = [Client(f"/{method}/{number}", method=method).ask(places) for number in range(count)]
        await settled()
        assert len(work.going_on) == most, "a place was lost"
        for client in after:
            work.end(client.path)
        await asyncio.gather(*(client.answer() for client in after))
