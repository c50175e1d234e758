"""A room as its clients reach it: over HTTP, with every write named by an op id."""

import json
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.fold import Event, Snapshot, fetched
from tests.hosts import asked_for_room
from tests.invariants.invariants import check_i1_seq_has_no_gap
from tests.invariants.operations import Operation
from tests.processes import TuttiServer

LARGEST_PART = 500


@dataclass(slots=True)
class Guest:
    """A voter. Several threads may be the same guest, each with a client of its own."""

    name: str
    guest_id: str
    token: str

    def client(self, server: TuttiServer) -> httpx.Client:
        return server.client(headers={"X-Guest-Token": self.token})


def new_guest(server: TuttiServer, name: str) -> Guest:
    with server.client() as http:
        response = http.post("/api/guests/", json={"name": name})
    assert response.status_code == 201, response.text
    return Guest(name, response.json()["guest_id"], response.json()["token"])


@dataclass(slots=True)
class RoomClient:
    """One room through one HTTP client. It stores what it has written."""

    http: httpx.Client
    slug: str
    voter: str = ""
    operations: list[Operation] = field(default_factory=list)

    @property
    def path(self) -> str:
        return f"/api/rooms/{self.slug}/playlist/"

    def seen_by(self, http: httpx.Client, voter: str = "") -> "RoomClient":
        """The same room through another client."""
        return RoomClient(http, self.slug, voter)

    # --- Reading -------------------------------------------------------------------------------------

    def fetch(self) -> Snapshot:
        return fetched(self.http.get, self.slug)

    def events_after(self, start: Snapshot) -> list[Event]:
        """All events since, up to the latest; checks that they lead there."""
        events: list[Event] = []
        seq, top = start.seq, start.seq + 1
        while seq < top:
            part = self.poll(epoch=start.epoch, since=seq, limit=LARGEST_PART)
            assert part["snapshot"] is None, "the log should have had everything"
            events += part["events"]
            if not part["events"]:
                break
            seq, top = part["seq"], part["top"]
        check_i1_seq_has_no_gap(events, epoch=start.epoch, since=start.seq, top=seq)
        return events

    def poll(self, **parameters: Any) -> dict[str, Any]:
        response = self.http.get(f"{self.path}events/", params=parameters)
        assert response.status_code == 200, response.text
        body: dict[str, Any] = response.json()
        return body

    def my_votes(self) -> dict[int, int]:
        response = self.http.get(f"{self.path}my-votes/")
        assert response.status_code == 200, response.text
        return {int(item_id): value for item_id, value in response.json().items()}

    # --- Writing -------------------------------------------------------------------------------------

    def add(self, track_id: int, **place: Any) -> Operation:
        return self._write("add", "POST", self.path, {"track_id": track_id, "added_by": "Ada", **place})

    def move(self, item_id: int, **place: Any) -> Operation:
        return self._write("move", "PATCH", f"{self.path}{item_id}/", place, item_id=item_id)

    def set_playing(self, item_id: int, is_playing: bool) -> Operation:
        body = {"is_playing": is_playing}
        return self._write("play", "PATCH", f"{self.path}{item_id}/", body, item_id=item_id)

    def vote(self, item_id: int, *, value: int | None = None, step: int = 0) -> Operation:
        body = {"direction": "up" if step > 0 else "down"} if value is None else {"value": value}
        path = f"{self.path}{item_id}/vote/"
        return self._write("vote", "POST", path, body, item_id=item_id, value=value, step=step)

    def play(self, item_id: int) -> Operation:
        return self._write("play", "POST", f"{self.path}{item_id}/play/", item_id=item_id)

    def stop(self) -> Operation:
        return self._write("stop", "POST", f"{self.path}stop/")

    def remove(self, item_id: int) -> Operation:
        return self._write("remove", "DELETE", f"{self.path}{item_id}/", item_id=item_id)

    def restore(self, item_id: int) -> Operation:
        return self._write("restore", "POST", f"{self.path}{item_id}/restore/", item_id=item_id)

    def set_order(self, order: str) -> Operation:
        return self._write("order", "PATCH", f"/api/rooms/{self.slug}/", {"order": order})

    def rename(self, name: str) -> Operation:
        return self._write("rename", "PATCH", f"/api/rooms/{self.slug}/", {"name": name})

    def wish(self, text: str) -> Operation:
        return self._write("wish", "POST", f"{self.path}wishes/", {"text": text})

    def remove_wish(self, wish_id: int) -> Operation:
        return self._write("remove wish", "DELETE", f"{self.path}wishes/{wish_id}/")

    def correct_track(self, track_id: int, **facts: Any) -> Operation:
        return self._write("correct", "PATCH", f"/api/tracks/{track_id}/", facts)

    def drop_track(self, track_id: int) -> Operation:
        return self._write("forget", "DELETE", f"/api/tracks/{track_id}/")

    def add_all(self, track_ids: Iterable[int]) -> list[int]:
        """Ids of the new items, in order."""
        added = [self.add(track_id) for track_id in track_ids]
        assert all(operation.status == 201 for operation in added), added
        return [operation.answer["id"] for operation in added]

    def _write(self, kind: str, method: str, path: str, body: Any = None, **facts: Any) -> Operation:
        op_id = f"{kind}-{secrets.token_hex(8)}"
        headers = {"Idempotency-Key": op_id}
        content: dict[str, Any] = {}
        if body is not None:
            # Unlike httpx's own, this writes NaN and Infinity as some clients do.
            headers["Content-Type"] = "application/json"
            content["content"] = json.dumps(body)
        response = self.http.request(method, path, headers=headers, **content)
        said = response.json() if response.content else None
        operation = Operation(op_id, kind, response.status_code, said, voter=self.voter, **facts)
        self.operations.append(operation)
        return operation


def new_room(http: httpx.Client, *, order: str = "manual", voter: str = "") -> RoomClient:
    """A new, empty room, which belongs to the client."""
    response = asked_for_room(http, name="A room to shake", order=order, is_public=False)
    assert response.status_code == 201, response.text
    return RoomClient(http, response.json()["slug"], voter)


def opinions_of(server: TuttiServer, guests: Iterable[Guest], room: RoomClient) -> dict[str, dict[int, int]]:
    """What each of them receives of their own votes."""
    opinions = {}
    for guest in guests:
        with guest.client(server) as http:
            opinions[guest.name] = room.seen_by(http).my_votes()
    return opinions


def ids_of(snapshot: Snapshot) -> list[int]:
    return [item["id"] for item in snapshot.items]


def types_of(events: Sequence[Event]) -> list[str]:
    return [event["type"] for event in events]
