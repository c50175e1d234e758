"""A room on Sendspin players: they get its audio with the times at which each sample is to be heard."""

import asyncio
import contextlib
import io
from dataclasses import dataclass
from typing import Any

from aiosendspin.models.types import MediaCommand
from aiosendspin.noise import Identity, InMemoryServerPairingStore
from aiosendspin.server import (
    AudioFormat,
    ClientAddedEvent,
    ClientConnectedEvent,
    SendspinClient,
    SendspinGroup,
    SendspinServer,
)
from aiosendspin.server.push_stream import PushStream, StreamStoppedError
from aiosendspin.server.roles import ArtworkGroupRole, ControllerGroupRole, MetadataGroupRole, PlayerGroupRole
from aiosendspin.server.roles.controller import (
    ControllerNextEvent,
    ControllerPauseEvent,
    ControllerPlayEvent,
    ControllerPreviousEvent,
    ControllerSeekEvent,
    ControllerSeekRelativeEvent,
    ControllerStopEvent,
    ControllerVolumeEvent,
)
from aiosendspin.server.roles.metadata import Metadata
from PIL import Image, UnidentifiedImageError

from speaker.decoding import CHANNELS, FRAME_BYTES, RATE, SAMPLE_BYTES, Source
from speaker.room import Item, PlayerState, RejectedError, RoomFollower, Say, ServerUnavailableError

FORMAT = AudioFormat(RATE, SAMPLE_BYTES * 8, CHANNELS)
# Players get their audio so much earlier. What is sent cannot be changed without a short silence.
AHEAD_US = 5_000_000
TICK_SECONDS = 0.25
# The shortest time from sending audio to hearing it; players may need more.
LEAST_LEAD_US = 100_000
# A deviation from the room's position is corrected once: one that lasts, and at once one that is a seek.
OFF_US, OFF_SECONDS = 20_000, 2.0
JUMP_US = 100_000
COMMANDS = {
    MediaCommand.PLAY: ControllerPlayEvent,
    MediaCommand.PAUSE: ControllerPauseEvent,
    MediaCommand.STOP: ControllerStopEvent,
    MediaCommand.NEXT: ControllerNextEvent,
    MediaCommand.PREVIOUS: ControllerPreviousEvent,
    MediaCommand.SEEK: ControllerSeekEvent,
    MediaCommand.SEEK_RELATIVE: ControllerSeekRelativeEvent,
}


@dataclass(slots=True)
class _Run:
    """One play of an item."""

    source: Source
    # None: the room has not begun it yet.
    play_id: int | None
    # When the beginning of the item is heard, by the Sendspin clock.
    begins_us: float
    # Frames of the item up to here were sent or left out.
    frame: int
    # The last frame that belongs to the play; None: until the audio is over.
    last_frame: int | None
    first_sent_us: float = float("inf")
    is_sent: bool = False
    off_since: float | None = None

    @property
    def item(self) -> Item:
        return self.source.item

    @property
    def sent_until_us(self) -> float:
        return self.begins_us + self.frame * 1e6 / RATE


class SendspinOutput:
    """Serves Sendspin players, and plays on them what the room plays."""

    def __init__(
        self,
        room: RoomFollower,
        *,
        address: tuple[str, int],
        name: str,
        volume: int,
        delay_ms: int,
        say: Say,
    ) -> None:
        """`volume` is these players' share of the room's, in percent.

        `delay_ms` is how much later than the players know their sound is heard.
        """
        self._room, self._say = room, say
        self._address, self._name = address, name
        self._share, self._delay_us = volume, delay_ms * 1000
        self._group: SendspinGroup | None = None
        self._stream: PushStream | None = None
        # The play of the room, and the next one, which may have been sent in part.
        self._runs: list[_Run] = []
        self._arrived: set[str] = set()
        self._names: dict[str, str] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._volume: int | None = None
        # Players whose volume was set when they connected.
        self._as_loud: set[str] = set()
        self._shown_player: PlayerState | None = None
        self._shown_item: int | None = None
        self._shown = ""

    async def run(self) -> None:
        """Until it is cancelled. Raises RejectedError if the port is not available."""
        self._server = SendspinServer(
            asyncio.get_running_loop(),
            Identity.generate(),
            self._name,
            pairing_store=InMemoryServerPairingStore(),
            allow_unencrypted=True,
        )
        self._server.add_event_listener(self._noticed)
        host, port = self._address
        try:
            try:
                await self._server.start_server(port, host)
            except OSError as error:
                raise RejectedError(f"Sendspin players cannot connect to {host}:{port}: {error}") from None
            self._say(f"Waiting for Sendspin players on port {port}.")
            while True:
                await self._look()
        finally:
            for task in self._tasks:
                task.cancel()
            await self._silence()
            await self._server.close()

    # --- Players -------------------------------------------------------------------------------------

    def _noticed(self, _: SendspinServer, event: object) -> None:
        if isinstance(event, ClientAddedEvent | ClientConnectedEvent):
            self._arrived.add(event.client_id)
            self._room.changed.set()

    async def _welcome(self) -> None:
        """All players are one group. Everyone in the network may listen, as with a browser."""
        if self._group is None or not self._group.clients:
            self._arrived |= {one.client_id for one in self._server.connected_clients if one.available}
        for client_id in list(self._arrived):
            client = self._server.get_client(client_id)
            if client is None or client.connection is None:
                continue
            self._arrived.discard(client_id)
            if client.connection.is_encrypted and not client.is_paired:
                await self._server.trust_unpaired(client_id)
                if not client.info.unpaired_access.enabled:
                    self._say(f"{client.name} plays only for paired servers: allow unpaired access there.")
            if self._group is None or not self._group.clients:
                self._begin_group(client.group)
            elif client not in self._group.clients:
                await self._group.add_client(client)

    def _begin_group(self, group: SendspinGroup) -> None:
        self._group, self._stream, self._volume = group, None, None
        self._shown_player = self._shown_item = None
        group.set_group_name(self._name)
        group.add_event_listener(self._pressed)
        self._role(ControllerGroupRole).set_supported_commands(list(COMMANDS))

    def _role(self, kind: type[Any]) -> Any:
        assert self._group  # noqa: S101 - only called with one
        return self._group.group_role(kind.role_family)

    def _players(self) -> list[SendspinClient]:
        clients = self._group.clients if self._group else []
        return [one for one in clients if one.is_connected and one.roles_by_family("player")]

    def _announce(self, players: list[SendspinClient]) -> None:
        names = {one.client_id: one.name for one in players}
        for client_id in names.keys() - self._names.keys():
            self._say(f"Player connected: {names[client_id]}")
        for client_id in self._names.keys() - names.keys():
            self._say(f"Player disconnected: {self._names[client_id]}")
        self._names = names

    def _pressed(self, _: SendspinGroup, event: object) -> None:
        """Buttons of a player act on the room."""
        action: dict[str, Any]
        match event:
            case ControllerPlayEvent():
                action = {"action": "play"}
            case ControllerPauseEvent():
                action = {"action": "pause"}
            case ControllerStopEvent():
                action = {"action": "stop"}
            case ControllerNextEvent():
                action = {"action": "skip"}
            case ControllerPreviousEvent():
                action = {"action": "previous"}
            case ControllerSeekEvent(position_ms=position):
                action = {"action": "seek", "position_ms": position}
            case ControllerSeekRelativeEvent(offset_ms=offset):
                position = max(0, round(self._room.position_ms) + offset)
                action = {"action": "seek", "position_ms": position}
            case ControllerVolumeEvent(volume=volume) if self._share:
                action = {"action": "settings", "volume": min(100, round(volume * 100 / self._share))}
            case _:
                return
        self._start_task(self._act(action))

    async def _act(self, action: dict[str, Any]) -> None:
        try:
            await self._room.act(**action)
        except ServerUnavailableError as error:
            self._say(f"A player asked for {action['action']!r}: {error}")

    def _start_task(self, coroutine: Any) -> None:
        task = asyncio.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # --- One look ------------------------------------------------------------------------------------

    async def _look(self) -> None:
        """Makes the players do what the room does, reports it, and waits until there may be more to do."""
        self._room.changed.clear()
        await self._welcome()
        players = self._players()
        self._announce(players)
        # Without players, nothing is heard: the room is to know that no speaker is here.
        await self._room.speak(is_speaker=bool(players))
        player = self._room.player
        if not players:
            await self._silence()
        if self._group is not None and player is not None and self._room.is_connected:
            self._set_volume(player, players)
            self._show_player(player)
            if players and self._room.clock.is_known:
                await self._follow(player)
        await self._send(players)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(TICK_SECONDS):
                await self._room.changed.wait()

    async def _follow(self, player: PlayerState) -> None:
        item = player.item
        if item is None or player.state == "stopped":
            self._show("Stopped.")
            await self._silence()
        elif player.state == "paused" or not item.track.has_audio:
            paused = player.state == "paused"
            self._show(
                f"Paused: {item.track}" if paused else f"No audio for {item.track}: silent until it is over."
            )
            await self._silence(keep_progress=paused)
            await self._report(item, self._room.position_ms, "waiting")
        else:
            self._adopt(player, item)
            self._preload(player)
            await self._report_run(self._runs[0])

    def _adopt(self, player: PlayerState, item: Item) -> None:
        """Goes on with what plays if it is what the room plays, and begins that otherwise."""
        # Not by the position, which stays at the end of a track until the server has begun the next one.
        since = self._room.clock.now() - player.began_at
        begins_us = self._now_us() - since * 1e6 - self._delay_us
        while self._runs and self._runs[0].play_id not in (None, player.play_id):
            self._runs.pop(0).source.close()
        run = self._runs[0] if self._runs else None
        if run is None or run.item.id != item.id or abs(begins_us - run.begins_us) > JUMP_US:
            self._begin(player, item, begins_us)
            return
        run.play_id, run.last_frame = player.play_id, _frames(player.duration_ms)
        now = self._room.clock.local()
        if abs(begins_us - run.begins_us) < OFF_US:
            run.off_since = None
        elif run.off_since is None:
            run.off_since = now
        elif now - run.off_since > OFF_SECONDS:
            run.begins_us, run.off_since = begins_us, None

    def _begin(self, player: PlayerState, item: Item, begins_us: float) -> None:
        self._close_runs()
        self._clear()
        frame = _frames(self._room.position_ms) or 0
        source = Source(self._room, item, from_frame=frame)
        self._runs = [_Run(source, player.play_id, begins_us, frame, _frames(player.duration_ms))]
        self._show(f"Playing: {item.track}")

    def _preload(self, player: PlayerState) -> None:
        """Decodes the next item as soon as the current one is decoded."""
        run, following = self._runs[0], player.next
        wanted = following if following and following.track.has_audio and player.autoplay else None
        if len(self._runs) > 1:
            if wanted is not None and self._runs[1].item.id == wanted.id:
                return
            dropped = self._runs.pop()
            dropped.source.close()
            if dropped.first_sent_us < float("inf"):  # its beginning is in the players' buffers
                self._begin(player, run.item, run.begins_us)
                return
        if wanted is not None and run.source.is_over and run.last_frame is not None:
            begins_us = run.begins_us + run.last_frame * 1e6 / RATE
            self._runs.append(_Run(Source(self._room, wanted, from_frame=0), None, begins_us, 0, None))

    async def _report_run(self, run: _Run) -> None:
        now_us = self._now_us()
        position = (now_us - run.begins_us) / 1000 - self._delay_us / 1000
        is_heard = run.first_sent_us <= now_us < run.sent_until_us
        if is_heard:
            self._show(f"Playing: {run.item.track}")
            await self._report(run.item, position, "playing")
        elif run.source.problem and now_us >= run.sent_until_us:
            self._show(f"Cannot play {run.item.track}: {run.source.problem}")
            await self._report(run.item, position, "failed", run.source.problem)
        elif run.is_sent and run.last_frame is None:
            await self._report(run.item, position, "ended")
        else:
            await self._report(run.item, position, "playing" if run.is_sent else "waiting")

    async def _report(self, item: Item, position_ms: float, state: str, message: str = "") -> None:
        await self._room.report(item_id=item.id, position_ms=position_ms, state=state, message=message)

    # --- Audio ---------------------------------------------------------------------------------------

    def _now_us(self) -> int:
        return int(self._server.clock.now_us())

    async def _send(self, players: list[SendspinClient]) -> None:
        """Sends what is heard within the next seconds, as far as it is decoded."""
        lead_us = max([LEAST_LEAD_US, *map(_lead_us, players)])
        for run in self._runs:
            while not run.is_sent and run.sent_until_us < self._now_us() + AHEAD_US:
                left = None if run.last_frame is None else run.last_frame - run.frame
                chunk = None if left == 0 else run.source.take()
                if chunk is None:
                    run.is_sent = left == 0 or run.source.is_over
                    break
                if left is not None:
                    chunk = chunk[: max(0, left) * FRAME_BYTES]
                if run.sent_until_us > self._now_us() + lead_us:  # too late otherwise
                    run.first_sent_us = min(run.first_sent_us, run.sent_until_us)
                    await self._commit(chunk, run.sent_until_us)
                run.frame += len(chunk) // FRAME_BYTES
            if not run.is_sent:
                return

    async def _commit(self, chunk: bytes, heard_us: float) -> None:
        assert self._group  # noqa: S101 - there are players
        if self._stream is None or self._stream.is_stopped:
            self._stream = self._group.start_stream()
        self._stream.prepare_audio(chunk, FORMAT)
        with contextlib.suppress(StreamStoppedError):  # the last player has just left
            await self._stream.commit_audio(play_start_us=round(heard_us))

    def _clear(self) -> None:
        if self._stream is not None and not self._stream.is_stopped:
            self._stream.clear()

    async def _silence(self, *, keep_progress: bool = False) -> None:
        self._close_runs()
        self._stream = None
        if self._group is not None:
            await self._group.stop(keep_progress=keep_progress)

    def _close_runs(self) -> None:
        for run in self._runs:
            run.source.close()
        self._runs = []

    # --- What players show, and how loud they are -------------------------------------------------------

    def _set_volume(self, player: PlayerState, players: list[SendspinClient]) -> None:
        """When a player connects, and when the room's volume changes: they keep their differences then."""
        volume = round(player.volume * self._share / 100)
        if volume != self._volume:
            self._volume = volume
            self._role(PlayerGroupRole).set_group_volume(volume)
        self._as_loud &= {one.client_id for one in players}
        for client in players:
            role = client.roles_by_family("player")[0]
            # None: it has not said yet that it has a volume.
            if client.client_id not in self._as_loud and role.get_player_volume() is not None:
                self._as_loud.add(client.client_id)
                role.set_player_volume(volume)

    def _show_player(self, player: PlayerState) -> None:
        if player is self._shown_player:
            return
        self._shown_player = player
        item = player.item
        self._role(ControllerGroupRole).set_seek_max_ms(player.duration_ms if item else None)
        self._role(MetadataGroupRole).set_metadata(self._metadata(player, item) if item else None)
        if (item.id if item else None) != self._shown_item:
            self._shown_item = item.id if item else None
            self._start_task(self._show_cover(item))

    def _metadata(self, player: PlayerState, item: Item) -> Metadata:
        cover = item.track.cover_url
        return Metadata(
            title=item.track.title,
            artist=item.track.artist,
            album=item.track.album or None,
            artwork_url=self._room.url_of(cover) if cover else None,
            track_progress=round(self._room.position_ms),
            track_duration=player.duration_ms,
            playback_speed=1000 if player.state == "playing" else 0,
        )

    async def _show_cover(self, item: Item | None) -> None:
        """Covers of other servers are not fetched: players have their URLs."""
        image, path = None, item.track.cover_url if item else None
        if path and path.startswith("/"):
            with contextlib.suppress(ServerUnavailableError, UnidentifiedImageError, OSError):
                image = Image.open(io.BytesIO(await self._room.picture(path)))
                image.load()
        if (item.id if item else None) == self._shown_item:
            await self._role(ArtworkGroupRole).set_album_artwork(image)

    def _show(self, line: str) -> None:
        if line != self._shown:
            self._shown = line
            self._say(line)


def _frames(milliseconds: float | None) -> int | None:
    return None if milliseconds is None else round(milliseconds * RATE / 1000)


def _lead_us(client: SendspinClient) -> int:
    """How long before it is heard this player needs its audio."""
    role = client.roles_by_family("player")[0]
    return int(max(role.get_min_buffer_us(), role.get_required_lead_time_us()) + role.get_output_delay_us())
