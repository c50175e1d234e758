"""The table of events, for tests: each type of event of a room, with the writes that cause it.

A new event is a row here. These tests are driven by it: fold equals fetch through REST, a shell and the admin
(tests/invariants/test_every_event.py), saves of models (apps/playlist/tests/test_signals.py), the schema
(tests/contract/test_schema_events.py) and the clients of docs/protocol.md (tests/docs/test_clients.py).
"""

import math
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

from tests.contract.queues import Queue
from tests.invariants.admin_site import AdminSite

ITEM, ROOM = "playlist/playlisttrack", "rooms/room"
WAYS = ("rest", "models", "admin")
# What the code of a shell finds: the room, its first three items, and a track that is not queued.
SHELL_NAMES = """
import math
from apps.playlist.models import PlaylistTrack, Vote, Wish
from apps.rooms.models import Room
from apps.playlist.services import Place, change_item
from apps.tracks.models import Track
room = Room.objects.get(slug={slug!r})
first, second, third = room.items.order_by("position")[:3]
free = Track.objects.exclude(pk__in=room.items.values("track_id")).latest("pk")
"""


@dataclass(slots=True)
class Stage:
    """A room in manual order, with callers that change it. Nothing plays, and three items or more wait."""

    queue: Queue
    staff: httpx.Client
    run_in_shell: Callable[[str], Any] = lambda code: exec(code, {})  # noqa: S102
    room_pk: int = 0

    def prepare(self) -> None:
        """As it was before the first write, but for names, votes and further items."""
        self.queue.fill(max(0, 3 - len(self.queue.ids())))
        if self.queue.playing():
            self.queue.stop()

    @property
    def first(self) -> int:
        return self.queue.ids()[0]

    @property
    def second(self) -> int:
        return self.queue.ids()[1]

    @property
    def last(self) -> int:
        return self.queue.ids()[-1]

    @property
    def admin(self) -> AdminSite:
        return AdminSite(self.staff)

    def free_track(self) -> int:
        queued = {item["track_id"] for item in self.queue.items()}
        return next(track for track in self.queue.tracks if track not in queued)

    def queue_new_track(self) -> tuple[int, int]:
        """Ids of the item and of its track, which no other room has."""
        body = {"title": f"Tune {secrets.token_hex(4)}", "artist": "Ada"}
        track: int = done(self.staff.post("/api/tracks/", json=body))["id"]
        return self.queue.add(track)["id"], track


@dataclass(frozen=True, slots=True)
class Write:
    """One write, and the types of the events that it causes, in order; none for once that of its row.

    All of them together must change something.
    """

    # The code of a shell, or what does it otherwise.
    act: Callable[[Stage], Any] | str
    causes: tuple[str, ...] = ()

    def carry_out(self, stage: Stage) -> None:
        if isinstance(self.act, str):
            stage.run_in_shell(self.code(stage.queue.room))
        else:
            self.act(stage)

    def code(self, slug: str) -> str:
        """For a shell."""
        return f"{SHELL_NAMES.format(slug=slug)}{self.act}"


@dataclass(frozen=True, slots=True)
class Row:
    """The writes that cause one type of event: over HTTP, by code in a shell, and in the admin."""

    rest: list[Write]
    models: list[Write]
    admin: list[Write]


def writes(way: str) -> list[tuple[Write, list[str]]]:
    """Every write of this way, with the types of the events that it causes."""
    return [
        (write, list(write.causes or (event_type,)))
        for event_type, row in EVENTS.items()
        for write in getattr(row, way)
    ]


def cause_every_event(queue: Queue, staff: httpx.Client) -> None:
    """Over HTTP. `staff` may write to the library, and change any room."""
    stage = Stage(queue, staff)
    for write, _ in writes("rest"):
        stage.prepare()
        write.carry_out(stage)


def done(response: httpx.Response) -> Any:
    assert response.is_success, response.text
    return response.json() if response.content else None


# --- Writes that need more than a line ---------------------------------------------------------------


def restore(stage: Stage) -> None:
    item_id = stage.last
    stage.queue.remove(item_id)
    stage.queue.restore(item_id)
    stage.queue.fill(1)


def remove_while_playing(stage: Stage) -> None:
    item_id = stage.queue.play(stage.second)["id"]
    stage.queue.remove(item_id)


def vote_differently(stage: Stage) -> None:
    item_id = stage.second
    stage.queue.vote(item_id, -1 if stage.queue.my_votes().get(str(item_id)) == 1 else 1)


def add_behind_all_numbers(stage: Stage) -> None:
    """There is no position behind this one, so that all items get new ones."""
    stage.queue.place(stage.first, position=1e15)
    stage.queue.fill(1)


def correct_new_track(stage: Stage) -> None:
    _, track = stage.queue_new_track()
    done(stage.staff.patch(f"/api/tracks/{track}/", json={"title": "Another tune"}))


def correct_new_track_in_admin(stage: Stage) -> None:
    _, track = stage.queue_new_track()
    stage.admin.change("tracks/track", track, title="Corrected")


def delete_new_track(stage: Stage) -> None:
    _, track = stage.queue_new_track()
    stage.queue.fill(1)
    done(stage.staff.delete(f"/api/tracks/{track}/"))


def delete_new_track_in_admin(stage: Stage) -> None:
    _, track = stage.queue_new_track()
    stage.queue.fill(1)
    stage.admin.delete("tracks/track", track)


def rename(stage: Stage) -> None:
    done(stage.staff.patch(f"/api/rooms/{stage.queue.room}/", json={"name": f"Room {secrets.token_hex(4)}"}))


def wish(stage: Stage) -> int:
    body = {"text": f"Wish {secrets.token_hex(4)}"}
    wish_id: int = done(stage.staff.post(f"{stage.queue.path}wishes/", json=body))["id"]
    return wish_id


def delete_oldest_wish(stage: Stage) -> None:
    wishes = f"{stage.queue.path}wishes/"
    done(stage.staff.delete(f"{wishes}{stage.queue.get('wishes/').json()[0]['id']}/"))


def wish_twice_and_delete_one_in_admin(stage: Stage) -> None:
    wish(stage)
    stage.admin.delete("playlist/wish", wish(stage))


def move_beside_the_first_in_admin(stage: Stage) -> None:
    """As close as numbers get, so that all items get new positions."""
    position = math.nextafter(stage.queue.positions()[0], math.inf)
    stage.admin.change(ITEM, stage.last, position=repr(position))


def delete_vote_in_admin(stage: Stage) -> None:
    stage.queue.vote(stage.first, 1)
    stage.queue.vote(stage.last, 1)
    newest = max(
        map(int, re.findall(r"/admin/playlist/vote/(\d+)/", stage.admin.get("/admin/playlist/vote/").text))
    )
    stage.admin.delete("playlist/vote", newest)


def play_and_stop_and_play(stage: Stage) -> None:
    stage.queue.play(stage.first)
    stage.queue.stop()
    stage.queue.play(stage.second)


def play_and_stop_in_admin_and_play(stage: Stage) -> None:
    stage.queue.play(stage.first)
    stage.admin.change(ROOM, stage.room_pk, playing="")
    stage.queue.play(stage.second)


def change_volume(stage: Stage) -> None:
    path = f"/api/rooms/{stage.queue.room}/player/"
    volume = (done(stage.staff.get(path))["volume"] + 1) % 100
    done(stage.staff.post(path, json={"action": "settings", "volume": volume}))


def change_volume_in_admin(stage: Stage) -> None:
    done(stage.staff.post(f"/api/rooms/{stage.queue.room}/player/", json={"action": "stop"}))
    stage.admin.change("player/player", stage.room_pk, volume=secrets.choice(range(10, 70)))


def play_and_remove_in_admin(stage: Stage) -> None:
    item_id = stage.queue.play(stage.second)["id"]
    stage.admin.delete(ITEM, item_id)


# --- The table ---------------------------------------------------------------------------------------

EVENTS: dict[str, Row] = {
    "track.added": Row(
        rest=[
            Write(lambda stage: stage.queue.fill(1)),
            Write(restore, ("track.removed", "track.added", "track.added")),
        ],
        models=[
            Write("PlaylistTrack(room=room, track=free, position=-9.5).save()"),
            Write("PlaylistTrack.objects.create(room=room, track=free, position=-19.5)"),
        ],
        admin=[
            Write(
                lambda stage: stage.admin.add(
                    ITEM, room=stage.room_pk, track=stage.free_track(), position=-29.5, added_by="Bo"
                )
            )
        ],
    ),
    "track.removed": Row(
        rest=[
            Write(lambda stage: stage.queue.remove(stage.last)),
            Write(remove_while_playing, ("track.playing", "track.playing", "track.removed")),
            Write(delete_new_track, ("track.added", "track.added", "track.removed")),
        ],
        models=[
            Write("third.delete()"),
            Write("room.items.filter(pk=third.pk).delete()"),
            Write("third.track.delete()"),
            Write(
                "room.playing = second; room.save(); second.delete()",
                ("track.playing", "track.playing", "track.removed"),
            ),
        ],
        admin=[
            Write(lambda stage: stage.admin.delete(ITEM, stage.last)),
            Write(play_and_remove_in_admin, ("track.playing", "track.playing", "track.removed")),
            Write(delete_new_track_in_admin, ("track.added", "track.added", "track.removed")),
        ],
    ),
    "track.moved": Row(
        rest=[Write(lambda stage: stage.queue.place(stage.last, before=stage.first))],
        models=[Write("third.position = first.position - 4; third.save()")],
        admin=[Write(lambda stage: stage.admin.change(ITEM, stage.last, position=-39.5))],
    ),
    "track.voted": Row(
        rest=[Write(vote_differently)],
        models=[
            Write("Vote.objects.create(item=first, voter='seed:1', value=1)"),
            Write(
                "vote = Vote.objects.create(item=third, voter='seed:2', value=1)\n"
                "vote.value = -1; vote.save()\n"
                "Vote.objects.create(item=third, voter='seed:3', value=1)\n"
                "Vote.objects.filter(pk=vote.pk).delete()",
                ("track.voted",) * 4,
            ),
        ],
        admin=[Write(delete_vote_in_admin, ("track.voted",) * 3)],
    ),
    "track.playing": Row(
        rest=[
            Write(lambda stage: stage.queue.play(stage.second)),
            Write(lambda stage: stage.queue.place(stage.first, is_playing=True)),
            Write(play_and_stop_and_play, ("track.playing",) * 3),
        ],
        models=[
            Write("room.playing = second; room.save()"),
            Write(
                "room.playing = first; room.save()\n"
                "room.playing = None; room.save()\n"
                "room.playing = second; room.save()",
                ("track.playing",) * 3,
            ),
        ],
        admin=[
            Write(lambda stage: stage.admin.change(ROOM, stage.room_pk, playing=stage.second)),
            Write(play_and_stop_in_admin_and_play, ("track.playing",) * 3),
        ],
    ),
    "player.changed": Row(
        rest=[Write(change_volume)],
        models=[
            Write(
                "from apps.player.services import change_settings\n"
                "change_settings(slug=room.slug, changes={'volume': 7 if room.has_player else 8})"
            )
        ],
        admin=[Write(change_volume_in_admin)],
    ),
    "track.updated": Row(
        rest=[Write(correct_new_track, ("track.added", "track.updated"))],
        models=[
            Write("second.added_by = 'Cem'; second.save()"),
            Write("second.track = free; second.save()"),
            Write("second.played_at = second.added_at; second.save()"),
            Write("track = first.track; track.title = 'Mended'; track.save()"),
        ],
        admin=[
            Write(lambda stage: stage.admin.change(ITEM, stage.last, added_by=f"Cem {secrets.token_hex(4)}")),
            Write(correct_new_track_in_admin, ("track.added", "track.updated")),
        ],
    ),
    "playlist.reordered": Row(
        rest=[Write(add_behind_all_numbers, ("track.moved", "playlist.reordered", "track.added"))],
        models=[
            Write(
                "place = Place(position=math.nextafter(first.position, math.inf))\n"
                "change_item(slug=room.slug, item_id=third.pk, place=place, is_playing=None)",
                ("track.moved", "playlist.reordered"),
            )
        ],
        admin=[Write(move_beside_the_first_in_admin, ("track.moved", "playlist.reordered"))],
    ),
    "room.renamed": Row(
        rest=[Write(rename)],
        models=[Write("room.name = 'Cellar'; room.save()")],
        admin=[Write(lambda stage: stage.admin.change(ROOM, stage.room_pk, name="Attic"))],
    ),
    "room.wishes": Row(
        rest=[Write(wish), Write(delete_oldest_wish)],
        models=[
            Write("Wish.objects.create(room=room, text='Halo')"),
            Write(
                "wishes = [Wish.objects.create(room=room, text=text) for text in ('Hello', 'Formation')]\n"
                "wishes[0].delete()",
                ("room.wishes",) * 3,
            ),
        ],
        admin=[Write(wish_twice_and_delete_one_in_admin, ("room.wishes",) * 3)],
    ),
}
