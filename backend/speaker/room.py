"""A room as a speaker without a browser follows it: its player, the server's clock, URLs of audio.

It imports nothing of the server, because speakers are clients on other machines.
"""

import asyncio
import contextlib
import json
import random
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import quote, urljoin

import httpx
import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

# --- Messages of the server --------------------------------------------------------------------------


class Track(msgspec.Struct, frozen=True):
    """What a speaker uses of a track."""

    title: str
    artist: str
    has_audio: bool
    album: str = ""
    cover_url: str | None = None
    duration_seconds: int | None = None

    def __str__(self) -> str:
        return f"{self.title} — {self.artist}"


class Item(msgspec.Struct, frozen=True):
    """What a speaker uses of a queue item."""

    id: int
    track: Track


class Anchor(msgspec.Struct, frozen=True):
    """A position in the track, and when it was there."""

    position_ms: int
    at: datetime


class PlayerState(msgspec.Struct, frozen=True):
    """What a speaker uses of the player. `player.changed` has no `next`."""

    state: Literal["playing", "paused", "stopped"]
    play_id: int | None
    item: Item | None
    anchor: Anchor | None
    duration_ms: int | None
    autoplay: bool
    volume: int
    next: Item | None = None

    @property
    def began_at(self) -> float:
        """When the item that plays would have begun without pauses and seeks; as `now` below."""
        assert self.anchor  # noqa: S101 - it plays
        return self.anchor.at.timestamp() - self.anchor.position_ms / 1000

    def position_ms(self, now: float) -> float:
        """At `now`, in seconds since 1970 by the server's clock."""
        if self.anchor is None:
            return 0.0
        passed = max(0.0, now - self.anchor.at.timestamp()) * 1000 if self.state == "playing" else 0.0
        return min(
            self.anchor.position_ms + passed, float("inf") if self.duration_ms is None else self.duration_ms
        )


class Audio(msgspec.Struct, frozen=True):
    """Where the audio of an item is."""

    url: str
    expires_at: datetime
    gain_db: float | None = None


class _Message(msgspec.Struct):
    """`ts` and `server_ts` are those of a pong."""

    type: str
    payload: msgspec.Raw = msgspec.Raw(b"{}")
    ts: msgspec.Raw = msgspec.Raw(b"0")
    server_ts: datetime | None = None


class _Joined(msgspec.Struct):
    player: PlayerState


class _Error(msgspec.Struct):
    code: str = ""
    message: str = ""


class _ErrorBody(msgspec.Struct):
    error: _Error


# --- Errors ------------------------------------------------------------------------------------------


class RejectedError(Exception):
    """It cannot succeed, however often it is tried."""


class RoomRejectedError(RejectedError):
    """The server will not accept this speaker."""


class AudioError(Exception):
    """The server has no audio for the item, and says why."""


class ServerUnavailableError(Exception):
    """The server cannot be reached, or is not able to respond now."""


# --- The clock ---------------------------------------------------------------------------------------

SAMPLES = 8
FIRST_PINGS, FIRST_PING_SECONDS, PING_SECONDS = 6, 0.2, 10.0


class ServerClock:
    """The server's time, by the ping with the shortest round trip of the last few."""

    def __init__(self) -> None:
        # Round trip and offset, both in seconds.
        self._samples: deque[tuple[float, float]] = deque(maxlen=SAMPLES)

    @property
    def is_known(self) -> bool:
        return bool(self._samples)

    def forget(self) -> None:
        self._samples.clear()

    def take(self, *, sent_at: float, received_at: float, server_at: float) -> None:
        """The first two by `local`, the last one in seconds since 1970."""
        self._samples.append((received_at - sent_at, server_at - (sent_at + received_at) / 2))

    def now(self) -> float:
        """Seconds since 1970."""
        return self.local() + (min(self._samples)[1] if self._samples else 0.0)

    @staticmethod
    def local() -> float:
        """Seconds of a monotonic clock, from an arbitrary start."""
        return asyncio.get_running_loop().time()


# --- Reconnecting ------------------------------------------------------------------------------------


@dataclass(slots=True)
class Backoff:
    """Pauses between attempts: random, and longer each time, in seconds."""

    first: float = 0.5
    longest: float = 15.0
    _next: float = 0.0

    def reset(self) -> None:
        self._next = 0.0

    def next(self) -> float:
        self._next = min(self._next * 2, self.longest) or self.first
        return random.uniform(self._next / 2, self._next)  # noqa: S311 - jitter, not a secret


# --- The room ----------------------------------------------------------------------------------------

# At most one report a second is heard.
REPORT_SECONDS = 1.0
REFETCH_SECONDS = 0.5
REQUEST_SECONDS = 10.0
TOO_MANY_PAUSE_SECONDS = 60.0
TOO_MANY = 4429
FINAL_CLOSE_CODES = {
    4403: "The server does not accept this address (its ALLOWED_HOSTS or HTTPS_ONLY).",
    4404: "There is no room {room!r} on {server}.",
}
FINAL_ERRORS = {"PERMISSION_DENIED", "VALIDATION_ERROR", "BANNED"}
QUEUE_EVENTS = ("track.", "playlist.", "player.")

Say = Callable[[str], None]


class RoomFollower:
    """Joins the room as a speaker, stays connected, and knows what the room plays.

    `player` is None until the first connection; without a connection it stays as it was. `connections` is
    their number.
    """

    def __init__(
        self, *, server: str, room: str, name: str, kind: str, say: Say, is_speaker: bool = True
    ) -> None:
        """`server` is an http or https URL; `say` prints a line for people.

        `is_speaker`: whether it joins at once, or only follows the room until `speak` is called.
        """
        self.player: PlayerState | None = None
        self.changed = asyncio.Event()
        self.clock = ServerClock()
        self.connections = 0
        self.is_connected = False
        self._server, self._room = server.rstrip("/"), room
        self._join = {"type": "speaker.join", "name": name, "kind": kind}
        self._is_speaker = is_speaker
        self._say = say
        self._socket: ClientConnection | None = None
        self._refetch = asyncio.Event()
        self._player_changes = 0
        self._reported_at = float("-inf")

    async def run(self) -> None:
        """Until it is cancelled. Raises RoomRejectedError."""
        backoff = Backoff()
        async with httpx.AsyncClient(base_url=self._server, timeout=REQUEST_SECONDS) as self._http:
            while True:
                pause = None
                try:
                    await self._follow(backoff)
                    reason = "the server closed the connection"
                except ConnectionClosed as closed:
                    reason, pause = self._closed(closed)
                except (OSError, WebSocketException, msgspec.MsgspecError) as error:
                    reason = _text_of(error)
                finally:
                    self.is_connected, self._socket = False, None
                    self.changed.set()
                seconds = pause or backoff.next()
                self._say(f"No connection to {self._server}: {reason}. Trying again in {seconds:.0f} s.")
                await asyncio.sleep(seconds)

    @property
    def position_ms(self) -> float:
        return self.player.position_ms(self.clock.now()) if self.player else 0.0

    async def audio_of(self, item_id: int) -> Audio:
        """With an absolute URL. Raises AudioError, or ServerUnavailableError."""
        response = await self._get(f"{self._path}/items/{item_id}/audio/")
        if response.status_code == httpx.codes.NOT_FOUND:
            raise AudioError(_message_of(response))
        audio: Audio = _decoded(response, Audio)
        return msgspec.structs.replace(audio, url=self.url_of(audio.url))

    def url_of(self, path: str) -> str:
        return urljoin(f"{self._server}/", path)

    async def picture(self, path: str) -> bytes:
        """Of this server. Raises ServerUnavailableError."""
        response = await self._get(path)
        if not response.is_success:
            raise ServerUnavailableError(_message_of(response))
        return response.content

    async def act(self, **action: Any) -> None:
        """An action on the player, by a button of this speaker. Raises ServerUnavailableError."""
        try:
            response = await self._http.post(f"{self._path}/player/", json=action)
        except (httpx.HTTPError, OSError) as error:
            raise ServerUnavailableError(_text_of(error)) from None
        if not response.is_success:
            raise ServerUnavailableError(_message_of(response))

    async def speak(self, *, is_speaker: bool) -> None:
        """Joins, or stays without being a speaker."""
        if is_speaker == self._is_speaker:
            return
        self._is_speaker = is_speaker
        with contextlib.suppress(OSError, WebSocketException):
            await self._send(self._join if is_speaker else {"type": "speaker.leave"})

    async def report(
        self,
        *,
        item_id: int,
        position_ms: float,
        state: str,
        message: str = "",
        measured_at: float | None = None,
    ) -> None:
        """Does nothing without a connection, and sooner than a second after the last report.

        `measured_at` is the time of the position by `clock.local()`; None: now.
        """
        now = self.clock.local()
        if not self._is_speaker or not self.is_connected or now - self._reported_at < REPORT_SECONDS:
            return
        self._reported_at = now
        said = {"message": message[:200]} if message else {}
        if self.clock.is_known:
            seconds = self.clock.now() - (0.0 if measured_at is None else now - measured_at)
            said["at"] = datetime.fromtimestamp(seconds, UTC).isoformat()
        position = max(0, round(position_ms))
        with contextlib.suppress(OSError, WebSocketException):  # the reader notices it, too
            await self._send(
                {
                    "type": "speaker.report",
                    "item_id": item_id,
                    "position_ms": position,
                    "state": state,
                    **said,
                }
            )

    async def leave(self) -> None:
        if self._socket is not None:
            with contextlib.suppress(OSError, WebSocketException):
                await self._send({"type": "speaker.leave"})
                await self._socket.close()

    # --- One connection ------------------------------------------------------------------------------

    async def _follow(self, backoff: Backoff) -> None:
        url = f"ws{self._server.removeprefix('http')}/ws/playlist/{quote(self._room, safe='')}/?present=false"
        async with connect(url, max_size=None, open_timeout=REQUEST_SECONDS) as socket:
            self._socket = socket
            self.clock.forget()
            async with _beside(self._ping(), self._keep_fetched()):
                async for text in socket:
                    await self._take(text, backoff)

    async def _ping(self) -> None:
        for number in range(10**9):
            with contextlib.suppress(ConnectionClosed):  # the reader notices it, too
                await self._send({"type": "ping", "ts": self.clock.local()})
            if number == 0 and self._is_speaker:
                await self._send(self._join)
            elif number == 0:
                self._refetch.set()
            await asyncio.sleep(FIRST_PING_SECONDS if number < FIRST_PINGS else PING_SECONDS)

    async def _take(self, text: str | bytes, backoff: Backoff) -> None:
        received_at = self.clock.local()
        message = msgspec.json.decode(text, type=_Message)
        if message.type == "pong" and message.server_ts:
            sent_at = msgspec.json.decode(message.ts, type=float)
            server_at = message.server_ts.timestamp()
            self.clock.take(sent_at=sent_at, received_at=received_at, server_at=server_at)
            backoff.reset()
        elif message.type == "speaker.joined":
            self._have_joined(msgspec.json.decode(message.payload, type=_Joined).player)
        elif message.type == "player.changed":
            self._player_changes += 1
            self._set(msgspec.json.decode(message.payload, type=PlayerState))
        elif message.type == "error":
            error = msgspec.json.decode(message.payload, type=_Error)
            if error.code in FINAL_ERRORS:
                raise RoomRejectedError(f"The server does not accept this speaker: {error.message}")
        if message.type.startswith(QUEUE_EVENTS):
            self._refetch.set()

    def _have_joined(self, player: PlayerState) -> None:
        if not self.is_connected:
            self.is_connected = True
            self.connections += 1
            self._say(f"Connected to {self._server}, room {self._room}.")
        self._set(player)

    def _set(self, player: PlayerState) -> None:
        self.player = player
        self.changed.set()

    async def _keep_fetched(self) -> None:
        """Events do not say what plays next: it is fetched after each one that may have changed it."""
        while True:
            await self._refetch.wait()
            self._refetch.clear()
            changes = self._player_changes
            try:
                fetched = _decoded(await self._get(f"{self._path}/player/"), PlayerState)
            except ServerUnavailableError:
                self._refetch.set()
            else:
                if changes == self._player_changes:  # otherwise it may be older than the last event
                    self._set(fetched) if self._is_speaker else self._have_joined(fetched)
            await asyncio.sleep(REFETCH_SECONDS)

    def _closed(self, closed: ConnectionClosed) -> tuple[str, float | None]:
        """Why, and how long to wait if the server asks for it."""
        code = closed.rcvd.code if closed.rcvd else None
        if code in FINAL_CLOSE_CODES:
            raise RoomRejectedError(
                FINAL_CLOSE_CODES[code].format(room=self._room, server=self._server)
            ) from None
        if code == TOO_MANY:
            return "too many connections or requests", TOO_MANY_PAUSE_SECONDS
        return "the connection ended", None

    # --- Sending -------------------------------------------------------------------------------------

    @property
    def _path(self) -> str:
        return f"/api/rooms/{quote(self._room, safe='')}"

    async def _send(self, message: dict[str, Any]) -> None:
        if self._socket is not None:
            await self._socket.send(json.dumps(message))

    async def _get(self, path: str) -> httpx.Response:
        try:
            return await self._http.get(path)
        except (httpx.HTTPError, OSError) as error:
            raise ServerUnavailableError(_text_of(error)) from None


@contextlib.asynccontextmanager
async def _beside(*coroutines: Any) -> AsyncIterator[None]:
    """Runs them until the block ends. Their errors are ignored: the block's own read fails as well."""
    tasks = [asyncio.create_task(one) for one in coroutines]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _decoded(response: httpx.Response, shape: type[Any]) -> Any:
    if not response.is_success:
        raise ServerUnavailableError(_message_of(response))
    try:
        return msgspec.json.decode(response.content, type=shape)
    except msgspec.MsgspecError as error:
        raise ServerUnavailableError(str(error)) from None


def _message_of(response: httpx.Response) -> str:
    try:
        return msgspec.json.decode(response.content, type=_ErrorBody).error.message
    except msgspec.MsgspecError:
        return f"status {response.status_code}"


def _text_of(error: BaseException) -> str:
    return str(error) or type(error).__name__
