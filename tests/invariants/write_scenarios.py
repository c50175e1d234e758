"""One write of each kind, on a stage where it changes something, and more if it happened twice."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import httpx

from tests.hosts import asked_for_room
from tests.invariants.idempotent_writes import JOIN, Write
from tests.invariants.rooms import RoomClient, new_room

TRACKS_OF_A_STAGE = 5
TITLE = {"title": "Halo"}
NEW_TRACK = {**TITLE, "artist": "Ada", "album": "", "duration_seconds": None, "genre": ""}


@dataclass(slots=True)
class Stage:
    """A room of four items: the first plays, the second is voted down, the fourth has been removed."""

    room: RoomClient
    items: list[int]
    queued_track: int
    free_track: int

    def other_room(self) -> str:
        made = asked_for_room(self.room.http, name="Another room")
        return f"/api/rooms/{made.json()['slug']}/"

    def item(self, index: int, path: str = "") -> str:
        return f"{self.room.path}{self.items[index]}/{path}"


@dataclass(frozen=True, slots=True)
class Kind:
    """A write, the types of its events, and how many more rooms and tracks there are after it."""

    write: Callable[[Stage], Write]
    event_types: Sequence[str] = ()
    more: int = 0


KINDS = {
    "add": Kind(lambda it: Write("add", "POST", it.room.path, {"track_id": it.free_track}), ["track.added"]),
    "move": Kind(lambda it: Write("move", "PATCH", it.item(0), {"after": it.items[2]}), ["track.moved"]),
    "step": Kind(lambda it: Write("step", "POST", it.item(1, "vote/"), {"direction": "up"}), ["track.voted"]),
    "vote": Kind(lambda it: Write("vote", "POST", it.item(1, "vote/"), {"value": 1}), ["track.voted"]),
    "play": Kind(lambda it: Write("play", "POST", it.item(1, "play/")), ["track.playing"]),
    "stop": Kind(lambda it: Write("stop", "POST", f"{it.room.path}stop/"), ["track.playing"]),
    "remove": Kind(lambda it: Write("remove", "DELETE", it.item(0)), ["track.playing", "track.removed"]),
    "restore": Kind(lambda it: Write("restore", "POST", it.item(3, "restore/")), ["track.added"]),
    "a track again": Kind(lambda it: Write("add", "POST", it.room.path, {"track_id": it.queued_track})),
    "no such item": Kind(lambda it: Write("play", "POST", f"{it.room.path}0/play/")),
    "create a room": Kind(lambda it: Write("create", "POST", "/api/rooms/", {"name": "Kitchen"}), more=1),
    "change a room": Kind(lambda it: Write("change", "PATCH", it.other_room(), {"name": "Cellar"})),
    "delete a room": Kind(lambda it: Write("delete", "DELETE", it.other_room()), more=-1),
    "not one's own room": Kind(lambda it: Write("delete", "DELETE", "/api/rooms/main/")),
    "join": Kind(lambda it: Write(JOIN, "POST", "/api/guests/", {"name": "Cem"})),
    "rename": Kind(lambda it: Write("rename", "PATCH", "/api/guests/me/", {"name": "Cem"})),
}
STAFF_KINDS = {
    "new track": Kind(lambda it: Write("create", "POST", "/api/tracks/", NEW_TRACK), more=1),
    "replace a track": Kind(
        lambda it: Write("replace", "PUT", f"/api/tracks/{it.queued_track}/", NEW_TRACK), ["track.updated"]
    ),
    "correct a track": Kind(
        lambda it: Write("correct", "PATCH", f"/api/tracks/{it.queued_track}/", TITLE), ["track.updated"]
    ),
    "delete a track": Kind(
        lambda it: Write("delete", "DELETE", f"/api/tracks/{it.queued_track}/"), ["track.removed"], more=-1
    ),
}


def new_stage(http: httpx.Client, tracks: Sequence[int], *, voter: str) -> Stage:
    *queued, free = tracks[:TRACKS_OF_A_STAGE]
    room = new_room(http, voter=voter)
    items = room.add_all(queued)
    room.play(items[0])
    room.vote(items[1], value=-1)
    room.remove(items[3])
    return Stage(room, items, queued[2], free)


def made_so_far(http: httpx.Client) -> int:
    """How many rooms and tracks there are."""
    lists = [http.get(f"/api/{name}/", params={"limit": 1}) for name in ("rooms", "tracks")]
    return sum(int(response.headers["X-Total-Count"]) for response in lists)
