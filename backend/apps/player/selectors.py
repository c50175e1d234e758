"""Reads of players."""

from datetime import datetime
from typing import Any

from django.db.models import F, QuerySet

from apps.audio.models import BEST_FIRST, AudioFile
from apps.player.models import AfterPlay, Player, Speaker, State
from apps.player.payloads import PlayerBeatPayload, PlayerPayload, player_payload
from apps.playlist.models import Play, PlaylistTrack
from apps.rooms.models import Order, Room
from apps.rooms.selectors import room_for
from core.database import consistent_read
from core.errors import raises
from core.server_clock import server_now
from core.statements import Rows, columns, fetch_one

MAX_LISTED_SPEAKERS = 100
# A seek to this part of a track counts as a play: the next one soon begins.
LAST_PART_MS = 30_000
_players = Rows(Player)
# These statements contain names of tables and columns, and nothing that clients have sent.
_PLAYER_AND_PLAY = (
    f"SELECT {columns(Player, 'player')},"  # noqa: S608
    f" (SELECT id FROM {Play._meta.db_table} WHERE room_id = player.room_id AND ended_at IS NULL),"
    f" (SELECT duration_ms FROM {AudioFile._meta.db_table} WHERE track_id = %s"
    " ORDER BY is_remote, is_lossless DESC, bits_per_second DESC, id LIMIT 1)"
    f" FROM {Player._meta.db_table} AS player WHERE player.room_id = %s"
)


def player_and_play(room: Room, track_id: int | None) -> tuple[Player, int | None, int | None]:
    """The player of a room that has one, its current play, and the duration of the track's audio."""
    row = fetch_one(_PLAYER_AND_PLAY, [track_id, room.pk])
    assert row is not None  # noqa: S101 - `has_player` says so
    *values, play_id, duration_ms = row
    player = _players.from_row(values)
    player.room = room
    return player, play_id, duration_ms


def current_item(room: Room) -> PlaylistTrack | None:
    """The playing or paused item, with its track and room."""
    if room.playing_id is None:
        return None
    if room.is_current and room.playing is not None:
        playing: PlaylistTrack = room.playing
        return playing
    item: PlaylistTrack = PlaylistTrack.objects.select_related("track").get(pk=room.playing_id)
    item.room = room
    return item


def duration_of(item: PlaylistTrack, audio_ms: int | None) -> int | None:
    """In milliseconds: that of the audio file, else that of the library."""
    if audio_ms is not None:
        return audio_ms
    seconds = item.track.duration_seconds
    return seconds * 1000 if seconds else None


def new_player(room: Room) -> Player:
    """The player of a room that has none yet: the item plays since its start, and no clock ends it."""
    player = Player(room=room)
    item = current_item(room)
    if item is None:
        return player
    play = Play.objects.filter(room=room, ended_at__isnull=True).first()
    files = AudioFile.objects.filter(track_id=item.track_id)
    audio = files.order_by(*BEST_FIRST).values_list("duration_ms", flat=True)
    player.state = State.PLAYING
    player.play_id = play.pk if play else None
    player.anchored_at = item.played_at
    player.duration_ms = duration_of(item, audio.first())
    return player


def player_for(room: Room) -> Player:
    if not room.has_player:
        return new_player(room)
    player: Player = Player.objects.get(pk=room.pk)
    player.room = room
    return player


def next_item(room: Room, player: Player) -> PlaylistTrack | None:
    """The item that starts when the current one ends.

    Items that have not played come first, in the order of the queue; then those played longest ago. If items
    are kept in a manual order, it is the one after the current item.
    """
    items = room.items.select_related("track")
    current = current_item(room)
    if current is not None and player.after_play == AfterPlay.KEEP and room.order == Order.MANUAL:
        found = items.filter(position__gt=current.position).order_by("position").first()
    else:
        waiting = items.exclude(pk=room.playing_id) if room.playing_id else items
        found = waiting.order_by(F("played_at").asc(nulls_first=True), "position").first()
    if found is not None:
        found.room = room
    item: PlaylistTrack | None = found
    return item


def listed_speakers(speakers: QuerySet[Speaker], *, now: datetime) -> list[Speaker]:
    """Those that joined first: the list is sent to all sockets of the room, again and again."""
    return list(speakers.filter(expires_at__gt=now)[:MAX_LISTED_SPEAKERS])


def ends_soon(slug: str, *, position_ms: int) -> bool:
    """Whether the current item of the room is in its last part at this position."""
    players = Player.objects.filter(room__slug=slug, duration_ms__lt=position_ms + LAST_PART_MS)
    return players.exists()


@raises(room_for)
def player_of(slug: str) -> PlayerPayload:
    """The player of the room, now."""
    with consistent_read():
        room = room_for(slug)
        player, now = player_for(room), server_now()
        return player_payload(
            player,
            item=current_item(room),
            following=next_item(room, player),
            speakers=listed_speakers(room.speakers.all(), now=now),
            now=now,
        )


def beat_of_stream(stream_id: int) -> dict[str, Any]:
    """Where the player of the room is, for its heartbeat."""
    room = Room.objects.filter(stream_id=stream_id).first()
    if room is None:
        return {}
    player, now = player_for(room), server_now()
    is_stopped = player.state == State.STOPPED
    beat = PlayerBeatPayload(
        state="stopped" if is_stopped else ("playing" if player.state == State.PLAYING else "paused"),
        item_id=None if is_stopped else room.playing_id,
        position_ms=0 if is_stopped else player.position_at(now),
        server_time=now,
    )
    return {"player": beat}
