"""Reads of queues."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple

from django.db.models import QuerySet

from apps.playlist.errors import NO_SUCH_ITEM
from apps.playlist.models import STREAM_KIND, Play, PlaylistTrack, Vote
from apps.playlist.payloads import ItemPayload, item_payload
from apps.playlist.positions import QueuePosition
from apps.realtime.decorators import cache_result
from apps.realtime.locks import lock_stream_named
from apps.realtime.models import Stream
from apps.rooms.models import Room
from apps.rooms.selectors import no_such_room
from apps.tracks.models import Track
from core.errors import NotFound, raises
from core.statements import Rows, columns, fetch_all, fetch_one, for_update, run_later

HISTORY_LENGTH = 20
# Of a track, what plays that began before version 0.2 do not say.
NEWER_TRACK_FIELDS = {"has_audio": False, "explicit": None}
DIGEST_DIGITS = 16
# A history is cached for the seq at which it was read, so it is never stale; this only bounds the memory.
HISTORY_MEMORY_SECONDS = 60
# The voters of a seeded queue, which are no people.
SEED_VOTERS = "seed:"
GUEST_KEYS = "guest:"


def locked_room(slug: str) -> Room:
    """The room as it is under its lock, for the rest of the transaction. Raises NotFound."""
    locked_stream = _lock(slug)
    row = fetch_one(_ROOM, [slug]) or ()
    return _room_of(row, locked_stream())


def locked_queue(slug: str, track_id: int) -> tuple[Room, Track | None, int, QueuePosition | None, bool]:
    """The room under its lock, and the library's track, which is locked against deletion.

    Also the number of items in the queue, the position of the last one, and whether there are wishes.
    """
    locked_stream = _lock(slug)
    tracks: list[Sequence[Any] | None] = []
    run_later(
        _LOCKED_TRACK + for_update("FOR NO KEY UPDATE"),
        [track_id],
        lambda cursor: tracks.append(cursor.fetchone()),
    )
    row = fetch_one(_QUEUE, [slug]) or ()
    room = _room_of(row, locked_stream())
    count, has_wishes, last_position, last_id = row[_rooms.width :]
    last = None if last_id is None else QueuePosition(last_position, last_id)
    track = _tracks.from_row(tracks[0]) if tracks[0] else None
    return room, track, count, last, bool(has_wishes)


def locked_track(track_id: int) -> Track | None:
    """The track, locked against deletion until this transaction has ended."""
    row = fetch_one(_LOCKED_TRACK + for_update("FOR NO KEY UPDATE"), [track_id])
    return _tracks.from_row(row) if row else None


def locked_item(slug: str, item_id: int) -> PlaylistTrack:
    """The item with its track and room, under the room's lock. Raises NotFound."""
    locked_stream = _lock(slug)
    row = fetch_one(_ITEM, [item_id, slug]) or ()
    return _item_of(row, locked_stream())


def locked_item_and_vote(slug: str, item_id: int, *, voter: str) -> tuple[PlaylistTrack, Vote | None, int]:
    """The same, with the voter's vote for it, and what its votes add up to."""
    locked_stream = _lock(slug)
    row = fetch_one(_VOTED_ITEM, [voter, item_id, slug]) or ()
    item = _item_of(row, locked_stream())
    *own, total = row[_ITEM_WIDTH:]
    if own[0] is None:
        return item, None, total
    vote = _votes.from_row(own)
    vote.item = item
    return item, vote, total


def locked_item_and_plays(slug: str, item_id: int) -> PlaylistTrack:
    """The same, with the plays that go on in its room."""
    locked_stream = _lock(slug)
    rows = fetch_all(_ITEM_AND_PLAYS, [item_id, slug])
    item = _item_of(rows[0] if rows else (), locked_stream())
    item.room.open_plays = [_play_of(row[_ITEM_WIDTH:], item.room) for row in rows if row[_ITEM_WIDTH]]
    return item


def _room_of(row: Sequence[Any], stream: Stream) -> Room:
    room = _rooms.from_row(row[: _rooms.width])
    room.stream = stream
    return room


def _play_of(row: Sequence[Any], room: Room) -> tuple[Play, PlaylistTrack | None]:
    item_at, track_at = _plays.width, _plays.width + _items.width
    play = _plays.from_row(row[:item_at])
    if row[item_at] is None:
        return play, None
    item = _items.from_row(row[item_at:track_at])
    item.room, item.track = room, _tracks.from_row(row[track_at:])
    return play, item


def _no_such_item() -> NotFound:
    return NotFound("There is no such item in this queue.")


def _lock(slug: str) -> Callable[[], Stream]:
    """Locks the room with the next statement, which may read what the lock protects.

    The returned function then returns the room's stream, or raises NotFound.
    """
    lock = lock_stream_named(kind=STREAM_KIND, name=slug)  # a room's stream has its slug

    def locked() -> Stream:
        stream = lock()
        if stream is None:
            raise no_such_room(slug)
        return stream

    return locked


_items, _rooms, _tracks = Rows(PlaylistTrack), Rows(Room), Rows(Track)
_votes, _plays = Rows(Vote), Rows(Play)
_ITEM_WIDTH = _items.width + _rooms.width + _tracks.width
# These statements contain names of tables and columns, and nothing that anybody has sent.
# ruff: noqa: S608
_LOCKED_TRACK = f"SELECT {columns(Track, 'track')} FROM tracks_track AS track WHERE track.id = %s"
_ROOM = f"SELECT {columns(Room, 'room')} FROM playlist_room AS room WHERE room.slug = %s"
_QUEUE = (
    f"SELECT {columns(Room, 'room')}, (SELECT COUNT(*) FROM playlist_playlisttrack WHERE room_id = room.id),"
    " EXISTS (SELECT 1 FROM playlist_wish WHERE room_id = room.id), last.position, last.id"
    " FROM playlist_room AS room LEFT JOIN playlist_playlisttrack AS last ON last.id ="
    " (SELECT id FROM playlist_playlisttrack WHERE room_id = room.id ORDER BY position DESC LIMIT 1)"
    " WHERE room.slug = %s"
)
_OPEN_PLAYS = "SELECT item_number FROM playlist_play WHERE room_id = %s AND ended_at IS NULL"
_ITEM_COLUMNS = ", ".join([columns(PlaylistTrack, "item"), columns(Room, "room"), columns(Track, "track")])
_ITEM_TABLES = (
    "FROM playlist_playlisttrack AS item JOIN playlist_room AS room ON room.id = item.room_id"
    " JOIN tracks_track AS track ON track.id = item.track_id"
)
_ITEM = f"SELECT {_ITEM_COLUMNS} {_ITEM_TABLES} WHERE item.id = %s AND room.slug = %s"
_ITEM_AND_PLAYS = (
    f"SELECT {_ITEM_COLUMNS}, {columns(Play, 'play')}, {columns(PlaylistTrack, 'played')},"
    f" {columns(Track, 'played_track')} {_ITEM_TABLES}"
    " LEFT JOIN playlist_play AS play ON play.room_id = room.id AND play.ended_at IS NULL"
    " LEFT JOIN playlist_playlisttrack AS played ON played.id = play.item_number AND played.room_id = room.id"
    " LEFT JOIN tracks_track AS played_track ON played_track.id = played.track_id"
    " WHERE item.id = %s AND room.slug = %s"
)
_VOTED_ITEM = (
    f"SELECT {_ITEM_COLUMNS}, {columns(Vote, 'own')},"
    " (SELECT COALESCE(SUM(value), 0) FROM playlist_vote WHERE item_id = item.id)"
    f" {_ITEM_TABLES} LEFT JOIN playlist_vote AS own ON own.item_id = item.id AND own.voter = %s"
    " WHERE item.id = %s AND room.slug = %s"
)


def _item_of(row: Sequence[Any], stream: Stream) -> PlaylistTrack:
    if not row:
        raise _no_such_item()
    room_at, track_at = _items.width, _items.width + _rooms.width
    item = _items.from_row(row[:room_at])
    item.room = _room_of(row[room_at:track_at], stream)
    item.track = _tracks.from_row(row[track_at:_ITEM_WIDTH])
    return item


def track_of_item(slug: str, item_id: int) -> int | None:
    """The track of an item that is in the room's queue."""
    items = PlaylistTrack.objects.filter(room__slug=slug, pk=item_id)
    return items.values_list("track_id", flat=True).first()


@raises(NO_SUCH_ITEM)
def item_in(room: Room, item_id: int) -> PlaylistTrack:
    """The item with its track and room."""
    items = PlaylistTrack.objects.select_related("room", "track")
    item: PlaylistTrack | None = items.filter(room=room, pk=item_id).first()
    if item is None:
        raise _no_such_item()
    return item


def queue_of_stream(stream_id: int) -> list[ItemPayload]:
    """The whole queue of the room that this stream belongs to, in order."""
    items = PlaylistTrack.objects.filter(room__stream_id=stream_id).select_related("room", "track")
    return [item_payload(item) for item in items.order_by("position")]


def digest_of(items: Sequence[ItemPayload]) -> str:
    """The first 16 hex digits of the SHA-256 over `id:votes:playing` of each item, joined by `;`."""
    text = ";".join(f"{item.id}:{item.votes}:{int(item.is_playing)}" for item in items)
    return sha256(text.encode()).hexdigest()[:DIGEST_DIGITS]


@cache_result(timeout=HISTORY_MEMORY_SECONDS)
def history_at(*, room_id: int, epoch: str, seq: int) -> list[dict[str, Any]]:
    """The last plays that have ended, newest first, as they were at this moment of the room's stream.

    Plays begin and end with events, so what was read at a moment stays true of it. To be called within the
    consistent read that returned the moment.
    """
    del epoch, seq  # they only name the moment, for the cache
    ended = Play.objects.filter(room_id=room_id, ended_at__isnull=False).order_by("-ended_at", "-pk")
    return [
        {**play.item, "track": {**NEWER_TRACK_FIELDS, **play.item["track"]}, "ended_at": play.ended_at}
        for play in ended[:HISTORY_LENGTH]
    ]


def open_plays(room: Room) -> list[int]:
    """The items of open plays in this room: at most one."""
    return [row[0] for row in fetch_all(_OPEN_PLAYS, [room.pk])]


def votes_of(voter: str, *, room: Room) -> dict[str, int]:
    """The voter's votes in this room, by item id as text."""
    votes = Vote.objects.filter(voter=voter, item__room=room).values_list("item_id", "value")
    return {str(item_id): value for item_id, value in votes}


def cast_votes() -> "QuerySet[Vote]":
    """All but those of a first queue."""
    votes: QuerySet[Vote] = Vote.objects.exclude(voter__startswith=SEED_VOTERS)
    return votes


def active_guests(*, since: datetime) -> "QuerySet[Any, Any]":
    """The keys of guests who have added tracks or voted since then, as far as these are in a queue."""
    added = PlaylistTrack.objects.filter(added_at__gte=since, adder__startswith=GUEST_KEYS)
    voted = Vote.objects.filter(created_at__gte=since, voter__startswith=GUEST_KEYS)
    return added.order_by().values("adder").union(voted.values("voter"))


def votes_for_tracks() -> Iterator[tuple[str, int, str]]:
    """Of all votes for items: the voter, the track's id, and its artist as search compares it."""
    votes = cast_votes().filter(value=1).order_by("pk")
    return votes.values_list("voter", "item__track_id", "item__track__artist_key").iterator()


def plays_of_tracks() -> Iterator[tuple[int, datetime, int, str]]:
    """Of every play of a track that is still there: the room's id, its beginning, and the track as above."""
    plays = Play.objects.filter(track__isnull=False).order_by("pk")
    return plays.values_list("room_id", "started_at", "track_id", "track__artist_key").iterator()


# --- Interactions with queues: input for recommendations ---------------------------------------------

# The prefix of the keys of guests.
GUESTS = "guest:"
# The models that record the adder of a track: items in queues, and plays.
ADDED: Sequence[Any] = (PlaylistTrack, Play)
# Limits of one read: the latest adds of the tracks, their adders, and the other adds of these adders.
MAX_ADDS_READ = 300
MAX_ADDERS = 100
MAX_OTHER_ADDS = 5000


class QueueInteraction(NamedTuple):
    """A vote for a track (1), against it (-1), or an addition (0)."""

    key: str
    track_id: int
    title: str
    artist: str
    # Normalised as in the search.
    artist_key: str
    vote: int


class QueuedTogether(NamedTuple):
    """The number of people who queued both tracks, among the rows that were read."""

    track_id: int
    beside_track_id: int
    people: int


def queue_interactions_of(keys: Collection[str], *, most: int) -> list[QueueInteraction]:
    """Votes and adds of these people together, each kind newest first, and at most `most` of each."""
    columns = ("track_id", "track__title", "track__artist", "track__artist_key")
    votes = Vote.objects.filter(voter__in=keys).order_by("-pk")
    voted = votes.values_list("voter", *(f"item__{column}" for column in columns), "value")[:most]
    interactions = [QueueInteraction(*row) for row in voted]
    for model in ADDED:
        added = model.objects.filter(adder__in=keys, track__isnull=False).order_by("-pk")
        interactions += [
            QueueInteraction._make((*row, 0)) for row in added.values_list("adder", *columns)[:most]
        ]
    return interactions


def guests_active_in(room: Room, *, since: datetime, most: int) -> list[str]:
    """The keys of guests who voted for or added items in the queue since then; at most `most`."""
    items = PlaylistTrack.objects.filter(room=room, adder__startswith=GUESTS, added_at__gte=since)
    votes = Vote.objects.filter(item__room=room, voter__startswith=GUESTS, created_at__gte=since)
    adders = items.order_by("-added_at").values_list("adder", flat=True)[: most * 10]
    voters = votes.order_by("-pk").values_list("voter", flat=True)[: most * 10]
    return list(dict.fromkeys([*voters, *adders]))[:most]


def queued_track_ids(room: Room) -> set[int]:
    return set(PlaylistTrack.objects.filter(room=room).values_list("track_id", flat=True))


def queued_together_with(track_ids: Sequence[int]) -> list[QueuedTogether]:
    """Other tracks that the latest adders of these tracks queued, the most frequent first."""
    adders: defaultdict[str, set[int]] = defaultdict(set)
    for adder, track_id in _adds(track_id__in=track_ids)[:MAX_ADDS_READ]:
        if len(adders) < MAX_ADDERS or adder in adders:
            adders[adder].add(track_id)
    together: Counter[tuple[int, int]] = Counter()
    others = {(adder, track_id) for adder, track_id in _adds(adder__in=list(adders))[:MAX_OTHER_ADDS]}
    for adder, track_id in others:
        together.update((track_id, beside) for beside in adders[adder] if beside != track_id)
    return [
        QueuedTogether(track_id, beside, people)
        for (track_id, beside), people in sorted(together.items(), key=lambda one: (-one[1], one[0]))
    ]


def _adds(**chosen: Any) -> list[tuple[str, int]]:
    """Adder and track of items in queues, then of plays; each newest first."""
    rows: list[tuple[str, int]] = []
    for model in ADDED:
        known = model.objects.filter(**chosen, track__isnull=False).exclude(adder="")
        rows += known.order_by("-pk").values_list("adder", "track_id")[:MAX_OTHER_ADDS]
    return rows
