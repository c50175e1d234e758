"""Never more requests at once than there are slots, all in their turn; none is ever lost.

That reads go on while writes wait: tests/live/test_waiting_costs.py. That no client waits for one that
does not read or sends slowly: tests/malformed/test_slow_readers.py, test_slow_senders.py.
"""

import asyncio
import json
from collections import Counter
from typing import Any, Self

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from prometheus_client import REGISTRY

from core.asgi import ONE_IN, SLOTS_FOR_MONITORING, ConcurrencyLimiter

BODY = {"type": "http.request", "body": b"", "more_body": False}
LEFT = {"type": "http.disconnect"}
ANSWER_STARTS = {"type": "http.response.start", "status": 200, "headers": []}
TOO_LONG = 3600.0


class Work:
    """An application that works on each request until it is ended, and reads as Django does."""

    def __init__(self) -> None:
        self.began: list[str] = []
        self.left: list[str] = []
        self.going_on: set[str] = set()
        self.most = 0
        self._ends: dict[str, asyncio.Event] = {}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        name = scope["path"]
        while (message := await receive()).get("more_body", False):
            pass
        if message["type"] == "http.disconnect":
            self.left.append(name)
            return
        self.began.append(name)
        self.going_on.add(name)
        self.most = max(self.most, len(self.going_on))
        try:
            await self._ends.setdefault(name, asyncio.Event()).wait()
            if name.startswith("/broken"):
                raise ValueError(name)
        finally:
            self.going_on.remove(name)
        await send(ANSWER_STARTS)
        await send({"type": "http.response.body", "body": b"done"})

    def end(self, name: str) -> None:
        self._ends.setdefault(name, asyncio.Event()).set()


class Client:
    """One request, and what it was answered."""

    def __init__(
        self,
        path: str,
        *,
        method: str = "GET",
        address: str = "192.0.2.7",
        body: list[dict[str, Any]] | None = None,
        **headers: str,
    ) -> None:
        self._messages: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        for message in body or [BODY]:
            self._messages.put_nowait(message)
        raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        self.path = path
        self.scope: dict[str, Any] = {
            "type": "http",
            "method": method,
            "scheme": "http",
            "path": path,
            "headers": raw,
            "client": (address, 4711),
        }
        self.answered: list[Any] = []
        self.task: asyncio.Task[None] | None = None

    def ask(self, application: ConcurrencyLimiter) -> Self:
        self.task = asyncio.create_task(application(self.scope, self._messages.get, self._send))
        return self

    def says(self, message: dict[str, Any]) -> None:
        self._messages.put_nowait(message)

    async def _send(self, message: Any) -> None:
        self.answered.append(message)

    def is_through(self) -> bool:
        return self.task is not None and self.task.done()

    async def answer(self) -> tuple[int, dict[str, str], bytes]:
        assert self.task is not None
        await self.task
        start, body = self.answered
        headers = {name.decode(): value.decode() for name, value in start["headers"]}
        return start["status"], headers, body["body"]


async def settled() -> None:
    """Until nothing happens any more: each turn of the loop may begin what the next goes on with."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_slots_are_given_to_networks_by_round_robin():
    """One that asks much waits for itself; what is of one network counts as one."""
    work = Work()
    slots = ConcurrencyLimiter(work, slots=1, max_wait_seconds=TOO_LONG)
    asked = [
        *[("192.0.2.1", f"/much/{number}") for number in range(4)],
        ("192.0.2.2", "/ada"),
        *[(f"2001:db8::{number}", f"/bo/{number}") for number in range(3)],
    ]
    clients = [Client(path, address=address).ask(slots) for address, path in asked]
    for _ in clients:
        await settled()
        work.end(work.began[-1])
    for client in clients:
        await client.answer()

    turns = ["/much/0", "/much/1", "/ada", "/bo/0", "/much/2", "/bo/1", "/much/3", "/bo/2"]
    assert (work.began, work.most) == (turns, 1)


async def test_a_cancelled_waiting_request_is_not_processed():
    work = Work()
    slots = ConcurrencyLimiter(work, slots=1)
    first, second, third = (Client(path).ask(slots) for path in ("/first", "/second", "/third"))
    await settled()
    second.says(LEFT)
    await settled()
    work.end("/first")
    await settled()

    assert (work.began, work.left) == (["/first", "/third"], ["/second"])
    work.end("/third")
    assert (await third.answer())[0] == (await first.answer())[0] == 200
    assert second.answered == []


async def test_a_request_that_waits_too_long_gets_an_error_in_the_one_shape(settings):
    settings.SECURE_HSTS_SECONDS = 3600
    settings.CORS_ALLOWED_ORIGINS = ["https://elsewhere.example"]
    work = Work()
    slots = ConcurrencyLimiter(work, slots=1, max_wait_seconds=0.01)
    first = Client("/first").ask(slots)
    await settled()
    late = Client("/api/tracks/", origin="https://elsewhere.example", x_request_id="late-1")
    late.scope["scheme"] = "https"
    counted = ("tutti_http_request_duration_seconds_sum", {"method": "GET", "view": "none"})
    before = REGISTRY.get_sample_value(*counted) or 0.0
    late.ask(slots)
    status, headers, body = await late.answer()
    assert REGISTRY.get_sample_value(*counted) == pytest.approx(before + 0.01)

    assert status == 503
    assert json.loads(body)["error"]["code"] == "UNAVAILABLE"
    assert headers["retry-after"] == "5"
    assert headers["content-type"] == "application/json"
    assert headers["content-length"] == str(len(body))
    assert headers["x-request-id"] == "late-1"
    assert headers["access-control-allow-origin"] == "https://elsewhere.example"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["strict-transport-security"] == "max-age=3600"

    work.end("/first")
    assert (await first.answer())[0] == 200
    work.end("/next")
    assert (await Client("/next").ask(slots).answer())[0] == 200


async def test_slots_are_reserved_for_reads():
    """Without writers all readers share it, and both wait in one queue for it."""
    work = Work()
    slots = ConcurrencyLimiter(work, slots=4, max_wait_seconds=TOO_LONG)
    clients = [Client(f"/read/{number}").ask(slots) for number in range(4)]
    await settled()
    clients += [Client("/write", method="PUT").ask(slots), Client("/read/4").ask(slots)]
    await settled()
    assert len(work.began) == 4
    work.end("/read/1")
    await settled()
    assert work.began[4:] == ["/write"]

    for client in clients:
        work.end(client.path)
    await asyncio.gather(*(client.answer() for client in clients))
    assert work.most == 4


async def test_health_checks_have_their_own_limited_slots():
    work = Work()
    slots = ConcurrencyLimiter(work, slots=1, max_wait_seconds=TOO_LONG)
    busy = Client("/busy").ask(slots)
    await settled()
    for path in ("/api/health/live", "/api/health/ready/", "/api/health/", "/metrics"):
        work.end(path)
        assert (await Client(path).ask(slots).answer())[0] == 200

    watchers = [Client(f"/api/health/{number}").ask(slots) for number in range(SLOTS_FOR_MONITORING + 1)]
    await settled()
    assert work.most == 1 + SLOTS_FOR_MONITORING
    for client in (busy, *watchers):
        work.end(client.path)
        await client.answer()
    assert work.most == 1 + SLOTS_FOR_MONITORING


async def test_an_aborted_streaming_response_releases_its_slot():
    async def break_off(_scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send(ANSWER_STARTS)
        await send({"type": "http.response.body", "body": b"a part", "more_body": True})
        raise ValueError("no more")

    slots = ConcurrencyLimiter(break_off, slots=1)
    for _ in range(2):  # the second finds the place of the first
        client = Client("/broken").ask(slots)
        await settled()
        assert client.is_through()
        assert client.task is not None
        with pytest.raises(ValueError, match="no more"):
            await client.task


# --- Whatever clients, the server and the application do ---------------------------------------------

MOVES = st.lists(
    st.tuples(st.sampled_from(["ask", "ask", "write", "end", "leave", "cut", "break"]), st.integers(0, 30)),
    max_size=60,
)


# A write that leaves the queue keeps no place from other writes.
@example(moves=[("ask", 1), ("write", 1), ("leave", 1), ("end", 0)], count=1)
@example(moves=[("ask", 1), ("write", 1), ("cut", 1), ("end", 0)], count=1)
@given(moves=MOVES, count=st.integers(1, 6))
def test_no_slot_is_lost_or_given_twice(moves: list[tuple[str, int]], count: int):
    """`cut` is a server that gives up on a request; `break` an error in the application."""
    asyncio.run(_play(moves, count))


async def _play(moves: list[tuple[str, int]], count: int) -> None:
    work = Work()
    slots = ConcurrencyLimiter(work, slots=count, max_wait_seconds=TOO_LONG)
    clients: list[Client] = []
    for move, number in moves:
        if move in {"ask", "write", "break"}:
            path = f"/{'broken' if move == 'break' else 'sound'}/{len(clients)}"
            method, address = "POST" if move == "write" else "GET", f"192.0.2.{number % 3}"
            clients.append(Client(path, method=method, address=address).ask(slots))
        elif clients:
            _do(move, clients[number % len(clients)], work)
        if number % 3:
            await settled()
    for client in clients:
        work.end(client.path)
    await asyncio.gather(*(client.task for client in clients if client.task), return_exceptions=True)
    assert work.most <= count
    assert all(times == 1 for times in Counter(work.began).values())
    await _check_all_are_free(work, slots, count)


def _do(move: str, client: Client, work: Work) -> None:
    if move == "end":
        work.end(client.path)
    elif move == "leave":
        client.says(LEFT)
    elif client.task is not None:
        client.task.cancel()


async def _check_all_are_free(work: Work, slots: ConcurrencyLimiter, count: int) -> None:
    for method, most in [("GET", count), ("POST", count - count // ONE_IN)]:
        after = [Client(f"/{method}/{number}", method=method).ask(slots) for number in range(count)]
        await settled()
        assert len(work.going_on) == most, "a place was lost"
        for client in after:
            work.end(client.path)
        await asyncio.gather(*(client.answer() for client in after))
