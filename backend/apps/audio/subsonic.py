"""A Subsonic server: its albums, songs and covers for imports, and the bytes of its songs for listeners.

https://opensubsonic.netlify.app/docs documents the protocol. No log, error or response contains the
credentials.
"""

import asyncio
import secrets
from base64 import b64encode
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from hashlib import md5
from typing import TypeVar
from weakref import WeakKeyDictionary

import httpx
import msgspec
from django.conf import settings

from core.errors import ApiError
from core.metrics import PROVIDER_REQUESTS
from core.providers.client import (
    ProviderClient,
    ProviderRequest,
    RequestBounds,
    RetryPolicy,
    authorities,
    failure_of,
)
from core.providers.responses import IN_TROUBLE, Failure, ProviderError
from core.resilience import CircuitBreaker

PROVIDER = "subsonic"
# The first version with tokens; every server that imports are made from supports it.
VERSION = "1.13.0"
CLIENT = "Tutti"
ALBUMS_PER_REQUEST = 200
COVER_PIXELS = "600"
# Error codes of the protocol.
MISSING_PARAMETER, WRONG_PASSWORD, NO_TOKENS, NOT_FOUND = 10, 40, 41, 70
CREDENTIAL_ERRORS = {WRONG_PASSWORD, NO_TOKENS, 42, 43, 44, 50}

T = TypeVar("T")

# --- Responses ---------------------------------------------------------------------------------------


class ReplayGain(msgspec.Struct, frozen=True, rename="camel"):
    track_gain: float | None = None


class Song(msgspec.Struct, frozen=True, rename="camel"):
    """A file of the server. Fields that may be missing are optional."""

    id: str
    title: str = ""
    artist: str = ""
    album: str = ""
    genre: str = ""
    size: int = 0
    content_type: str = ""
    suffix: str = ""
    # Seconds.
    duration: int = 0
    # Kilobits a second.
    bit_rate: int = 0
    cover_art: str = ""
    is_dir: bool = False
    is_video: bool = False
    isrc: list[str] = []
    explicit_status: str = ""
    replay_gain: ReplayGain | None = None


class Album(msgspec.Struct, frozen=True, rename="camel"):
    id: str
    song_count: int = 0
    cover_art: str = ""


class _AlbumOfSongs(msgspec.Struct, frozen=True):
    song: list[msgspec.Raw] = []


class _AlbumList(msgspec.Struct, frozen=True):
    album: list[Album] = []


class _Error(msgspec.Struct, frozen=True):
    code: int = 0


class _Response(msgspec.Struct, frozen=True, rename="camel"):
    status: str
    error: _Error | None = None
    album_list2: _AlbumList = _AlbumList()
    album: _AlbumOfSongs = _AlbumOfSongs()


class _Envelope(msgspec.Struct, frozen=True):
    response: _Response = msgspec.field(name="subsonic-response")


class SubsonicError(ProviderError):
    """The server responds that it will not do it. `code` is that of the protocol."""

    def __init__(self, code: int) -> None:
        failure = Failure.NOT_ALLOWED if code in CREDENTIAL_ERRORS else Failure.REJECTED
        super().__init__(PROVIDER, failure, status=200, reasons=frozenset({f"code {code}"}))
        self.code = code


def _decoded(body: bytes) -> _Response:
    """Raises SubsonicError, or an exception of msgspec."""
    response = msgspec.json.decode(body, type=_Envelope).response
    if response.status != "ok":
        raise SubsonicError(response.error.code if response.error else 0)
    return response


# --- Credentials -------------------------------------------------------------------------------------


class _Credentials:
    """A token of the password and a random salt; HTTP Basic for servers that know no tokens."""

    def __init__(self) -> None:
        self._is_basic = False

    def switch_to_basic_auth(self, error: ProviderError) -> bool:
        """Whether another attempt may succeed: the server has rejected tokens, and there is a password."""
        is_rejected = isinstance(error, SubsonicError) and error.code in {MISSING_PARAMETER, NO_TOKENS}
        if self._is_basic or not is_rejected or not settings.SUBSONIC_USER:
            return False
        self._is_basic = True
        return True

    def params(self) -> dict[str, str]:
        always = {"v": VERSION, "c": CLIENT, "f": "json"}
        if self._is_basic:
            return always
        if not settings.SUBSONIC_USER:  # the password is an API key
            return {**always, "apiKey": settings.SUBSONIC_PASSWORD}
        salt = secrets.token_hex(8)
        token = md5(f"{settings.SUBSONIC_PASSWORD}{salt}".encode(), usedforsecurity=False).hexdigest()
        return {**always, "u": settings.SUBSONIC_USER, "t": token, "s": salt}

    def headers(self) -> dict[str, str]:
        if not self._is_basic:
            return {}
        pair = f"{settings.SUBSONIC_USER}:{settings.SUBSONIC_PASSWORD}"
        return {"Authorization": f"Basic {b64encode(pair.encode()).decode()}"}


# --- Imports -----------------------------------------------------------------------------------------

# An import may wait: an album may take a small server a while.
IMPORT_BOUNDS = RequestBounds(seconds=30.0, max_bytes=20 * 1024 * 1024)
IMPORT_PATIENCE = RetryPolicy(attempts=4, longest_wait_seconds=10.0, waits_for_cooldown=True)


class SubsonicServer:
    """The reads of an import. Every method raises ProviderError."""

    def __init__(self) -> None:
        self._client = ProviderClient(
            PROVIDER, settings.SUBSONIC_URL, bounds=IMPORT_BOUNDS, patience=IMPORT_PATIENCE
        )
        self._credentials = _Credentials()

    def close(self) -> None:
        self._client.close()

    def albums(self) -> Iterator[list[Album]]:
        """All albums by name, in portions."""
        offset = 0
        while True:
            portion = {"type": "alphabeticalByName", "size": str(ALBUMS_PER_REQUEST), "offset": str(offset)}
            albums = self._ask("getAlbumList2", portion, _decoded).album_list2.album
            if not albums:
                return
            yield albums
            offset += len(albums)

    def songs(self, album: Album) -> tuple[list[Song], int]:
        """The songs of the album, and how many cannot be read."""
        found, bad = [], 0
        for raw in self._ask("getAlbum", {"id": album.id}, _decoded).album.song:
            try:
                song = msgspec.json.decode(raw, type=Song)
            except msgspec.ValidationError:
                bad += 1
                continue
            if not song.is_dir and not song.is_video:
                found.append(song)
        return found, bad

    def has_song(self, song_id: str) -> bool:
        try:
            self._ask("getSong", {"id": song_id}, _decoded)
        except SubsonicError as error:
            if error.code != NOT_FOUND:
                raise
            return False
        return True

    def cover(self, cover_id: str) -> bytes:
        """A picture, or the response of the server instead of one."""
        return self._ask("getCoverArt", {"id": cover_id, "size": COVER_PIXELS}, bytes)

    def _ask(self, method: str, params: dict[str, str], read: Callable[[bytes], T]) -> T:
        try:
            return self._client.ask(self._request(method, params), read)
        except ProviderError as error:
            if not self._credentials.switch_to_basic_auth(error):
                raise
        return self._client.ask(self._request(method, params), read)

    def _request(self, method: str, params: dict[str, str]) -> ProviderRequest:
        everything = {**self._credentials.params(), **params}
        return ProviderRequest("GET", f"/rest/{method}.view", everything, self._credentials.headers())


# --- Audio for listeners -----------------------------------------------------------------------------


class AudioSourceFailed(ApiError):
    """The Subsonic server has responded with something else than the audio."""

    code, status = "AUDIO_SOURCE_FAILED", 502
    default_message = "The music server did not return this track."


CONNECT_SECONDS, SILENT_SECONDS = 3.0, 10.0
# Each listener has a connection to the Subsonic server; more wait so long for one.
MAX_LISTENERS, POOL_SECONDS = 500, 1.0
MAX_ERROR_BYTES = 64 * 1024
FAILURES_UNTIL_PAUSE, PAUSE_SECONDS = 5, 30.0
PARTIAL = 206


@dataclass(frozen=True, slots=True)
class SongBytes:
    """An open response of the server. `pieces` raises ProviderError."""

    # `content-length` and, for a part, `content-range`.
    headers: dict[str, str]
    pieces: AsyncIterator[bytes]


@dataclass(slots=True)
class StreamingClient:
    """Connections of one event loop."""

    http: httpx.AsyncClient
    credentials: _Credentials = field(default_factory=_Credentials)
    breaker: CircuitBreaker = field(
        default_factory=lambda: CircuitBreaker(seconds=PAUSE_SECONDS, failures=FAILURES_UNTIL_PAUSE)
    )

    @asynccontextmanager
    async def song(self, song_id: str, *, part: str | None) -> AsyncIterator[SongBytes]:
        """Raises ProviderError."""
        if not self.breaker.allows_call():
            raise ProviderError(PROVIDER, Failure.RESTING, retry_after_seconds=PAUSE_SECONDS)
        try:
            response = await self._opened(song_id, part)
        except ProviderError as error:
            self._learn(error)
            raise
        self.breaker.succeeded()
        PROVIDER_REQUESTS.labels(PROVIDER, "answered").inc()
        try:
            names = (
                ("content-length", "content-range")
                if response.status_code == PARTIAL
                else ("content-length",)
            )
            headers = {name: response.headers[name] for name in names if name in response.headers}
            yield SongBytes(headers, _pieces(response))
        finally:
            await response.aclose()

    def _learn(self, error: ProviderError) -> None:
        PROVIDER_REQUESTS.labels(PROVIDER, error.failure).inc()
        if error.failure in IN_TROUBLE:
            self.breaker.failed()
        else:
            self.breaker.succeeded()

    async def _opened(self, song_id: str, part: str | None) -> httpx.Response:
        try:
            return await self._attempt(song_id, part)
        except ProviderError as error:
            if not self.credentials.switch_to_basic_auth(error):
                raise
        return await self._attempt(song_id, part)

    async def _attempt(self, song_id: str, part: str | None) -> httpx.Response:
        params = {**self.credentials.params(), "id": song_id, "format": "raw"}
        headers = {**self.credentials.headers(), **({"Range": part} if part else {})}
        request = self.http.build_request("GET", "/rest/stream.view", params=params, headers=headers)
        with _named_failures():
            response = await self.http.send(request, stream=True)
        try:
            await _check(response)
        except BaseException:
            await response.aclose()
            raise
        return response


async def _check(response: httpx.Response) -> None:
    """Raises ProviderError unless the body is audio."""
    status = response.status_code
    if status >= 500:
        raise ProviderError(PROVIDER, Failure.BROKEN, status=status)
    if response.is_redirect:
        raise ProviderError(PROVIDER, Failure.REDIRECTED, status=status)
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    is_text = kind.startswith("text/") or kind in {"application/json", "application/xml"}
    if response.is_success and not is_text:
        return
    with _named_failures():
        body = await _beginning(response)
    try:
        _decoded(body)
    except (msgspec.MsgspecError, ValueError):
        failure = {401: Failure.NOT_ALLOWED, 429: Failure.BUSY}.get(status, Failure.REJECTED)
        raise ProviderError(
            PROVIDER, Failure.GARBAGE if response.is_success else failure, status=status
        ) from None
    raise ProviderError(PROVIDER, Failure.GARBAGE, status=status)


async def _beginning(response: httpx.Response) -> bytes:
    body = b""
    async for piece in response.aiter_raw():
        body += piece
        if len(body) > MAX_ERROR_BYTES:
            break
    return body


async def _pieces(response: httpx.Response) -> AsyncIterator[bytes]:
    with _named_failures():
        async for piece in response.aiter_raw():
            yield piece


@contextmanager
def _named_failures() -> Iterator[None]:
    """Converts exceptions of httpx to ProviderError."""
    try:
        yield
        return
    except httpx.PoolTimeout:
        failure = Failure.BUSY
    except httpx.TransportError as error:
        failure = failure_of(error)
    # What httpx raises has the request, with its credentials.
    raise ProviderError(PROVIDER, failure) from None


_streaming_clients: WeakKeyDictionary[asyncio.AbstractEventLoop, StreamingClient] = WeakKeyDictionary()


def streaming_client() -> StreamingClient:
    """Those of the running event loop."""
    loop = asyncio.get_running_loop()
    if loop not in _streaming_clients:
        timeout = httpx.Timeout(SILENT_SECONDS, connect=CONNECT_SECONDS, pool=POOL_SECONDS)
        limits = httpx.Limits(max_connections=MAX_LISTENERS, max_keepalive_connections=10)
        headers = {"Accept-Encoding": "identity", "User-Agent": CLIENT}
        _streaming_clients[loop] = StreamingClient(
            httpx.AsyncClient(
                base_url=settings.SUBSONIC_URL,
                timeout=timeout,
                limits=limits,
                headers=headers,
                verify=authorities(),
            )
        )
    return _streaming_clients[loop]
