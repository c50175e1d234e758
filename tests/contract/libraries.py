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
        response = self.staff.post("/api/tracks/", json=body)
        assert response.status_code == 201, response.text
        track: Track = response.json()
        assert response.headers["Location"].endswith(f"/api/tracks/{track['id']}/")
        self._made.append(track["id"])
        return track

    def change(self, track_id: int, **fields: Any) -> Track:
        response = self.staff.patch(f"/api/tracks/{track_id}/", json=fields)
        assert response.status_code == 200, response.text
        track: Track = response.json()
        return track

    def delete(self, track_id: int) -> None:
        response = self.staff.delete(f"/api/tracks/{track_id}/")
        assert (response.status_code, response.content) == (204, b"")
        self._made.remove(track_id)

    def found(self, **query: str) -> list[str]:
        """The titles of a list, in its order."""
        response = self.staff.get("/api/tracks/", params=query)
        assert response.status_code == 200, response.text
        return [track["title"] for track in response.json()]

    def clear(self) -> None:
        for track_id in [*self._made]:
            self.delete(track_id)
