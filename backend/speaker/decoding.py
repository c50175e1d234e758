"""The audio of an item, decoded ahead of its playback."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

import av
import numpy as np

from speaker.room import AudioError, Item, RoomFollower, ServerUnavailableError

RATE, CHANNELS, SAMPLE_BYTES = 48_000, 2, 2
FRAME_BYTES = CHANNELS * SAMPLE_BYTES
CHUNK_FRAMES = RATE // 10
# Decoded ahead of what was taken: a minute, 12 MB.
AHEAD_CHUNKS = 600
# The first seconds are decoded as fast as possible, the others ten times as fast as they are played.
HURRY_CHUNKS, PAUSE_SECONDS = 60, 0.01
# As in browsers.
MAX_GAIN_DB = 6.0
# Only files, and no playlists, which could name other addresses.
OPTIONS = {
    "format_whitelist": "aac,aiff,flac,matroska,webm,mov,mp4,m4a,mp3,ogg,wav,w64",
    "protocol_whitelist": "http,https,tcp,tls",
}
CONNECT_SECONDS, READ_SECONDS = 10.0, 10.0
# A file may be shorter than its tags say by so much.
EARLY_FRAMES = 2 * RATE
# A file is given up if it fails twice within so much audio.
ATTEMPTS, STEADY_FRAMES = 2, 10 * RATE
RETRY_SECONDS = 2.0
# So many packets in a row may be damaged. What is missing by the timestamps is replaced by silence.
MOST_DAMAGED = 100
GAP_FRAMES, LONGEST_GAP_FRAMES = RATE // 20, 30 * RATE


class DecodingError(Exception):
    """The audio cannot be read or decoded. The message does not contain its URL."""


class Source:
    """Decodes an item from a position on, in a thread. After a failure, it continues where it stopped."""

    def __init__(self, room: RoomFollower, item: Item, *, from_frame: int) -> None:
        self.item = item
        # No more audio follows what is in the queue; with a problem, because of that.
        self.is_over = False
        self.problem = ""
        self._room = room
        self._decoded = self._failed_at = from_frame
        self._failures = 0
        self._chunks: deque[bytes] = deque()
        self._room_for_more = asyncio.Event()
        self._task = asyncio.create_task(self._fill())

    def take(self) -> bytes | None:
        """The next chunk. None: there is none yet, or none any more."""
        self._room_for_more.set()
        return self._chunks.popleft() if self._chunks else None

    def close(self) -> None:
        self._task.cancel()

    async def _fill(self) -> None:
        while not self.is_over:
            try:
                audio = await self._room.audio_of(self.item.id)
                await self._decode(audio.url, audio.gain_db)
                self.is_over = True
            except AudioError as error:
                self._give_up(str(error))
            except DecodingError as error:
                self._failures = 1 if self._decoded - self._failed_at > STEADY_FRAMES else self._failures + 1
                self._failed_at = self._decoded
                if self._failures >= ATTEMPTS:
                    self._give_up(str(error))
            except ServerUnavailableError:
                await asyncio.sleep(RETRY_SECONDS)
            self._room.changed.set()

    def _give_up(self, reason: str) -> None:
        self.is_over, self.problem = True, reason

    async def _decode(self, url: str, gain_db: float | None) -> None:
        chunks = decoded(url, from_frame=self._decoded, gain_db=gain_db or 0.0)
        while (chunk := await asyncio.to_thread(next, chunks, None)) is not None:
            if not self._chunks:
                self._room.changed.set()
            self._chunks.append(chunk)
            self._decoded += len(chunk) // FRAME_BYTES
            if len(self._chunks) > HURRY_CHUNKS:  # players ask for the time meanwhile
                await asyncio.sleep(PAUSE_SECONDS)
            while len(self._chunks) >= AHEAD_CHUNKS:
                self._room_for_more.clear()
                await self._room_for_more.wait()
        expected = (self.item.track.duration_seconds or 0) * RATE
        if self._decoded < max(1, expected - EARLY_FRAMES):
            raise DecodingError("it ended too early")


def decoded(url: str, *, from_frame: int, gain_db: float) -> Iterator[bytes]:
    """16 bit samples of two channels at 48 kHz, in chunks of 100 ms. Raises DecodingError."""
    factor = 32768 * 10 ** (min(gain_db, MAX_GAIN_DB) / 20)
    size = CHUNK_FRAMES * FRAME_BYTES
    buffer = bytearray()
    try:
        for samples in _samples(url, from_frame):
            buffer += np.clip(np.rint(samples * factor), -32768, 32767).astype("<i2").tobytes()
            while len(buffer) >= size:
                yield bytes(buffer[:size])
                del buffer[:size]
    except (av.FFmpegError, OSError, ValueError) as error:
        raise DecodingError(getattr(error, "strerror", None) or type(error).__name__) from None
    if buffer:
        yield bytes(buffer)


def _samples(url: str, from_frame: int) -> Iterator[Any]:
    """Arrays of samples between -1 and 1, one channel after the other."""
    with av.open(url, options=OPTIONS, timeout=(CONNECT_SECONDS, READ_SECONDS)) as container:
        if not container.streams.audio:
            raise DecodingError("the file has no audio")
        stream = container.streams.audio[0]
        begin = float((stream.start_time or 0) * stream.time_base)
        if from_frame:
            container.seek(round((begin + from_frame / RATE) / stream.time_base), stream=stream)
        convert = _converter(stream.channels)
        next_frame, surplus, is_aligned = from_frame, 0, not from_frame
        for frame in _frames(container, stream):
            missing = 0 if frame.time is None else round((frame.time - begin) * RATE) - next_frame
            is_gap = GAP_FRAMES < abs(missing) < LONGEST_GAP_FRAMES
            if is_gap or (not is_aligned and missing < LONGEST_GAP_FRAMES):
                is_aligned, surplus = True, max(0, -missing)
                if missing > 0:
                    next_frame += missing
                    yield np.zeros(missing * CHANNELS)
            for samples in convert(frame):
                kept = samples[surplus * CHANNELS :]
                surplus -= (len(samples) - len(kept)) // CHANNELS
                next_frame += len(kept) // CHANNELS
                yield kept
        yield from convert(None)


def _converter(channels: int) -> Callable[[Any], Iterator[Any]]:
    """To two channels. FFmpeg would make one channel quieter, unlike browsers."""
    is_mono = channels == 1
    resampler = av.AudioResampler(format="flt", layout="mono" if is_mono else "stereo", rate=RATE)

    def convert(frame: Any) -> Iterator[Any]:
        """None: what is left at the end."""
        for resampled in resampler.resample(frame):
            samples = resampled.to_ndarray().ravel()
            yield np.repeat(samples, CHANNELS) if is_mono else samples

    return convert


def _frames(container: Any, stream: Any) -> Iterator[Any]:
    damaged = 0
    for packet in container.demux(stream):
        try:
            frames = packet.decode()
        except av.FFmpegError:
            damaged += 1
            if damaged > MOST_DAMAGED:
                raise
        else:
            damaged = 0
            yield from frames
