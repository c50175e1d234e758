"""Speakers: sockets that play the item of the room. They join, report their position, and leave."""

import asyncio
import logging
import secrets
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, ClassVar, Literal, TypeVar

import msgspec
from django.core.exceptions import ValidationError

from apps.player.clock import ClockPoll, PlayerClock
from apps.player.models import MAX_SPEAKER_NAME, Player, Speaker, State
from apps.player.payloads import (
    PlayerBeatPayload,
    PlayerPayload,
    SpeakerJoined,
    SpeakerKind,
    SpeakerPayload,
    SpeakersChanged,
    speaker_payload,
)
from apps.player.selectors import beat_of_stream, listed_speakers, player_for, player_of
from apps.player.services import join_speaker, leave_speaker, look_after, note_report
from apps.playlist.models import STREAM_KIND
from apps.realtime.database_reads import run_in_reader
from apps.realtime.extensions import HubExtension, Socket
from apps.realtime.messages import typed_text
from apps.realtime.publishing import publish_notice
from apps.rooms.models import Room
from core.errors import InvalidInput, NotFound, RateLimited
from core.names import validate_name
from core.rate_limits import (
    PLAYER_ACTIONS,
    PLAYS_OF_ADDRESS,
    Limit,
    RateLimitExceeded,
    check_rate_limit,
)
from core.server_clock import server_now

logger = logging.getLogger(__name__)

# A speaker's row expires after this time, unless its process renews it with each look of the clock.
LEASE = timedelta(seconds=15)
# A report sooner after the last one is ignored.
REPORT_SECONDS = 0.9
# `speakers.changed` is sent no more often than this, and for a change of `lag_ms` alone only above this much.
PAUSE_SECONDS = 0.5
NOTED_LAG_MS = 20
MAX_MESSAGE = 200
MAX_POSITION_MS = 1_000_000_000
# A report's own time counts up to this difference to the server's: beyond it, the client's clock is wrong.
MAX_REPORT_AGE = timedelta(seconds=10)

R = TypeVar("R")
ReportState = Literal["playing", "waiting", "blocked", "ended", "failed"]


class SpeakerJoinMessage(msgspec.Struct, tag_field="type", tag="speaker.join"):
    """Makes the socket a speaker of its room. The response is speaker.joined."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_SPEAKER_NAME)]
    kind: SpeakerKind


class SpeakerLeaveMessage(msgspec.Struct, tag_field="type", tag="speaker.leave"):
    """The socket stops being a speaker."""


class SpeakerReportMessage(msgspec.Struct, tag_field="type", tag="speaker.report"):
    """Where the speaker is in the current item; at most once a second.

    `at` is the server's time when it was there; without it, the time at which the report arrives.
    """

    item_id: Annotated[int, msgspec.Meta(ge=1, le=2**53)]
    position_ms: Annotated[int, msgspec.Meta(ge=0, le=MAX_POSITION_MS)]
    state: ReportState
    message: Annotated[str, msgspec.Meta(max_length=MAX_MESSAGE)] = ""
    at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None


@dataclass(slots=True)
class _Connected:
    """A speaker on a socket of this process."""

    slug: str
    speaker: Speaker
    network: str
    reported_at: float = 0.0
    stored: tuple[Any, ...] = ()


@dataclass(slots=True)
class _Known:
    """The player of a room as it was at an event of its stream: every change of it is one."""

    head: tuple[str, int]
    player: Player
    item_id: int | None


class PlayerExtension(HubExtension):
    """The speakers on sockets of this process, and its clock of players."""

    kind: ClassVar[str] = STREAM_KIND
    client_messages: ClassVar[Sequence[type[msgspec.Struct]]] = (
        SpeakerJoinMessage,
        SpeakerLeaveMessage,
        SpeakerReportMessage,
    )
    server_messages: ClassVar[Sequence[type[msgspec.Struct]]] = (SpeakerJoined, SpeakersChanged)
    beat_fields: ClassVar[dict[str, Any]] = {"player": PlayerBeatPayload}
    read_beat: ClassVar[Callable[[int], dict[str, Any]] | None] = staticmethod(beat_of_stream)

    def __init__(self) -> None:
        self._clock = PlayerClock(self._has_looked)
        self._sockets: defaultdict[int, set[Socket]] = defaultdict(set)
        self._stream_of: dict[Socket, int] = {}
        self._connected: dict[Socket, _Connected] = {}
        self._known: dict[int, _Known] = {}
        # The last message of each stream, and the streams with a pending one.
        self._sent: dict[int, Sequence[SpeakerPayload]] = {}
        self._due: set[int] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        self._clock.start()

    def stop(self) -> None:
        self._clock.stop()
        for task in self._tasks:
            task.cancel()

    def enter(self, socket: Socket) -> None:
        self._stream_of[socket] = socket.stream_id
        self._sockets[socket.stream_id].add(socket)

    def leave(self, socket: Socket) -> None:
        stream_id = self._stream_of.pop(socket, None)
        if stream_id is None:
            return  # it was closed before it had joined
        self._drop(socket)
        self._sockets[stream_id].discard(socket)
        if not self._sockets[stream_id]:
            del self._sockets[stream_id]
            self._sent.pop(stream_id, None)
            self._known.pop(stream_id, None)

    async def handle(self, socket: Socket, message: Any, *, network: str) -> None:
        match message:
            case SpeakerJoinMessage(name=name, kind=kind):
                await self._join(socket, _shown(name), kind, network)
            case SpeakerReportMessage():
                await self._report(socket, message)
            case _:
                self._drop(socket)

    # --- Joining and leaving ------------------------------------------------------------------------

    async def _join(self, socket: Socket, name: str, kind: SpeakerKind, network: str) -> None:
        self._drop(socket)
        speaker_id = secrets.token_hex(8)
        speaker = Speaker(speaker_id=speaker_id, name=name, kind=kind, expires_at=server_now() + LEASE)
        slug, player = await _in_turn(network, _joined, socket.stream_id, speaker, network)
        self._connected[socket] = _Connected(slug, speaker, network)
        if socket not in self._sockets.get(socket.stream_id, ()):
            self._drop(socket)  # it was closed since
            return
        joined = SpeakerJoined(speaker_id=speaker_id, player=player)
        socket.put(typed_text(joined.message_type, joined))
        publish_notice(socket.stream_id)
        self._clock.look_now()

    def _drop(self, socket: Socket) -> None:
        connected = self._connected.pop(socket, None)
        if connected is not None:
            self._start(self._leave(socket.stream_id, connected))

    async def _leave(self, stream_id: int, connected: _Connected) -> None:
        await _in_turn(connected.network, _left, connected.slug, connected.speaker.speaker_id)
        publish_notice(stream_id)

    # --- Reports ------------------------------------------------------------------------------------

    async def _report(self, socket: Socket, message: SpeakerReportMessage) -> None:
        connected, now = self._connected.get(socket), asyncio.get_running_loop().time()
        if connected is None or now - connected.reported_at < REPORT_SECONDS:
            return
        known = await self._player(socket, connected.network)
        if known.item_id != message.item_id:
            return
        connected.reported_at = now
        speaker, player = connected.speaker, known.player
        speaker.lag_ms = _lag_ms(message, player) if message.state == "playing" else None
        speaker.state, speaker.play_id = message.state, player.play_id
        stored = (speaker.state, speaker.play_id, speaker_payload(speaker).in_sync)
        if stored != connected.stored:
            is_over = message.state == "ended" and player.duration_ms is None
            may_begin_play = is_over or message.state == "failed"
            await _in_turn(connected.network, _reported, connected, may_begin_play)
            if message.state == "failed":
                logger.info("A speaker (%s) could not play: %s", speaker.kind, message.message)
            connected.stored = stored
            publish_notice(socket.stream_id)
        else:
            self._send_soon(socket.stream_id)

    async def _player(self, socket: Socket, network: str) -> _Known:
        known = self._known.get(socket.stream_id)
        if known is None or known.head != socket.head:
            head = socket.head
            player = await _in_turn(network, _player_of_stream, socket.stream_id)
            known = self._known[socket.stream_id] = _Known(head, player, player.room.playing_id)
        return known

    # --- Messages to the room's sockets -----------------------------------------------------------------

    def notice(self, stream_id: int) -> None:
        """A speaker has joined, left, or reported a change, in any process."""
        if stream_id in self._sockets:
            self._send_soon(stream_id)

    def _send_soon(self, stream_id: int) -> None:
        if stream_id in self._due:
            return
        self._due.add(stream_id)
        self._start(self._send(stream_id))

    async def _send(self, stream_id: int) -> None:
        await asyncio.sleep(PAUSE_SECONDS)
        self._due.discard(stream_id)
        if stream_id not in self._sockets:
            return
        stored = await run_in_reader(_speakers_of_stream, stream_id)
        here = {one.speaker.speaker_id: one.speaker for one in self._connected.values()}
        speakers = [speaker_payload(here.get(one.speaker_id, one)) for one in stored]
        if not _is_news(speakers, self._sent.get(stream_id, ())):
            return
        self._sent[stream_id] = speakers
        text = typed_text(SpeakersChanged.message_type, SpeakersChanged(speakers=speakers))
        for socket in list(self._sockets.get(stream_id, ())):
            socket.put(text)

    def _has_looked(self, outlook: ClockPoll) -> None:
        """Renews the speakers of this process, and looks for changes of those of others."""
        if self._connected:
            self._run(
                _renew, {one.speaker.speaker_id: one.speaker.lag_ms for one in self._connected.values()}
            )
        for stream_id in list(self._sockets):
            if outlook.has_speakers or self._sent.get(stream_id):
                self._send_soon(stream_id)

    def _run(self, write: Callable[..., None], *arguments: Any) -> None:
        self._start(_written(write, arguments))

    def _start(self, running: Any) -> None:
        task = asyncio.get_running_loop().create_task(running)
        self._tasks.add(task)
        task.add_done_callback(self._has_ended)

    def _has_ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            logger.warning("Could not look after the speakers: %r", error)


async def _in_turn(network: str, act: Callable[..., R], *arguments: Any) -> R:
    """In a reader thread. Addresses take turns, so that many speakers of one delay neither others nor the
    hub.
    """
    from apps.realtime.hub import current_hub  # loads what commands do not need

    return await current_hub().admission.read_for(network, act, *arguments)


def _shown(name: str) -> str:
    """The name as the room shows it. Raises InvalidInput."""
    name = name.strip()
    if not name:
        raise InvalidInput.of("name", "This field may not be blank.")
    try:
        validate_name(name)
    except ValidationError as error:
        raise InvalidInput.of("name", *error.messages) from None
    return name


async def _written(write: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    await run_in_reader(write, *arguments)


def _is_news(now: Sequence[SpeakerPayload], before: Sequence[SpeakerPayload]) -> bool:
    def known(one: SpeakerPayload) -> tuple[Any, ...]:
        return one.speaker_id, one.name, one.kind, one.in_sync, one.lag_ms is None

    if [known(one) for one in now] != [known(one) for one in before]:
        return True
    pairs = zip(now, before, strict=True)
    return any(abs((one.lag_ms or 0) - (other.lag_ms or 0)) > NOTED_LAG_MS for one, other in pairs)


# --- In reader threads -------------------------------------------------------------------------------


def _count(limit: Limit, network: str) -> None:
    """Raises RateLimited, which does not close the socket: others of its network may have called."""
    try:
        check_rate_limit(limit, network)
    except RateLimitExceeded as error:
        raise RateLimited(retry_after_seconds=error.retry_after_seconds) from None


def _room_of(stream_id: int) -> Room:
    room = Room.objects.filter(stream_id=stream_id).first()
    if room is None:
        raise NotFound("The room was deleted.")
    return room


def _lag_ms(message: SpeakerReportMessage, player: Player) -> int | None:
    """The difference to the room, in milliseconds. None for a time before the last play, seek or pause."""
    at = now = server_now()
    if message.at is not None and abs(message.at - now) <= MAX_REPORT_AGE:
        at = message.at
    if player.state != State.PLAYING or player.anchored_at is None or at < player.anchored_at:
        return None
    return message.position_ms - player.position_at(at)


def _joined(stream_id: int, speaker: Speaker, network: str) -> tuple[str, PlayerPayload]:
    _count(PLAYER_ACTIONS, network)
    slug = _room_of(stream_id).slug
    join_speaker(slug=slug, speaker=speaker)
    look_after(slug=slug)  # while offline, the speaker may have started the next track
    return slug, player_of(slug)


def _left(slug: str, speaker_id: str) -> None:
    try:
        leave_speaker(slug=slug, speaker_id=speaker_id)
    except NotFound:
        return  # the room was deleted, and its speakers with it


def _reported(connected: _Connected, may_begin_play: bool) -> None:  # noqa: FBT001 - passed on by a reader
    if may_begin_play:
        _count(PLAYS_OF_ADDRESS, connected.network)
    note_report(slug=connected.slug, speaker=connected.speaker)


def _player_of_stream(stream_id: int) -> Player:
    return player_for(_room_of(stream_id))


def _speakers_of_stream(stream_id: int) -> list[Speaker]:
    return listed_speakers(Speaker.objects.filter(room__stream_id=stream_id), now=server_now())


def _renew(lags: dict[str, int | None]) -> None:
    Speaker.objects.filter(speaker_id__in=lags).update(expires_at=server_now() + LEASE)
    stored = dict(Speaker.objects.filter(speaker_id__in=lags).values_list("speaker_id", "lag_ms"))
    for speaker_id, lag_ms in lags.items():
        if stored.get(speaker_id) != lag_ms:
            Speaker.objects.filter(speaker_id=speaker_id).update(lag_ms=lag_ms)
