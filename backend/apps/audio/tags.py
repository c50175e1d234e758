"""The metadata in an audio file: its tags, its duration, its cover. Does not use the database."""

import base64
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, BinaryIO

from mutagen import File
from mutagen.aac import AAC
from mutagen.flac import FLAC, Picture
from mutagen.id3 import ID3
from mutagen.mp3 import MP3
from mutagen.mp4 import MP4, MP4Tags
from mutagen.oggflac import OggFLAC
from mutagen.oggopus import OggOpus
from mutagen.oggvorbis import OggVorbis
from mutagen.wave import WAVE

from apps.tracks.metadata import (
    MAX_GENRE,
    MAX_NAME,
    MetadataError,
    checked_duration,
    checked_isrc,
    checked_text,
)

SUPPORTED = frozenset({".mp3", ".m4a", ".mp4", ".aac", ".flac", ".ogg", ".oga", ".opus", ".wav"})
# Audio that is reported, because people may expect it to be read.
UNSUPPORTED = frozenset({".wma", ".ape", ".wv", ".aif", ".aiff", ".dsf", ".dff", ".mpc", ".m4p", ".mka"})
UNKNOWN_ARTIST = "Unknown artist"
TRACK_NUMBER = re.compile(r"[0-9]{1,3}(?:\s*-\s+|[ ._]+)(?=[^\s-])")
# ReplayGain is relative to -18 LUFS, R128 to -23 LUFS, in 256ths of a decibel.
R128_OFFSET_DB = 5.0
MAX_GAIN_DB = 60.0
DECIBELS = re.compile(r"\s*([+-]?[0-9]{1,3}(?:\.[0-9]{1,9})?)\s*(?:dB)?\s*", re.IGNORECASE)
EXPLICIT = {"1": True, "4": True, "2": False}
FRONT_COVER = 3
ITUNES = "----:com.apple.iTunes:"

ID3_NAMES = {"TIT2": "title", "TPE1": "artist", "TALB": "album", "TCON": "genre", "TSRC": "isrc"}
MP4_NAMES = {"©nam": "title", "©ART": "artist", "©alb": "album", "©gen": "genre", "rtng": "itunesadvisory"}


class UnreadableAudioError(Exception):
    """The file is damaged or of no supported format; the text is the reason."""


@dataclass(frozen=True, slots=True)
class Format:
    codec: str
    content_type: str
    is_lossless: bool = False


FORMATS: Mapping[type[Any], Format] = {
    MP3: Format("mp3", "audio/mpeg"),
    MP4: Format("aac", "audio/mp4"),
    AAC: Format("aac", "audio/aac"),
    FLAC: Format("flac", "audio/flac", is_lossless=True),
    OggVorbis: Format("vorbis", "audio/ogg"),
    OggOpus: Format("opus", "audio/ogg"),
    OggFLAC: Format("flac", "audio/ogg", is_lossless=True),
    WAVE: Format("pcm", "audio/wav", is_lossless=True),
}
# By the suffix alone, where the file itself cannot be read.
FORMATS_BY_SUFFIX: Mapping[str, Format] = {
    **{"mp3": FORMATS[MP3], "m4a": FORMATS[MP4], "mp4": FORMATS[MP4], "aac": FORMATS[AAC]},
    **{"flac": FORMATS[FLAC], "ogg": FORMATS[OggVorbis], "oga": FORMATS[OggVorbis], "opus": FORMATS[OggOpus]},
    "wav": FORMATS[WAVE],
}
WITHOUT_MAGIC: Mapping[str, type[Any]] = {".mp3": MP3, ".aac": AAC}
ALAC = Format("alac", "audio/mp4", is_lossless=True)


@dataclass(frozen=True, slots=True)
class AudioTags:
    """`picture` is the unchanged tag, which may be no valid picture."""

    format: Format
    title: str
    artist: str
    album: str
    genre: str
    isrc: str | None
    explicit: bool | None
    duration_ms: int
    bits_per_second: int
    gain_db: float | None
    picture: bytes | None

    @property
    def duration_seconds(self) -> int:
        return max(1, round(self.duration_ms / 1000))


def read_tags(file: BinaryIO, *, path: str) -> AudioTags:
    """Raises UnreadableAudioError. Without a title or an artist, the name of the file says them."""
    audio = _parsed(file, PurePosixPath(path).suffix.lower())
    form = _format_of(audio)
    duration_ms = round(audio.info.length * 1000)
    try:
        checked_duration(max(1, round(duration_ms / 1000)) if duration_ms > 0 else 0)
    except MetadataError:
        raise UnreadableAudioError("has no audio, or is longer than a week") from None
    return described(
        _texts(audio),
        name=path,
        form=form,
        duration_ms=duration_ms,
        bits_per_second=max(0, round(getattr(audio.info, "bitrate", 0) or 0)),
        picture=_picture(audio),
    )


def described(
    texts: Mapping[str, list[str]],
    *,
    name: str,
    form: Format,
    duration_ms: int,
    bits_per_second: int,
    picture: bytes | None,
) -> AudioTags:
    """`texts` have the names of Vorbis comments. Without a title or an artist, the file's name has them."""
    named_artist, named_title = _of_file_name(name)
    return AudioTags(
        format=form,
        title=_text(texts, "title") or named_title,
        artist=_text(texts, "artist") or named_artist,
        album=_text(texts, "album"),
        genre=_text(texts, "genre", most=MAX_GENRE),
        isrc=_isrc(texts),
        explicit=EXPLICIT.get(_text(texts, "itunesadvisory")),
        duration_ms=duration_ms,
        bits_per_second=bits_per_second,
        gain_db=_gain(texts),
        picture=picture,
    )


def _parsed(file: BinaryIO, suffix: str) -> Any:
    """By the beginning of the file, else by its suffix: a frame of MPEG or AAC has no distinct beginning."""
    try:
        audio = File(file, options=list(FORMATS))
        if audio is None and suffix in WITHOUT_MAGIC:
            file.seek(0)
            audio = WITHOUT_MAGIC[suffix](file)
    except Exception as error:  # a parser may raise any exception for an invalid file
        reason = " ".join(str(error).split())[:200]
        raise UnreadableAudioError(f"is damaged: {reason or type(error).__name__}") from error
    if audio is None or audio.info is None:
        raise UnreadableAudioError("is damaged, or of no supported format")
    if getattr(audio.info, "sketchy", False):
        raise UnreadableAudioError("is damaged: it has no regular MPEG frames")
    return audio


def _format_of(audio: Any) -> Format:
    form = next(form for kind, form in FORMATS.items() if isinstance(audio, kind))
    if not isinstance(audio, MP4):
        return form
    codec = getattr(audio.info, "codec", "")
    if codec == "alac":
        return ALAC
    if not codec.startswith("mp4a"):
        raise UnreadableAudioError(f"has no AAC audio, but {codec or 'none'}")
    return form


def _texts(audio: Any) -> dict[str, list[str]]:
    """The texts of the tags, by the names of Vorbis comments."""
    tags = audio.tags
    if isinstance(tags, ID3):
        named = {ID3_NAMES[name]: tags.getall(name) for name in ID3_NAMES}
        named |= {frame.desc.lower(): [frame] for frame in tags.getall("TXXX")}
        return {name: [str(text) for one in frames for text in one.text] for name, frames in named.items()}
    if isinstance(tags, MP4Tags):
        return {MP4_NAMES.get(name) or _own_name(name): _listed(value) for name, value in tags.items()}
    return {} if tags is None else {name.lower(): list(tags[name]) for name in dict.fromkeys(tags.keys())}


def _own_name(name: str) -> str:
    return name.removeprefix(ITUNES).lower() if name.startswith(ITUNES) else ""


def _listed(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [bytes(one).decode(errors="replace") if isinstance(one, bytes) else str(one) for one in values]


def _text(texts: Mapping[str, list[str]], name: str, *, most: int = MAX_NAME) -> str:
    joined = ", ".join(filter(None, (" ".join(text.split()) for text in texts.get(name, []))))
    printable = "".join(character for character in joined if character.isprintable())[:most]
    try:
        return checked_text(printable, most=most)
    except MetadataError:
        return ""


def _isrc(texts: Mapping[str, list[str]]) -> str | None:
    for text in texts.get("isrc", []):
        with suppress(MetadataError):
            return checked_isrc(text)
    return None


def _gain(texts: Mapping[str, list[str]]) -> float | None:
    for name, unit, offset in (("replaygain_track_gain", 1, 0.0), ("r128_track_gain", 256, R128_OFFSET_DB)):
        for text in texts.get(name, []):
            match = re.fullmatch(r"\s*([+-]?[0-9]{1,6})\s*", text) if unit > 1 else DECIBELS.fullmatch(text)
            gain = float(match[1]) / unit + offset if match else None
            if gain is not None and abs(gain) <= MAX_GAIN_DB:
                return round(gain, 2)
    return None


def _picture(audio: Any) -> bytes | None:
    read: Callable[[Any], list[tuple[int, bytes]]] = _vorbis_pictures
    if isinstance(audio.tags, ID3):
        read = _id3_pictures
    elif isinstance(audio.tags, MP4Tags):
        read = _mp4_pictures
    pictures = read(audio)
    return min(pictures, key=lambda one: one[0] != FRONT_COVER)[1] if pictures else None


def _id3_pictures(audio: Any) -> list[tuple[int, bytes]]:
    return [(int(frame.type), frame.data) for frame in audio.tags.getall("APIC")]


def _mp4_pictures(audio: Any) -> list[tuple[int, bytes]]:
    return [(FRONT_COVER, bytes(picture)) for picture in audio.tags.get("covr", [])]


def _vorbis_pictures(audio: Any) -> list[tuple[int, bytes]]:
    found = list(getattr(audio, "pictures", []))
    for text in (audio.tags or {}).get("metadata_block_picture", []):
        with suppress(Exception):  # an invalid picture block is no cover
            found.append(Picture(base64.b64decode(text)))
    return [(picture.type, picture.data) for picture in found]


def _of_file_name(path: str) -> tuple[str, str]:
    """Artist and title of `01 - Artist - Title.mp3`."""
    stem = PurePosixPath(path).stem.replace("_", " ").strip()
    words = TRACK_NUMBER.sub("", stem, count=1) if TRACK_NUMBER.match(stem) else stem
    artist, dash, title = words.partition(" - ")
    texts = {"artist": [artist if dash else ""], "title": [title if dash else words]}
    return _text(texts, "artist") or UNKNOWN_ARTIST, _text(texts, "title") or "?"
