"""A room on an MPD: its queue holds the current track and the next one, its position that of the room."""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any

from mpd.asyncio import MPDClient
from mpd.base import CommandError, MPDError

from speaker.room import (
    REPORT_SECONDS,
    AudioError,
    Backoff,
    Item,
    PlayerState,
    RejectedError,
    RoomFollower,
    Say,
    ServerUnavailableError,
)

COMMAND_SECONDS = 15.0
GOODBYE_SECONDS = 3.0
# How often the position is compared while it plays, and otherwise.
TICK_SECONDS, IDLE_SECONDS = 0.25, 1.0
# A seek is heard as a short gap. So a deviation is corrected only if it is out of sync for the room, as the
# mean of several looks: MPD's own position advances in steps of up to 50 ms.
IN_SYNC_MS = 50.0
LOOKS = 5
# After a start or a seek, outputs fill their buffers before the position is reliable.
SETTLE_SECONDS = 1.5
# After so many corrections of one start, only every so many seconds: the device can do no better.
QUICK_CORRECTIONS, SLOW_CORRECTION_SECONDS = 3, 30.0
LONGEST_LEAD_MS = 3000.0
# MPD may reach the end of a track by so much before the room.
EARLY_MS = 1500.0
# The next track is loaded when the current one has begun.
PRELOAD_AFTER_MS = 1500.0
# A track is given up if it ends early twice within this time.
STEADY_SECONDS = 10.0
ATTEMPTS = 2
URL_RESERVE_SECONDS = 60.0
RETRY_SECONDS = 2.0
# The speaker that uses an MPD subscribes to this channel, so that a second one does not use it as well.
CHANNEL = "tutti_speaker"
BACKUP_PLAYLIST = "before-tutti"
OWN_URL = "/api/audio/"


class MpdRejectedError(RejectedError):
    """MPD rejects the password, or needs one."""


@dataclass(frozen=True, slots=True)
class MpdAddress:
    """`host` may be the path of a socket. Printed, it does not show the password."""

    host: str
    port: int
    password: str = field(default="", repr=False)

    def __str__(self) -> str:
        return self.host if "/" in self.host else f"{self.host}:{self.port}"


@dataclass(slots=True)
class _Song:
    """An item in MPD's queue."""

    song_id: str
    url: str
    expires_at: float


@dataclass(slots=True)
class _Status:
    """What MPD does, and when that was asked, by the room's local clock."""

    state: str
    song_id: str | None
    elapsed_ms: float
    error: str
    at: float


@dataclass(slots=True)
class _Run:
    """The attempts to play the audio of one play of the room."""

    key: tuple[int | None, int]
    starts: int = 0
    started_at: float = float("-inf")
    corrections: int = 0
    corrected_at: float = float("-inf")
    problem: str = ""
    has_ended: bool = False


class MpdOutput:
    """Plays on one MPD what the room plays."""

    def __init__(
        self, address: MpdAddress, room: RoomFollower, *, volume: int, delay_ms: int, say: Say
    ) -> None:
        """`volume` is this speaker's share of the room's, in percent.

        `delay_ms` is how much later than MPD knows its sound is heard.
        """
        self._address, self._room, self._say = address, room, say
        self._share, self._delay_ms = volume, delay_ms
        self._mpd = MPDClient()
        # By item.
        self._songs: dict[int, _Song] = {}
        self._run = _Run((None, 0))
        self._deviations: deque[float] = deque(maxlen=LOOKS)
        self._settled_at = 0.0
        # Milliseconds that MPD takes to start, and to seek; measured and updated after each.
        self._start_lead, self._seek_lead = 50.0, 20.0
        self._last_jump = ""
        self._volume: int | None = None
        self._shown = ""
        self._retry_at = 0.0

    async def run(self) -> None:
        """Until it is cancelled; then MPD stops. Raises MpdRejectedError."""
        backoff = Backoff()
        while True:
            try:
                async with self._connected():
                    self._say(f"Connected to MPD at {self._address}.")
                    await self._take_over()
                    backoff.reset()
                    while True:
                        await self._look()
            except (OSError, MPDError, TimeoutError) as error:
                if isinstance(error, CommandError) and (
                    "incorrect password" in str(error) or "permission" in str(error)
                ):
                    raise MpdRejectedError(
                        f"MPD at {self._address} rejects the password, or needs one: {error}"
                    ) from None
                seconds = backoff.next()
                reason = str(error) or "no response"
                self._say(
                    f"No connection to MPD at {self._address}: {reason}. Trying again in {seconds:.0f} s."
                )
                await self._wait(seconds)

    async def _wait(self, seconds: float) -> None:
        """Waits, and reports meanwhile that this speaker does not play."""
        until = self._room.clock.local() + seconds
        while (left := until - self._room.clock.local()) > 0:
            player = self._room.player
            if player is not None and player.item is not None and player.state == "playing":
                await self._report(player.item, self._room.position_ms, "waiting")
            await asyncio.sleep(min(left, REPORT_SECONDS))

    @contextlib.asynccontextmanager
    async def _connected(self) -> AsyncIterator[None]:
        async with asyncio.timeout(COMMAND_SECONDS):
            await self._mpd.connect(self._address.host, self._address.port)
        try:
            if self._address.password:
                await self._do(self._mpd.password(self._address.password))
            yield
        except asyncio.CancelledError:
            with contextlib.suppress(OSError, MPDError, TimeoutError):
                async with asyncio.timeout(GOODBYE_SECONDS):
                    await self._rest()
                    await self._drop(keep=set())
            raise
        finally:
            self._mpd.disconnect()

    async def _do(self, command: Awaitable[Any]) -> Any:
        """The library waits for ever."""
        async with asyncio.timeout(COMMAND_SECONDS):
            return await command

    # --- The beginning of a connection ---------------------------------------------------------------

    async def _take_over(self) -> None:
        """MPD's queue becomes the room's. What an earlier connection has loaded stays."""
        if CHANNEL in await self._do(self._mpd.channels()):
            raise MPDError("another Tutti speaker uses it")
        await self._do(self._mpd.subscribe(CHANNEL))
        queue = await self._do(self._mpd.playlistinfo())
        if any(OWN_URL not in song["file"] for song in queue):
            await self._back_up(len(queue))
        known = {(song["id"], song["file"]) for song in queue}
        self._songs = {item: one for item, one in self._songs.items() if (one.song_id, one.url) in known}
        kept = {one.song_id for one in self._songs.values()}
        for song in queue:
            if song["id"] not in kept:
                await self._do(self._mpd.deleteid(song["id"]))
        for command in (
            self._mpd.random,
            self._mpd.repeat,
            self._mpd.single,
            self._mpd.consume,
            self._mpd.crossfade,
        ):
            await self._do(command(0))
        await self._do(self._mpd.mixrampdelay("nan"))
        await self._do(self._mpd.replay_gain_mode("track"))
        self._volume = None
        self._begin(self._run.key)

    async def _back_up(self, songs: int) -> None:
        try:
            with contextlib.suppress(CommandError):
                await self._do(self._mpd.rm(BACKUP_PLAYLIST))
            await self._do(self._mpd.save(BACKUP_PLAYLIST))
        except CommandError as error:
            self._say(f"MPD's queue of {songs} songs was cleared. It could not be saved: {error}")
        else:
            self._say(
                f"MPD's queue of {songs} songs was saved as the playlist {BACKUP_PLAYLIST!r}, and cleared."
            )

    # --- One look ------------------------------------------------------------------------------------

    async def _look(self) -> None:
        """Makes MPD do what the room does, reports it, and waits until there may be more to do."""
        self._room.changed.clear()
        player = self._room.player
        seconds = IDLE_SECONDS
        # Without a connection to the room, MPD plays on with what it has.
        if player is not None and self._room.is_connected and self._room.clock.is_known:
            await self._set_volume(player)
            item = player.item if player.state != "stopped" else None
            if item is None:
                self._show("Stopped.")
                await self._rest()
                await self._drop(keep=set())
            else:
                seconds = TICK_SECONDS if player.state == "playing" else IDLE_SECONDS
                await self._follow(player, item)
        else:
            await self._do(self._mpd.ping())
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._room.changed.wait()

    async def _set_volume(self, player: PlayerState) -> None:
        """Only if the room's has changed: between, MPD's own may be changed at the device."""
        volume = round(player.volume * self._share / 100)
        if volume != self._volume:
            self._volume = volume
            try:
                await self._do(self._mpd.setvol(volume))
            except CommandError as error:
                self._say(f"MPD cannot change the volume: {error}")

    async def _follow(self, player: PlayerState, item: Item) -> None:
        if not item.track.has_audio:
            self._show(f"No audio for {item.track}: silent until it is over.")
            await self._rest()
            await self._report(item, self._room.position_ms, "waiting")
            return
        if player.state == "paused":
            self._show(f"Paused: {item.track}")
            if (await self._status()).state == "play":
                await self._do(self._mpd.pause(1))
            await self._report(item, self._room.position_ms, "waiting")
            return
        key = (player.play_id, self._room.connections)
        if key != self._run.key:
            self._begin(key)
        if self._run.problem:
            await self._report(item, self._room.position_ms, "failed", self._run.problem)
            return
        await self._play(player, item)

    async def _play(self, player: PlayerState, item: Item) -> None:
        status = await self._status()
        song = self._songs.get(item.id)
        if song is not None and status.song_id == song.song_id and status.state != "stop":
            if status.state == "pause":
                await self._resume(song)
            else:
                await self._keep_in_sync(player, item, song, status)
            return
        following = self._songs.get(player.next.id) if player.next else None
        has_gone_on = following is not None and status.song_id == following.song_id and status.state == "play"
        if self._run.starts and not status.error and self._is_over(player):
            await self._report_end(player, item, status.elapsed_ms if has_gone_on else 0.0)
            return
        await self._start(item, status)

    def _is_over(self, player: PlayerState) -> bool:
        """Whether MPD is at the end where the room almost is."""
        if player.duration_ms is None:
            return True
        return player.duration_ms - self._room.position_ms <= EARLY_MS

    async def _report_end(self, player: PlayerState, item: Item, beyond_ms: float) -> None:
        if player.duration_ms is None:
            await self._report(item, self._room.position_ms, "ended")
        else:
            await self._report(item, player.duration_ms + beyond_ms, "playing")

    # --- Starting ------------------------------------------------------------------------------------

    def _begin(self, key: tuple[int | None, int]) -> None:
        self._run = _Run(key)
        self._deviations.clear()
        self._retry_at = 0.0

    async def _start(self, item: Item, status: _Status) -> None:
        run, now = self._run, self._room.clock.local()
        if now < self._retry_at:
            return
        if now - run.started_at > STEADY_SECONDS:
            run.starts = min(run.starts, 1)
        if run.starts >= ATTEMPTS:
            await self._give_up(item, status.error or "it ended too early")
            return
        try:
            song = await self._load(item)
        except ServerUnavailableError as error:
            self._show(f"The server has no URL for {item.track} now: {error}")
            self._retry_at = now + RETRY_SECONDS
            return
        except AudioError as error:
            await self._give_up(item, str(error))
            return
        run.starts, run.started_at = run.starts + 1, now
        if status.error:
            await self._do(self._mpd.clearerror())
        self._show(f"Playing: {item.track}")
        position = self._target(self._start_lead)
        try:
            if position < self._start_lead + IN_SYNC_MS:
                await self._do(self._mpd.playid(song.song_id))
            else:
                await self._do(self._mpd.seekid(song.song_id, _seconds(position)))
        except CommandError as error:
            await self._give_up(item, str(error))
            return
        self._has_jumped("start")
        await self._drop(keep={item.id})

    async def _give_up(self, item: Item, reason: str) -> None:
        song = self._songs.get(item.id)
        if song is not None:  # anyone with its URL may listen
            reason = reason.replace(song.url, "the audio")
        self._run.problem = reason
        self._show(f"Cannot play {item.track}: {reason}")
        await self._rest()
        await self._drop(keep=set())
        await self._report(item, self._room.position_ms, "failed", reason)

    async def _load(self, item: Item) -> _Song:
        song = self._songs.get(item.id)
        if song is not None:
            is_valid = song.expires_at > self._room.clock.now() + URL_RESERVE_SECONDS
            if is_valid and not self._run.starts:  # one that has failed is not opened again
                return song
            await self._drop(keep=set(self._songs) - {item.id})
        audio = await self._room.audio_of(item.id)
        song_id = await self._do(self._mpd.addid(audio.url))
        song = self._songs[item.id] = _Song(song_id, audio.url, audio.expires_at.timestamp())
        return song

    # --- Following the clock -------------------------------------------------------------------------

    async def _keep_in_sync(self, player: PlayerState, item: Item, song: _Song, status: _Status) -> None:
        self._show(f"Playing: {item.track}")
        self._run.starts = max(self._run.starts, 1)
        position = status.elapsed_ms - self._delay_ms
        now = self._room.clock.local()
        room_position = player.position_ms(self._room.clock.now() - (now - status.at))
        await self._report(item, position, "playing", measured_at=status.at)
        if now >= self._settled_at:
            self._deviations.append(position - room_position)
        if len(self._deviations) == LOOKS:
            await self._correct(player, song, fmean(self._deviations))
        if position > PRELOAD_AFTER_MS and player.autoplay:
            await self._preload(player.next, item)

    async def _correct(self, player: PlayerState, song: _Song, deviation: float) -> None:
        run, now = self._run, self._room.clock.local()
        self._learn(deviation)
        self._deviations.clear()
        left = float("inf") if player.duration_ms is None else player.duration_ms - self._room.position_ms
        is_allowed = run.corrections < QUICK_CORRECTIONS or now - run.corrected_at > SLOW_CORRECTION_SECONDS
        if abs(deviation) <= IN_SYNC_MS or left < 2 * EARLY_MS or not is_allowed:
            return
        run.corrections, run.corrected_at = run.corrections + 1, now
        await self._seek(song)

    def _learn(self, deviation: float) -> None:
        """From the first deviation after a jump, how much too late or early it was."""
        if self._last_jump == "start":
            self._start_lead = min(max(0.0, self._start_lead - deviation), LONGEST_LEAD_MS)
        elif self._last_jump == "seek":
            self._seek_lead = min(max(0.0, self._seek_lead - deviation), LONGEST_LEAD_MS)
        self._last_jump = ""

    async def _seek(self, song: _Song) -> None:
        try:
            await self._do(self._mpd.seekid(song.song_id, _seconds(self._target(self._seek_lead))))
        except CommandError as error:
            self._say(f"MPD cannot seek in this track: {error}")
            self._run.corrections, self._run.corrected_at = QUICK_CORRECTIONS, float("inf")
        self._has_jumped("seek")

    async def _resume(self, song: _Song) -> None:
        await self._seek(song)
        if (await self._status()).state == "pause":
            await self._do(self._mpd.pause(0))

    def _target(self, lead: float) -> float:
        return self._room.position_ms + self._delay_ms + lead

    def _has_jumped(self, how: str) -> None:
        self._last_jump = how
        self._deviations.clear()
        self._settled_at = self._room.clock.local() + SETTLE_SECONDS

    async def _preload(self, following: Item | None, current: Item) -> None:
        wanted = following if following and following.track.has_audio and following.id != current.id else None
        keep = {current.id} | ({wanted.id} if wanted else set())
        await self._drop(keep=keep)
        if wanted is None or wanted.id in self._songs or self._room.clock.local() < self._retry_at:
            return
        try:
            await self._load(wanted)
        except (AudioError, ServerUnavailableError):
            self._retry_at = self._room.clock.local() + RETRY_SECONDS

    # --- MPD -----------------------------------------------------------------------------------------

    async def _status(self) -> _Status:
        before = self._room.clock.local()
        status = await self._do(self._mpd.status())
        return _Status(
            state=status["state"],
            song_id=status.get("songid"),
            elapsed_ms=float(status.get("elapsed", 0)) * 1000,
            error=status.get("error", ""),
            at=(before + self._room.clock.local()) / 2,
        )

    async def _rest(self) -> None:
        if (await self._status()).state != "stop":
            await self._do(self._mpd.stop())

    async def _drop(self, *, keep: set[int]) -> None:
        """Removes all other items from MPD's queue."""
        for item_id in set(self._songs) - keep:
            song = self._songs.pop(item_id)
            with contextlib.suppress(CommandError):  # another client of MPD has removed it
                await self._do(self._mpd.deleteid(song.song_id))

    async def _report(
        self,
        item: Item,
        position_ms: float,
        state: str,
        message: str = "",
        *,
        measured_at: float | None = None,
    ) -> None:
        await self._room.report(
            item_id=item.id,
            position_ms=position_ms,
            state=state,
            message=message,
            measured_at=measured_at,
        )

    def _show(self, line: str) -> None:
        if line != self._shown:
            self._shown = line
            self._say(line)


def _seconds(milliseconds: float) -> str:
    return f"{milliseconds / 1000:.3f}"
