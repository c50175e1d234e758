"""A room of a benchmark, and changes by another user."""

import itertools
from collections.abc import Iterator
from typing import Any

import httpx
from playwright.sync_api import Page

from tests.contract.staff import fill_library
from tests.hosts import asked_for_room
from tests.processes import TuttiServer


class Room:
    """A new room whose queue has `items` items."""

    def __init__(self, server: TuttiServer, *, name: str, items: int) -> None:
        self._client = httpx.Client(base_url=server.base_url, timeout=30)
        self.slug: str = asked_for_room(self._client, name=name).json()["slug"]
        self._path = f"/api/rooms/{self.slug}/playlist/"
        *tracks, self._spare_track = self._tracks(server, items + 1)
        self.item_ids = [self._post(self._path, {"track_id": track})["id"] for track in tracks]

    def _tracks(self, server: TuttiServer, count: int) -> list[int]:
        """The IDs of `count` tracks, created where the library lacks them."""
        fill_library(server, count)
        found: list[int] = []
        while len(found) < count:
            page = self._client.get("/api/tracks/", params={"limit": 1000, "offset": len(found)}).json()
            found += [track["id"] for track in page]
        return found[:count]

    def _post(self, path: str, body: dict[str, object]) -> dict[str, Any]:
        response = self._client.post(path, json=body)
        response.raise_for_status()
        result: dict[str, Any] = response.json()
        return result

    def endless_events(self) -> Iterator[None]:
        """Each step is one event; ten of them are six votes, two moves, and a track added and removed."""
        votes, moves = self.endless_votes(), self._endless_moves()
        while True:
            added = self._post(self._path, {"track_id": self._spare_track, "before": self.item_ids[0]})["id"]
            yield
            for actions in (votes, votes, votes, moves, votes, votes, votes, moves):
                next(actions)
                yield
            self._client.delete(f"{self._path}{added}/").raise_for_status()
            yield

    def endless_votes(self) -> Iterator[None]:
        """Alternately adds and removes votes, over all items."""
        for value in itertools.cycle((1, -1)):
            for item_id in self.item_ids:
                self._post(f"{self._path}{item_id}/vote/", {"value": value})
                yield

    def _endless_moves(self) -> Iterator[None]:
        """Swaps an item near the head of the queue with the next one."""
        first, second = self.item_ids[3], self.item_ids[4]
        while True:
            self._client.patch(f"{self._path}{first}/", json={"after": second}).raise_for_status()
            yield
            first, second = second, first

    def wait_until_shown(self, page: Page) -> None:
        """Returns when the web app shows the server's latest event."""
        seq = self._client.get(self._path).headers["X-Stream-Seq"]
        page.wait_for_function(
            "seq => document.querySelector('.status-button')?.ariaLabel?.includes('#' + seq)",
            arg=seq,
        )
