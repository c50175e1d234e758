"""Clients that write, each on its own track, and store the responses."""

import asyncio
import contextlib
import itertools
import random
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

# A write that is not answered by then hangs.
ANSWER_SECONDS = 30.0
# The pause before a retry if the server is unavailable.
AWAY_SECONDS = 0.05


@dataclass
class Ledger:
    """The result of each write, by its Idempotency-Key.

    Unknown are those without a response or with a 503: the database may have gone while it committed.
    """

    accepted: list[str] = field(default_factory=list)
    rejected: dict[str, httpx.Response] = field(default_factory=dict)
    unavailable: dict[str, httpx.Response] = field(default_factory=dict)
    unanswered: list[str] = field(default_factory=list)
    has_grown: asyncio.Event = field(default_factory=asyncio.Event)

    def note(self, key: str, response: httpx.Response) -> None:
        if response.is_success:
            self.accepted.append(key)
            self.has_grown.set()
        elif response.status_code == 503:
            self.unavailable[key] = response
        else:
            self.rejected[key] = response


class _WriteRejected(Exception):
    """The server rejected it; the writer begins again."""


class Writer:
    """Adds its track, votes, plays, moves and removes it, over and over: every accepted write is an event."""

    _numbers = itertools.count()

    def __init__(self, *, track_id: int, room: str, ledger: Ledger, chance: random.Random) -> None:
        self.urls: list[str] = []
        self._track_id = track_id
        self._room = room
        self._ledger = ledger
        self._chance = chance
        self.is_stopping = False
        self._name = f"writer-{next(self._numbers)}"
        self._keys = (f"{self._name}-{number}" for number in itertools.count())

    async def run(self) -> None:
        """Until it is stopped; then it waits for its last response, so that nothing is under way."""
        options: dict[str, Any] = {"timeout": ANSWER_SECONDS, "headers": {"User-Agent": self._name}}
        async with httpx.AsyncClient(**options) as http:
            while not self.is_stopping:
                try:
                    await self._round(http)
                except (httpx.TransportError, _WriteRejected):
                    await asyncio.sleep(AWAY_SECONDS)

    async def _round(self, http: httpx.AsyncClient) -> None:
        """From a queue without its track to a queue without its track."""
        place = self._chance.choice([{}, {"position": self._chance.uniform(-5, 5)}])
        item_id = await self._left_behind(http)
        if item_id is None:
            added = await self._write(http, "POST", "", {"track_id": self._track_id, **place})
            item_id = added["id"]
            for method, path, body in self._steps():
                if self.is_stopping:
                    return
                await self._write(http, method, f"{item_id}/{path}", body)
        await self._write(http, "DELETE", f"{item_id}/")

    def _steps(self) -> Sequence[tuple[str, str, dict[str, Any] | None]]:
        steps: list[tuple[str, str, dict[str, Any] | None]] = [
            ("POST", "vote/", {"value": 1}),
            ("POST", "play/", None),
            ("PATCH", "", {"position": self._chance.uniform(10, 20)}),
            ("POST", "vote/", {"value": -1}),
        ]
        self._chance.shuffle(steps)
        return steps

    async def _left_behind(self, http: httpx.AsyncClient) -> int | None:
        """The item of its track that a write without a response may have left in the queue."""
        response = await http.get(self._address(""))
        if response.status_code != 200:
            raise _WriteRejected
        ids = {item["track_id"]: item["id"] for item in response.json()}
        return ids.get(self._track_id)

    async def _write(self, http: httpx.AsyncClient, method: str, path: str, body: Any = None) -> Any:
        key = next(self._keys)
        headers = {"Idempotency-Key": key}
        try:
            response = await http.request(method, self._address(path), json=body, headers=headers)
        except httpx.TransportError:
            self._ledger.unanswered.append(key)
            raise
        self._ledger.note(key, response)
        if response.is_error:
            raise _WriteRejected
        return response.json() if response.content else None

    def _address(self, path: str) -> str:
        return f"{self._chance.choice(self.urls)}/api/rooms/{self._room}/playlist/{path}"


class ConcurrentWriters:
    """Many writers at once."""

    def __init__(self, urls: Sequence[str], *, room: str, track_ids: Sequence[int], seed: int) -> None:
        self.ledger = Ledger()
        self._writers = [
            Writer(
                track_id=track_id, room=room, ledger=self.ledger, chance=random.Random(f"{seed}-{track_id}")
            )
            for track_id in track_ids
        ]
        self.go_to(urls)

    def go_to(self, urls: Sequence[str]) -> None:
        """From their next write on they ask one of these servers."""
        for writer in self._writers:
            writer.urls = list(urls)

    @contextlib.asynccontextmanager
    async def writing(self) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(writer.run()) for writer in self._writers]
        try:
            yield
        finally:
            for writer in self._writers:
                writer.is_stopping = True
            await asyncio.gather(*tasks)

    async def accepted(self, more: int, within_seconds: float) -> None:
        """Waits until so many more writes have been accepted."""
        wanted = len(self.ledger.accepted) + more
        try:
            async with asyncio.timeout(within_seconds):
                while len(self.ledger.accepted) < wanted:
                    self.ledger.has_grown.clear()
                    await self.ledger.has_grown.wait()
        except TimeoutError:
            missing = wanted - len(self.ledger.accepted)
            responses = [*self.ledger.rejected.values(), *self.ledger.unavailable.values()]
            statuses = Counter(response.status_code for response in responses)
            raise AssertionError(
                f"{missing} of {more} writes are not accepted; rejected: {statuses}"
            ) from None
