"""Small audio files of every format that a scan reads, with tags. They are silent."""

import struct
import wave
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

from mutagen.flac import FLAC, Picture
from mutagen.id3 import APIC, ID3, TALB, TCON, TIT2, TPE1, TSRC, TXXX
from mutagen.mp3 import MP3
from mutagen.mp4 import MP4, MP4Cover
from mutagen.wave import WAVE
from PIL import Image

RATE = 8000
Tags = Mapping[str, str]


def picture(color: str = "red", *, size: tuple[int, int] = (640, 320)) -> bytes:
    """A PNG."""
    buffer = BytesIO()
    Image.new("RGB", size, color).save(buffer, "PNG")
    return buffer.getvalue()


def write_audio(path: Path, *, seconds: int = 2, cover: bytes | None = None, **tags: str) -> Path:
    """Tags have the names of Vorbis comments; the suffix of the path is the format."""
    path.parent.mkdir(parents=True, exist_ok=True)
    WRITERS[path.suffix](path, seconds, tags, cover)
    return path


def _wav(path: Path, seconds: int, tags: Tags, cover: bytes | None) -> None:
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 1, RATE, 0, "NONE", ""))
        file.writeframes(b"\x80" * (RATE * seconds))
    audio: Any = WAVE(path)
    audio.add_tags()
    _fill_id3(audio.tags, tags, cover)
    audio.save()


def _mp3(path: Path, seconds: int, tags: Tags, cover: bytes | None) -> None:
    """MPEG 1 layer III, 128 kbit/s, 44.1 kHz: frames of 417 bytes and 1152 samples."""
    frame = b"\xff\xfb\x90\x00".ljust(417, b"\0")
    path.write_bytes(frame * round(seconds * 44100 / 1152))
    audio: Any = MP3(path)
    audio.add_tags()
    _fill_id3(audio.tags, tags, cover)
    audio.save()


def _aac(path: Path, seconds: int, tags: Tags, cover: bytes | None) -> None:
    """ADTS: AAC LC, 44.1 kHz, one channel, frames of 16 bytes and 1024 samples."""
    length = 16
    header = bytes([0xFF, 0xF1, 0x50, 0x40, length >> 3, (length & 7) << 5 | 0x1F, 0xFC])
    path.write_bytes(header.ljust(length, b"\0") * round(seconds * 44100 / 1024))


def _fill_id3(id3: ID3, tags: Tags, cover: bytes | None) -> None:
    frames = {"title": TIT2, "artist": TPE1, "album": TALB, "genre": TCON, "isrc": TSRC}
    for name, text in tags.items():
        frame = frames[name](text=text) if name in frames else TXXX(desc=name.upper(), text=text)  # type: ignore[no-untyped-call]
        id3.add(frame)
    if cover:
        id3.add(APIC(mime="image/png", type=3, data=cover))


def _flac(path: Path, seconds: int, tags: Tags, cover: bytes | None) -> None:
    block = 4000
    info = (
        struct.pack(">HH", block, block)
        + b"\0" * 6
        + struct.pack(">Q", RATE << 44 | 15 << 36 | RATE * seconds)
        + b"\0" * 16
    )
    frames = b"".join(_flac_frame(number, block) for number in range(RATE * seconds // block))
    path.write_bytes(b"fLaC" + b"\x80" + len(info).to_bytes(3, "big") + info + frames)
    audio = FLAC(path)
    for name, text in tags.items():
        audio[name] = text
    if cover:
        front = Picture()
        front.type, front.mime, front.data = 3, "image/png", cover
        audio.add_picture(front)
    audio.save()


def _flac_frame(number: int, block: int) -> bytes:
    """One constant value for all samples; up to 128 frames."""
    header = bytes([0xFF, 0xF8, 0x70, 0x00, number]) + (block - 1).to_bytes(2, "big")
    header += bytes([_crc(header, bits=8, polynomial=0x07)])
    frame = header + b"\0" + b"\0\0"
    return frame + _crc(frame, bits=16, polynomial=0x8005).to_bytes(2, "big")


def _crc(data: bytes, *, bits: int, polynomial: int) -> int:
    value = 0
    for byte in data:
        value ^= byte << (bits - 8)
        for _ in range(8):
            value = (value << 1) ^ (polynomial if value >> (bits - 1) else 0)
            value &= (1 << bits) - 1
    return value


def _m4a(path: Path, seconds: int, tags: Tags, cover: bytes | None) -> None:
    entry = b"\0" * 6 + b"\0\1" + b"\0" * 8 + struct.pack(">HHHHI", 1, 16, 0, 0, RATE << 16)
    # An ES descriptor: AAC LC, 8 kHz, one channel.
    decoder = b"\x04\x11\x40\x15" + b"\0" * 11 + b"\x05\x02\x15\x88"
    esds = _atom(b"esds", b"\0" * 4 + b"\x03" + bytes([len(decoder) + 3]) + b"\0\1\0" + decoder)
    stsd = _atom(b"stsd", struct.pack(">II", 0, 1) + _atom(b"mp4a", entry + esds))
    mdhd = _atom(b"mdhd", struct.pack(">IIIIIHH", 0, 0, 0, RATE, RATE * seconds, 0, 0))
    hdlr = _atom(b"hdlr", b"\0" * 8 + b"soun" + b"\0" * 13)
    mdia = _atom(b"mdia", mdhd + hdlr + _atom(b"minf", _atom(b"stbl", stsd)))
    moov = _atom(b"moov", _atom(b"trak", mdia))
    path.write_bytes(_atom(b"ftyp", b"M4A \0\0\0\0M4A ") + moov + _atom(b"mdat", b"\0" * 64 * seconds))
    audio = MP4(path)
    names = {"title": "©nam", "artist": "©ART", "album": "©alb", "genre": "©gen"}
    for name, text in tags.items():
        if name == "itunesadvisory":
            audio["rtng"] = [int(text)]
        elif name in names:
            audio[names[name]] = [text]
        else:
            audio[f"----:com.apple.iTunes:{name}"] = [text.encode()]
    if cover:
        audio["covr"] = [MP4Cover(cover, MP4Cover.FORMAT_PNG)]
    audio.save()


def _atom(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content) + 8) + name + content


def _ogg(path: Path, seconds: int, tags: Tags, cover: bytes | None) -> None:
    identification = b"\x01vorbis" + struct.pack("<IBIiiiBB", 0, 1, RATE, 0, 64000, 0, 0xB8, 1)
    comments = b"\x03vorbis" + _vorbis_comments(tags) + b"\1"
    _write_ogg(path, [identification, comments + b"", b"\x05vorbis\0"], samples=RATE * seconds)


def _opus(path: Path, seconds: int, tags: Tags, cover: bytes | None) -> None:
    head = b"OpusHead" + struct.pack("<BBHIHB", 1, 1, 0, 48000, 0, 0)
    _write_ogg(path, [head, b"OpusTags" + _vorbis_comments(tags)], samples=48000 * seconds)


def _vorbis_comments(tags: Tags) -> bytes:
    lines = [f"{name.upper()}={text}".encode() for name, text in tags.items()]
    counted = b"".join(struct.pack("<I", len(line)) + line for line in lines)
    return struct.pack("<I", 5) + b"Tutti" + struct.pack("<I", len(lines)) + counted


def _write_ogg(path: Path, headers: list[bytes], *, samples: int) -> None:
    """Each packet on a page of its own; packets are shorter than 255 × 255 bytes."""
    pages = []
    for number, packet in enumerate([*headers, b"\xfc\xff\xfe" * 10]):
        is_last = number == len(headers)
        kind = 4 if is_last else 2 * (number == 0)
        lacing = bytes([255] * (len(packet) // 255) + [len(packet) % 255])
        granule = samples if is_last else 0
        start = struct.pack("<4sBBQIIIB", b"OggS", 0, kind, granule, 1, number, 0, len(lacing))
        page = bytearray(start + lacing + packet)
        page[22:26] = struct.pack("<I", _ogg_crc(bytes(page)))
        pages.append(bytes(page))
    path.write_bytes(b"".join(pages))


def _ogg_crc(page: bytes) -> int:
    return _crc(page, bits=32, polynomial=0x04C11DB7)


WRITERS: Mapping[str, Callable[[Path, int, Tags, bytes | None], None]] = {
    ".wav": _wav,
    ".mp3": _mp3,
    ".aac": _aac,
    ".flac": _flac,
    ".m4a": _m4a,
    ".ogg": _ogg,
    ".opus": _opus,
}
