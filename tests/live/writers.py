"""Clients that write, each on a track of its own, and remember what they were answered."""

import asyncio
import contextlib
import itertools
import random
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

# A write that is not answered by then hangs.
ANSWER_SECONDS = 30.0
# A server that is away is tried again after this.
AWAY_SECONDS = 0.05


@dataclass
class Ledger:
    """What became of each write, by its Idempotency-Key. Nobody knows of those that got no answer."""

    accepted: list[str] = field(default_factory=list)
    refused: dict[str, int] = field(default_factory=dict)
    unanswered: list[str] = field(default_factory=list)

    def note(self, key: str, status: int) -> None:
        if status < 300:
            self.accepted.append(key)
        else:
            self.refused[key] = status


class Writer:
    """Adds its track, votes, plays, moves and removes it, over and over: every accepted write is an event."""

    _numbers = itertools.count()

    def __init__(self, *, track_id: int, room: str, ledger: Ledger, chance: random.Random) -> None:
        self.urls: list[str] = []
        self._track_id = track_id
        self._room = room
        self._ledger = ledger
        self._chance = chance
        self._item_id: int | None = None
        self._name = f"writer-{next(self._numbers)}"
        self._keys = (f"{self._name}-{number}" for number in itertools.count())

    async def run(self) -> None:
        options: dict[str, Any] = {"timeout": ANSWER_SECONDS, "headers": {"User-Agent": self._name}}
        async with httpx.AsyncClient(**options) as http:
            while True:
                try:
                    await self._round(http)
                except httpx.TransportError:
                    await asyncio.sleep(AWAY_SECONDS)

    async def _round(self, http: httpx.AsyncClient) -> None:
        """From an empty hand to an empty hand. Whatever was left by an unanswered write is looked up first."""
        await self._look_up(http)
        if self._item_id is None:
            place = self._chance.choice([{}, {"position": self._chance.uniform(-5, 5)}])
            item = await self._write(http, "POST", "", {"track_id": self._track_id, **place})
            if item is None:
                return
            self._item_id = item["id"]
        for method, path, body in self._steps():
            await self._write(http, method, f"{self._item_id}/{path}", body)
        self._item_id = None

    def _steps(self) -> Sequence[tuple[str, str, dict[str, Any] | None]]:
        steps: list[tuple[str, str, dict[str, Any] | None]] = [
            ("POST", "vote/", {"value": 1}),
            ("POST", "play/", None),
            ("PATCH", "", {"position": self._chance.uniform(10, 20)}),
            ("POST", "vote/", {"value": -1}),
        ]
        self._chance.shuffle(steps)
        return [*steps, ("DELETE", "", None)]

    async def _look_up(self, http: httpx.AsyncClient) -> None:
        answer = await http.get(self._address(""))
        if answer.status_code == 200:
            ids = {item["track_id"]: item["id"] for item in answer.json()}
            self._item_id = ids.get(self._track_id)

    async def _write(self, http: httpx.AsyncClient, method: str, path: str, body: Any) -> Any:
        key = next(self._keys)
        headers = {"Idempotency-Key": key}
        try:
            answer = await http.request(method, self._address(path), json=body, headers=headers)
        except BaseException:
            self._ledger.unanswered.append(key)
            raise
        self._ledger.note(key, answer.status_code)
        return answer.json() if answer.status_code in {200, 201} else None

    def _address(self, path: str) -> str:
        return f"{self._chance.choice(self.urls)}/api/rooms/{self._room}/playlist/{path}"


class Crowd:
    """Many writers at once."""

    def __init__(self, urls: Sequence[str], *, room: str, track_ids: Sequence[int], seed: int) -> None:
        self.ledger = Ledger()
        self._writers = [
            Writer(track_id=track_id, room=room, ledger=self.ledger, chance=random.Random(f"{seed}-{track_id}"))
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
            for task in tasks:
                task.cancel()
            results = await asyncio.gather(*tasks, return_exceptions=True)
            for result in results:
                if isinstance(result, Exception):
                    raise result

    async def accepted(self, more: int, within_seconds: float) -> None:
        """Waits until so many more writes have been accepted."""
        wanted = len(self.ledger.accepted) + more
        async with asyncio.timeout(within_seconds):
            while len(self.ledger.accepted) < wanted:
                await asyncio.sleep(0.005)
