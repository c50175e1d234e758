"""The queue of a room as one caller has it over HTTP."""

from typing import Any

import httpx

from tests.contract.payload_checks import check_item
from tests.fold import Item, Snapshot, fetched


class Queue:
    """Writes have to succeed; requests that are to be rejected use `post`, `patch` and `delete`."""

    def __init__(self, http: httpx.Client, room: str, tracks: list[int], path: str = "") -> None:
        self.http = http
        self.room = room
        self.tracks = tracks
        self.path = path or f"/api/rooms/{room}/playlist/"

    def as_seen_by(self, http: httpx.Client) -> "Queue":
        return Queue(http, self.room, self.tracks, self.path)

    # --- Reading -------------------------------------------------------------------------------------

    def state(self) -> Snapshot:
        """A fresh GET."""
        state = fetched(self.http.get, self.room, self.path)
        for item in state.items:
            check_item(item)
        positions = [item["position"] for item in state.items]
        assert positions == sorted(set(positions)), "not in order"
        assert sum(item["is_playing"] for item in state.items) <= 1
        return state

    def items(self) -> list[Item]:
        return self.state().items

    def ids(self) -> list[int]:
        return [item["id"] for item in self.items()]

    def positions(self) -> list[float]:
        return [item["position"] for item in self.items()]

    def item(self, item_id: int) -> Item:
        response = self.get(f"{item_id}/")
        item: Item = response.json()
        return item

    def playing(self) -> int | None:
        return next((item["id"] for item in self.items() if item["is_playing"]), None)

    def history(self) -> list[Item]:
        plays: list[Item] = self.get("history/").json()
        return plays

    def my_votes(self) -> dict[str, int]:
        votes: dict[str, int] = self.get("my-votes/").json()
        return votes

    def get(self, path: str = "", **query: Any) -> httpx.Response:
        response = self.http.get(self.path + path, params=query)
        assert response.status_code == 200, response.text
        return response

    # --- Writing, with success -----------------------------------------------------------------------

    def add(self, track_id: int, **fields: Any) -> Item:
        response = self.post(json={"track_id": track_id, **fields})
        assert response.status_code == 201, response.text
        item: Item = response.json()
        check_item(item)
        return item

    def fill(self, count: int) -> list[int]:
        """Adds tracks at the end; the ids of the items."""
        queued = {item["track_id"] for item in self.items()}
        free = [track_id for track_id in self.tracks if track_id not in queued]
        return [self.add(track_id)["id"] for track_id in free[:count]]

    def place(self, item_id: int, **place: Any) -> Item:
        return self._done(self.patch(item_id, place))

    def vote(self, item_id: int, value: int) -> Item:
        return self._done(self.post(f"{item_id}/vote/", json={"value": value}))

    def step(self, item_id: int, direction: str) -> Item:
        return self._done(self.post(f"{item_id}/vote/", json={"direction": direction}))

    def play(self, item_id: int) -> Item:
        return self._done(self.post(f"{item_id}/play/"))

    def stop(self) -> None:
        response = self.post("stop/")
        assert (response.status_code, response.json()) == (200, {"status": "stopped"})

    def remove(self, item_id: int) -> None:
        response = self.delete(item_id)
        assert (response.status_code, response.content) == (204, b"")

    def restore(self, item_id: int) -> Item:
        return self._done(self.post(f"{item_id}/restore/"))

    # --- Writing, whatever comes ---------------------------------------------------------------------

    def post(self, path: str = "", **options: Any) -> httpx.Response:
        return self.http.post(self.path + path, **options)

    def patch(self, item_id: int, body: Any) -> httpx.Response:
        return self.http.patch(f"{self.path}{item_id}/", json=body)

    def delete(self, item_id: int) -> httpx.Response:
        return self.http.delete(f"{self.path}{item_id}/")

    def delete_wish(self, wish_id: int) -> httpx.Response:
        return self.http.delete(f"{self.path}wishes/{wish_id}/")

    def _done(self, response: httpx.Response) -> Item:
        assert response.status_code == 200, response.text
        item: Item = response.json()
        return item
