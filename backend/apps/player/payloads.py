"""Payloads of players: events, REST responses and messages are made from the same types."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar, Literal, cast

import msgspec
from msgspec.structs import asdict

from apps.player.models import Player, Speaker, State
from apps.playlist.models import PlaylistTrack
from apps.playlist.payloads import EXAMPLE_ITEM, ItemPayload, item_payload
from core.json_codec import Instant

StateName = Literal["playing", "paused", "stopped"]
ReasonName = Literal["paused", "room_empty", "speaker_lost", "server_restarted"]
AfterPlayName = Literal["remove", "keep", "requeue"]
SpeakerKind = Literal["browser", "mpd", "sendspin", "other"]

# A speaker that is at most this far off the room's position is in sync.
IN_SYNC_MS = 50


class AnchorPayload(msgspec.Struct, frozen=True):
    """A position in the track, and when it was there."""

    position_ms: int
    at: Instant


class PlayerChangePayload(msgspec.Struct, frozen=True):
    """The fields that change only with an event. While playing, the position grows from that of the
    anchor.
    """

    state: StateName
    play_id: int | None
    item: ItemPayload | None
    anchor: AnchorPayload | None
    duration_ms: int | None
    reason: ReasonName | None
    autoplay: bool
    after_play: AfterPlayName
    volume: int


class SpeakerPayload(msgspec.Struct, frozen=True):
    """A connected speaker. `lag_ms` is its position minus the room's; null: not known."""

    speaker_id: str
    name: str
    kind: SpeakerKind
    in_sync: bool
    lag_ms: int | None


class PlayerPayload(PlayerChangePayload, frozen=True):
    """The player of a room at `server_time`. `is_used`: otherwise nothing starts by itself, until it is."""

    position_ms: int
    server_time: Instant
    next: ItemPayload | None
    speakers: Sequence[SpeakerPayload]
    is_used: bool


class PlayerBeatPayload(msgspec.Struct, frozen=True):
    """Where the player of a room is, as a heartbeat says it."""

    state: StateName
    item_id: int | None
    position_ms: int
    server_time: Instant


class SpeakerJoined(msgspec.Struct, frozen=True):
    """The socket is a speaker of the room now."""

    message_type: ClassVar[str] = "speaker.joined"

    speaker_id: str
    player: PlayerPayload


class SpeakersChanged(msgspec.Struct, frozen=True):
    """The speakers of the room: sent when one joins, leaves, or gets in or out of sync."""

    message_type: ClassVar[str] = "speakers.changed"

    speakers: Sequence[SpeakerPayload]


def change_payload(player: Player, item: PlaylistTrack | None) -> PlayerChangePayload:
    """`item` is the playing or paused item, with its track and room."""
    is_stopped = player.state == State.STOPPED or item is None
    anchor = None
    if not is_stopped and player.anchored_at is not None:
        anchor = AnchorPayload(position_ms=player.position_ms, at=player.anchored_at)
    return PlayerChangePayload(
        state=cast(StateName, "stopped" if is_stopped else str(player.state)),
        play_id=None if is_stopped else player.play_id,
        item=None if is_stopped or item is None else item_payload(item),
        anchor=anchor,
        duration_ms=None if is_stopped else player.duration_ms,
        reason=cast(ReasonName, str(player.reason)) if player.reason and not is_stopped else None,
        autoplay=player.autoplay,
        after_play=cast(AfterPlayName, str(player.after_play)),
        volume=player.volume,
    )


def player_payload(
    player: Player,
    *,
    item: PlaylistTrack | None,
    following: PlaylistTrack | None,
    speakers: Sequence[Speaker],
    now: datetime,
) -> PlayerPayload:
    changing: dict[str, Any] = asdict(change_payload(player, item))
    is_stopped = changing["state"] == State.STOPPED
    return PlayerPayload(
        **changing,
        position_ms=0 if is_stopped else player.position_at(now),
        server_time=now,
        next=item_payload(following) if following else None,
        speakers=[speaker_payload(speaker) for speaker in speakers],
        is_used=player.room.has_player,
    )


def speaker_payload(speaker: Speaker) -> SpeakerPayload:
    is_near = speaker.lag_ms is not None and abs(speaker.lag_ms) <= IN_SYNC_MS
    return SpeakerPayload(
        speaker_id=speaker.speaker_id,
        name=speaker.name,
        kind=cast(SpeakerKind, speaker.kind),
        in_sync=speaker.state == "playing" and is_near,
        lag_ms=speaker.lag_ms,
    )


EXAMPLE_PLAYER = PlayerPayload(
    state="playing",
    play_id=17,
    item=EXAMPLE_ITEM,
    anchor=AnchorPayload(position_ms=0, at=datetime(2025, 12, 4, 12, 34, 56, tzinfo=UTC)),
    duration_ms=355_000,
    reason=None,
    autoplay=True,
    after_play="remove",
    volume=80,
    position_ms=61_234,
    server_time=datetime(2025, 12, 4, 12, 35, 57, 234000, tzinfo=UTC),
    next=EXAMPLE_ITEM,
    speakers=[SpeakerPayload(speaker_id="5c9d01", name="Kitchen", kind="browser", in_sync=True, lag_ms=-4)],
    is_used=True,
)
