"""People of the tests of queues: they write over the API, as guests and with accounts."""

import json
from typing import Any, Self

from django.test import Client

from apps.playlist.models import PlaylistTrack
from apps.rooms.models import Room
from apps.tracks.tests.factories import new_track
from apps.users.authentication import guest_token
from apps.users.models import Guest, User

PASSWORD = "a long enough pass phrase"


class Person:
    """A browser."""

    def __init__(self, name: str = "") -> None:
        self.client = Client()
        self.name = name
        self.user: User | None = None
        self.guest: Guest | None = None

    @classmethod
    def as_guest(cls, name: str = "Bo") -> Self:
        person = cls(name)
        person.guest = Guest.objects.create(name=name)
        person.client.cookies["tutti_guest"] = guest_token(person.guest)
        return person

    @classmethod
    def with_account(cls, name: str) -> Self:
        person = cls(name)
        person.user = User.objects.create_user(name, f"{name}@example.org", PASSWORD)
        person.client.force_login(person.user)
        return person

    @property
    def key(self) -> str:
        who = self.user or self.guest
        assert who is not None
        return who.key

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        return self.client.generic(
            method, f"/api/{path}", json.dumps(body or {}), content_type="application/json", headers=headers
        )

    def add(self, room: Room, title: str, **fields: Any) -> PlaylistTrack:
        body = {"track_id": new_track(title).pk, **fields}
        response = self.ask("POST", f"rooms/{room.slug}/playlist/", body)
        assert response.status_code == 201, response.content
        return PlaylistTrack.objects.get(pk=response.json()["id"])

    def vote(self, item: PlaylistTrack, value: int) -> Any:
        path = f"rooms/{item.room.slug}/playlist/{item.pk}/vote/"
        return self.ask("POST", path, {"value": value})

    def votes(self, room: Room) -> dict[str, int]:
        votes: dict[str, int] = self.ask("GET", f"rooms/{room.slug}/playlist/my-votes/").json()
        return votes

    def register(self, name: str = "ada", **headers: str) -> Any:
        body = {"username": name, "email": f"{name}@example.org", "password": PASSWORD}
        response = self.ask("POST", "users/", body, **headers)
        if response.status_code == 201:
            self.user, self.guest = User.objects.get(pk=response.json()["id"]), None
        return response

    def log_in(self, name: str, path: str = "auth/session/", **headers: str) -> Any:
        response = self.ask("POST", path, {"username": name, "password": PASSWORD}, **headers)
        if response.status_code == 200:
            self.user, self.guest = User.objects.get(username=name), None
        return response
