"""Tracks that a test puts into the library for itself, as a member of the staff."""

import secrets
from typing import Any

import httpx

Track = dict[str, Any]


class Library:
    """Everything carries `word`, which stands nowhere else, so that a test finds its own tracks alone."""

    def __init__(self, staff: httpx.Client) -> None:
        self.staff = staff
        self.word = "zq" + secrets.token_hex(5)
        self._made: list[int] = []

    def add(self, title: str, **fields: Any) -> Track:
        body = {"title": title, "artist": "Nobody", "album": self.word, **fields}
        answer = self.staff.post("/api/tracks/", json=body)
        assert answer.status_code == 201, answer.text
        track: Track = answer.json()
        assert answer.headers["Location"].endswith(f"/api/tracks/{track['id']}/")
        self._made.append(track["id"])
        return track

    def change(self, track_id: int, **fields: Any) -> Track:
        answer = self.staff.patch(f"/api/tracks/{track_id}/", json=fields)
        assert answer.status_code == 200, answer.text
        track: Track = answer.json()
        return track

    def delete(self, track_id: int) -> None:
        answer = self.staff.delete(f"/api/tracks/{track_id}/")
        assert (answer.status_code, answer.content) == (204, b"")
        self._made.remove(track_id)

    def found(self, **query: str) -> list[str]:
        """The titles of a list, in its order."""
        answer = self.staff.get("/api/tracks/", params=query)
        assert answer.status_code == 200, answer.text
        return [track["title"] for track in answer.json()]

    def clear(self) -> None:
        for track_id in [*self._made]:
            self.delete(track_id)
