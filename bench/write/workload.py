"""The workload of each server: filled rooms, and endless writes and reads."""

import itertools
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bench.django_shell import run_in_django_shell
from bench.write.clients import Requests, request_bytes
from bench.write.servers import ROW
from tests.processes import TuttiServer

GUESTS, MANY_ROOMS, QUEUE, LONG_QUEUE = 32, 50, 50, 200
# The number of tracks outside all queues, to be added.
SPARE_TRACKS = 1500
BARE, VOTE, ADD, MOVE, PLAY, VOTE_IN_ORDER = "bare", "vote", "add", "move", "play", "vote in order"
WRITES = [VOTE, ADD, MOVE, PLAY, VOTE_IN_ORDER]
FILL = """
import json
from django.db import transaction
from apps.playlist.models import PlaylistTrack
from apps.rooms.models import Room
from apps.tracks.metadata import TrackMetadata
from apps.tracks.models import Track
from apps.tracks.services import create_track
from apps.users.models import Guest
from apps.users.authentication import guest_token

def filled(name, length, order="manual"):
    room = Room.objects.create(slug=name, name=name, chosen_order=order)
    rows = [PlaylistTrack(room=room, track=track, position=number, votes_reached_seq=number)
            for number, track in enumerate(tracks[:length], start=1)]
    PlaylistTrack.objects.bulk_create_without_events(rows)
    return list(room.items.order_by("position").values_list("pk", flat=True))

with transaction.atomic():
    tracks = [create_track(metadata=TrackMetadata(title=f"Number {{number}}", artist="No Artist"))
              for number in range({tracks})]
    print(json.dumps(dict(
        guests=[guest_token(Guest.objects.create(name=f"Guest {{number}}")) for number in range({guests})],
        one=dict(one=filled("one", {queue})),
        many={{f"many-{{number}}": filled(f"many-{{number}}", {queue}) for number in range({rooms})}},
        ordered=dict(ordered=filled("ordered", {queue}, "votes")),
        long=dict(long=filled("long", {long_queue})),
        growing=[Room.objects.create(slug=f"growing-{{number}}", name="Growing", chosen_order="manual").slug
                 for number in range({rooms} + {growing})],
        spare=[track.pk for track in tracks[{long_queue}:]],
    )))
"""
# The number of rooms with an empty queue, one for each measurement of adds to one room.
GROWING_ALONE = 12

Queues = dict[str, list[int]]


@dataclass
class FilledRooms:
    """A server's rooms with their items, and guests."""

    guests: list[str]
    one: Queues
    many: Queues
    ordered: Queues
    long: Queues
    growing: list[str]
    spare: list[int]
    _keys: "itertools.count[int]" = field(default_factory=itertools.count)
    _values: dict[tuple[str, str], int] = field(default_factory=dict)
    _added: int = 0

    def writes(self, kind: str, *, rooms: int, clients: int) -> list[Requests]:
        """Each client is a guest of its own, and sends an `Idempotency-Key` with each write."""
        queues = self.ordered if kind == VOTE_IN_ORDER else self.one if rooms == 1 else self.many
        if kind == ADD:
            adds = self._adds(rooms)
            return [self._asked(guest, adds) for guest in self.guests[:clients]]
        make = {VOTE: self._votes, VOTE_IN_ORDER: self._votes, MOVE: _moves, PLAY: _plays}[kind]
        return [
            self._asked(guest, make(queues, at=number * 7, guest=guest))
            for number, guest in enumerate(self.guests[:clients])
        ]

    def _asked(self, guest: str, writes: Iterator[tuple[str, str, object]]) -> Requests:
        for method, path, body in writes:
            key = f"Idempotency-Key: bench-{next(self._keys)}"
            content = b"" if body is None else json.dumps(body).encode()
            yield request_bytes(method, path, content, [f"X-Guest-Token: {guest}", key])

    def _votes(self, queues: Queues, *, at: int, guest: str) -> Iterator[tuple[str, str, object]]:
        """Over all items; each vote is the opposite of the one before."""
        places = _items_in_rotation(queues)
        for slug, item in _endless(places, at):
            value = self._values[guest, f"{slug} {item}"] = -self._values.get((guest, f"{slug} {item}"), -1)
            yield "POST", f"/api/rooms/{slug}/playlist/{item}/vote/", {"value": value}

    def _adds(self, rooms: int) -> Iterator[tuple[str, str, object]]:
        """To growing rooms, in rotation."""
        if rooms == 1:
            slugs, self.growing = self.growing[:1], self.growing[1:]
        else:
            slugs = self.growing[-rooms:]
        start = 0 if rooms == 1 else self._added
        for track in self.spare[start:]:
            self._added += rooms > 1
            for slug in slugs:
                yield "POST", f"/api/rooms/{slug}/playlist/", {"track_id": track}


def _items_in_rotation(queues: Queues) -> list[tuple[str, int]]:
    """Items of all rooms, in rotation."""
    columns = itertools.zip_longest(*([(slug, item) for item in items] for slug, items in queues.items()))
    return [place for column in columns for place in column if place]


def _endless(places: Sequence[tuple[str, int]], at: int) -> Iterator[tuple[str, int]]:
    return itertools.islice(itertools.cycle(places), at % len(places), None)


def _moves(queues: Queues, *, at: int, guest: str) -> Iterator[tuple[str, str, object]]:
    """Moves items behind another one of the same room."""
    del guest
    for number, (slug, item) in enumerate(_endless(_items_in_rotation(queues), at)):
        others = queues[slug]
        other = others[(number * 7 + 3) % len(others)]
        if other == item:
            other = others[(number * 7 + 4) % len(others)]
        yield "PATCH", f"/api/rooms/{slug}/playlist/{item}/", {"after": other}


def _plays(queues: Queues, *, at: int, guest: str) -> Iterator[tuple[str, str, object]]:
    """Plays items; each play ends the one before."""
    del guest
    for slug, item in _endless(_items_in_rotation(queues), at):
        yield "POST", f"/api/rooms/{slug}/playlist/{item}/play/", None


def bare_writes(clients: int) -> list[Requests]:
    request = request_bytes("POST", "/rows/", json.dumps(ROW).encode())
    return [itertools.repeat(request) for _ in range(clients)]


def filled(server: TuttiServer) -> FilledRooms:
    code = FILL.format(
        tracks=LONG_QUEUE + SPARE_TRACKS,
        guests=GUESTS,
        queue=QUEUE,
        long_queue=LONG_QUEUE,
        rooms=MANY_ROOMS,
        growing=GROWING_ALONE,
    )
    return FilledRooms(**json.loads(run_in_django_shell(server, code)))
