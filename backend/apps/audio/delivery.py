"""Delivery of audio: signed URLs, a track's best file, and its bytes by an ASGI application beside Django.

A response may take as long as its track plays: it holds one open file, and at most one chunk of it. Threads
and database connections are used for single reads only.
"""

import asyncio
import os
import re
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import FileIO
from typing import Any
from urllib.parse import quote

import msgspec
from django.conf import settings
from django.core import signing
from django.utils import timezone

from apps.audio.folders import configured_folders, etag_of, open_within
from apps.audio.models import BEST_FIRST, AudioFile
from apps.audio.subsonic import NOT_FOUND, AudioSourceFailed, SubsonicError, streaming_client
from apps.realtime.asgi import AsgiRequest, Receive, Scope, Send, check
from apps.realtime.hub import current_hub
from core.errors import ApiError, ErrorSpec, NotPermitted, Unavailable, raises
from core.json_codec import Instant
from core.providers.responses import Failure, ProviderError
from core.request_context import within_request

# --- Signed URLs -------------------------------------------------------------------------------------


VALID_FOR = timedelta(hours=6)
SALT = "tutti.audio"
PREFIX = "/api/audio/"


@dataclass(frozen=True, slots=True)
class SignedItem:
    """An item of a room, and the key of the caller that may listen to it."""

    room: str
    item_id: int
    caller: str


def signed_url(item: SignedItem) -> tuple[str, datetime]:
    """The URL, and until when it is valid."""
    signature = signing.dumps([item.room, item.item_id, item.caller], salt=SALT)
    return PREFIX + signature, timezone.now() + VALID_FOR


def signed_item(signature: str) -> SignedItem:
    """Raises NotPermitted."""
    try:
        room, item_id, caller = signing.loads(signature, salt=SALT, max_age=VALID_FOR)
    except (signing.BadSignature, ValueError):
        raise NotPermitted("The signature is invalid, or has expired.") from None
    return SignedItem(room=room, item_id=item_id, caller=caller)


class AudioPayload(msgspec.Struct, frozen=True):
    """The URL of an item's audio, its expiry, and its media type."""

    url: str
    expires_at: Instant
    content_type: str
    bytes: int
    duration_ms: int
    gain_db: float | None
    etag: str


EXAMPLE_AUDIO = AudioPayload(
    url="/api/audio/WyJtYWluIiwxMiwiZ3Vlc3Q6NWM5ZSJd:1vQ2aB:c2lnbmF0dXJl",
    expires_at=datetime(2025, 12, 4, 18, 30, tzinfo=UTC),
    content_type="audio/flac",
    bytes=28_311_552,
    duration_ms=354_947,
    gain_db=-7.35,
    etag='"1879f0c2a8b9c000-1b00000"',
)


# --- Files of a track --------------------------------------------------------------------------------


class NoAudio(ApiError):
    code, status = "NO_AUDIO", 404
    default_message = "This track has no audio on this server."


NO_AUDIO = ErrorSpec(NoAudio, "The track has no audio on this server.")


@dataclass(frozen=True, slots=True)
class OpenAudio:
    """An open audio file, with its size and ETag. `opened` is None for a song of the Subsonic server."""

    file: AudioFile
    opened: FileIO | None
    size_bytes: int
    etag: str

    def close(self) -> None:
        if self.opened is not None:
            self.opened.close()


def files_of(track_id: int) -> list[AudioFile]:
    """The files of a track, the best first."""
    files = AudioFile.objects.filter(track_id=track_id)
    return list(files.order_by(*BEST_FIRST))


@raises(NO_AUDIO)
def open_best(files: Sequence[AudioFile]) -> OpenAudio:
    """The first of the files that can be opened. A song of the Subsonic server is taken without a request."""
    for file in files:
        if file.is_remote:
            if file.folder == settings.SUBSONIC_URL:
                return OpenAudio(file, None, file.size_bytes, f'"{file.content_hash}-{file.size_bytes:x}"')
            continue
        try:
            opened = FileIO(open_within(file.folder, file.path))
        except OSError:
            continue
        info = os.fstat(opened.fileno())
        return OpenAudio(file, opened, info.st_size, etag_of(info))
    raise NoAudio


# --- Ranges ------------------------------------------------------------------------------------------


class RangeNotSatisfiable(ApiError):
    """A range that the file does not have, or several ranges. `details.bytes` is the size of the file."""

    code, status = "RANGE_NOT_SATISFIABLE", 416
    default_message = "The file does not have this range of bytes."

    def headers(self) -> dict[str, str]:
        return {**super().headers(), "Content-Range": f"bytes */{self.details['bytes']}"}


# By default, Python's `int` rejects more than 4,300 digits.
_DIGITS = "[0-9]{1,4000}"
_RANGE = re.compile(rf"bytes\s*=\s*(?:({_DIGITS})-({_DIGITS})?|-({_DIGITS}))\s*", re.IGNORECASE | re.ASCII)
_SEVERAL = re.compile(r"bytes\s*=.*,", re.IGNORECASE | re.ASCII | re.DOTALL)


def requested_range(header: str | None, *, size: int) -> range | None:
    """The requested bytes of a file; None means all, also if the header is not a valid byte range.

    Raises RangeNotSatisfiable for several ranges, and for one that the file does not have.
    """
    if header is None:
        return None
    if _SEVERAL.match(header):
        raise RangeNotSatisfiable("Only one range is possible.", details={"bytes": size})
    match = _RANGE.fullmatch(header.strip())
    if match is None:
        return None
    first, last, suffix = (None if text is None else int(text) for text in match.groups())
    if first is not None and last is not None and last < first:
        return None
    if first is None:
        first, last = max(0, size - (suffix or 0)), None
    if first >= size:
        raise RangeNotSatisfiable(details={"bytes": size})
    return range(first, size if last is None else min(last + 1, size))


# --- The application ---------------------------------------------------------------------------------


Application = Callable[[Any, Receive, Send], Awaitable[None]]
# The track of an item that is in a room's queue.
TrackOfItem = Callable[[str, int], int | None]

# File descriptors of one response: its connection, and the audio file.
FILES_OPEN = 2
CHUNK_BYTES = 64 * 1024
# Temporary failures: clients may try again after this many seconds.
UNAVAILABLE = {Failure.UNREACHABLE, Failure.SLOW, Failure.CUT, Failure.BUSY, Failure.RESTING}
RETRY_SECONDS = 5.0
# Folders may be on sleeping disks or other machines. In threads of their own, slow reads delay only other
# reads of files.
FILE_THREADS = 4
_file_threads = ThreadPoolExecutor(FILE_THREADS, thread_name_prefix="audio-read")


class TruncatedFileError(Exception):
    """The file became shorter while it was sent."""


class AudioDelivery:
    """Responds to GET and HEAD of signed URLs; passes all other requests to `application`."""

    def __init__(self, application: Application, *, track_of_item: TrackOfItem) -> None:
        self._application = application
        self._track_of_item = track_of_item

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_read = scope["type"] == "http" and scope["method"].upper() in {"GET", "HEAD"}
        if not (is_read and scope["path"].startswith(PREFIX)):
            await self._application(scope, receive, send)
            return
        exchange = AsgiRequest(scope, receive, send)
        with within_request(request_id=exchange.request_id):
            await exchange.run(self._respond, signature=scope["path"].removeprefix(PREFIX))

    async def _respond(self, exchange: AsgiRequest, signature: str) -> None:
        await check(exchange)
        files = await exchange.read(self._files, signature)
        async with current_hub().admission.slot(exchange.visit, is_join=False, files=FILES_OPEN):
            audio = await _in_file_thread(open_best, files)
            with closing(audio):
                await (_send if audio.opened else _pass_on)(exchange, audio)

    def _files(self, signature: str) -> list[AudioFile]:
        item = signed_item(signature)
        track_id = self._track_of_item(item.room, item.item_id)
        if track_id is None:
            raise NotPermitted("The item has left the room.")
        return files_of(track_id)


async def _send(exchange: AsgiRequest, audio: OpenAudio) -> None:
    assert audio.opened is not None  # noqa: S101 - otherwise it is passed on
    headers = _headers_of(audio)
    part = _requested_part(exchange, audio)  # nginx rejects several ranges otherwise
    if settings.AUDIO_ACCEL_PREFIX:
        headers["x-accel-redirect"] = _accel_path(audio.file)
        await exchange.begin(content_type=audio.file.content_type, extra=headers)
        await exchange.write(b"", is_last=True)
        return
    sent = range(audio.size_bytes) if part is None else part
    headers["content-length"] = str(len(sent))
    if part is not None:
        headers["content-range"] = f"bytes {part.start}-{part.stop - 1}/{audio.size_bytes}"
    status = 200 if part is None else 206
    await exchange.begin(content_type=audio.file.content_type, status=status, extra=headers)
    if exchange.is_head or not sent:
        await exchange.write(b"", is_last=True)
        return
    for start in range(sent.start, sent.stop, CHUNK_BYTES):
        wanted = min(CHUNK_BYTES, sent.stop - start)
        piece = await _in_file_thread(os.pread, audio.opened.fileno(), wanted, start)
        if len(piece) < wanted:
            raise TruncatedFileError(audio.file.path)
        await exchange.write(piece, is_last=start + wanted == sent.stop)


async def _pass_on(exchange: AsgiRequest, audio: OpenAudio) -> None:
    """Streams the response of the Subsonic server, as slowly as the client reads it."""
    part = None if audio.size_bytes <= 0 else _requested_part(exchange, audio)
    headers = _headers_of(audio)
    if exchange.is_head:
        headers |= {"content-length": str(audio.size_bytes)} if audio.size_bytes > 0 else {}
        await exchange.begin(content_type=audio.file.content_type, extra=headers)
        await exchange.write(b"", is_last=True)
        return
    asked = None if part is None else f"bytes={part.start}-{part.stop - 1}"
    try:
        async with streaming_client().song(audio.file.path, part=asked) as song:
            headers |= song.headers
            status = 206 if "content-range" in headers else 200
            await exchange.begin(content_type=audio.file.content_type, status=status, extra=headers)
            async for piece in song.pieces:
                await exchange.write(piece)
            await exchange.write(b"", is_last=True)
    except ProviderError as error:
        if exchange.has_begun:
            raise TruncatedFileError(str(error)) from None
        raise source_error(error) from None


def source_error(error: ProviderError) -> ApiError:
    if isinstance(error, SubsonicError) and error.code == NOT_FOUND:
        return NoAudio()
    if error.failure in UNAVAILABLE:
        return Unavailable(
            "The music server does not respond.",
            retry_after_seconds=error.retry_after_seconds or RETRY_SECONDS,
        )
    return AudioSourceFailed()


def _headers_of(audio: OpenAudio) -> dict[str, str]:
    return {
        "accept-ranges": "bytes",
        "cache-control": f"private, max-age={int(VALID_FOR.total_seconds())}",
        "etag": audio.etag,
    }


def _requested_part(exchange: AsgiRequest, audio: OpenAudio) -> range | None:
    """The bytes to send; None means all, also if the client has a part of another version of the file."""
    if exchange.is_head or exchange.headers.get("if-range", audio.etag) != audio.etag:
        return None
    return requested_range(exchange.headers.get("range"), size=audio.size_bytes)


def _accel_path(file: AudioFile) -> str:
    """The prefix, the index of the folder in MUSIC_DIRS, and the path in that folder."""
    number = configured_folders().index(file.folder)
    return f"{settings.AUDIO_ACCEL_PREFIX}/{number}/{quote(file.path)}"


async def _in_file_thread(read: Callable[..., Any], *args: Any) -> Any:
    return await asyncio.get_running_loop().run_in_executor(_file_threads, read, *args)
