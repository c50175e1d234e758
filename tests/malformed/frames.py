"""Frames of WebSocket as bytes, and everything that can be wrong with them and with the handshake.

Pure: what a client may say and a source of chance in, bytes out.
"""

import base64
import random
import struct
from dataclasses import replace
from itertools import pairwise
from typing import Any

from tests.malformed.odd_request_parts import each
from tests.malformed.requests import Request, damaged, damaged_bytes
from tests.malformed.values import damaged_json, written

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
LARGEST = 64 * 1024
BAD_UTF8 = (
    *(b"\xff", b"\xc3\x28", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc0\x80", b"\xe2\x82", b"\x80"),
    b"\xfe\xff",
)
CLOSE_BODIES = (
    *(b"", b"\x03", b"\x03\xe8", b"\x00\x00", b"\x03\xed", b"\x03\xee", b"\xff\xff", b"\x10\x00"),
    b"\x13\x88",
    *(b"\x03\xe8\xff\xfe", b"\x03\xe8" + b"a" * 123, b"\x03\xf0bye"),
)
HANDSHAKE_DAMAGES: tuple[tuple[bytes, bytes | None], ...] = (
    (b"Sec-WebSocket-Key", None),
    *each(b"Sec-WebSocket-Key", b"", b"a", b"=" * 24, b"\xff" * 24, b"a" * 23 + b"=", b"A" * 22 + b"=="),
    (b"Sec-WebSocket-Version", None),
    *each(b"Sec-WebSocket-Version", b"0", b"8", b"12", b"14", b"-1", b"x", b"13, 8", b"\xb2"),
    *each(b"Sec-WebSocket-Protocol", b"a, a", b"", b"\xff", b"a" * 900, b"%ff,%00", b","),
    *each(b"Sec-WebSocket-Extensions", b"permessage-deflate", b"a; b=\xff", b";;", b"x" * 900),
    *each(b"Connection", None, b"close", b"keep-alive", b"Upgrade, close", b"\xff"),
    *each(b"Upgrade", b"websocket, websocket", b"WebSocket", b"h2c", b"\xff", None),
    *each(b"Host", None, b"", b"evil.example", b"localhost:x", b"[::1", b"\xe9", b"localhost:-1"),
    *each(b"Origin", b"null", b"http://evil.example", b"http://[", b"://", b"", b"a b", b"file:///"),
    *each(b"Cookie", b"tutti_guest=\xff", b"sessionid=a; sessionid=b", b"=;"),
    *each(b"Daphne-Root-Path", b"\xff", b"/a"),
)


def frame(
    opcode: int,
    payload: bytes,
    *,
    is_last: bool = True,
    reserved: int = 0,
    is_masked: bool = True,
    length: int | None = None,
    length_bytes: int | None = None,
    mask: bytes = b"\x11\x22\x33\x44",
) -> bytes:
    """`length` and `length_bytes` (0, 2 or 8) are what it says of itself, where that isn't so."""
    said = len(payload) if length is None else length
    room = length_bytes if length_bytes is not None else 0 if said < 126 else 2 if said < 65_536 else 8
    short = {0: said & 0x7F, 2: 126, 8: 127}[room]
    head = bytes([is_last << 7 | reserved << 4 | opcode, is_masked << 7 | short])
    head += {0: b"", 2: struct.pack("!H", said & 0xFFFF), 8: struct.pack("!Q", said & (2**64 - 1))}[room]
    return head + (mask + masked(payload, mask) if is_masked else payload)


def masked(payload: bytes, mask: bytes) -> bytes:
    whole = mask * (len(payload) // 4 + 1)
    number = int.from_bytes(payload, "big") ^ int.from_bytes(whole[: len(payload)], "big")
    return number.to_bytes(len(payload), "big")


def valid_frame(value: Any) -> bytes:
    return frame(TEXT, written(value, random.Random(0)))


# --- What the application rejects, while the socket stays open----------------------------------------


def misspoken(value: Any, chance: random.Random) -> bytes:
    """A proper frame with something improper in it."""
    text = damaged_json(value, chance)[:LARGEST]
    action = chance.random()
    if not _is_utf8(text) or action < 0.1:
        return frame(BINARY, text)
    if action < 0.25:
        return fragmented(text, chance)
    return frame(TEXT, text)


def fragmented(payload: bytes, chance: random.Random, opcode: int = TEXT) -> bytes:
    """In several pieces, with pings and pongs in between."""
    cuts = sorted(chance.randrange(len(payload) + 1) for _ in range(chance.choice((1, 2, 9))))
    pieces = []
    for start, end in pairwise([0, *cuts, len(payload)]):
        pieces.append(frame(CONTINUATION if pieces else opcode, payload[start:end], is_last=False))
        if chance.random() < 0.2:
            pieces.append(frame(chance.choice((PING, PONG)), chance.randbytes(chance.choice((0, 5, 125)))))
    pieces.append(frame(CONTINUATION, b""))
    return b"".join(pieces)


# --- What ends the socket, or leaves it waiting for the rest -----------------------------------------


def broken(value: Any, chance: random.Random) -> bytes:
    """Something that is no frame, or none that may come now."""
    text = written(value, chance)
    return chance.choice(_BREAKS)(text, chance)


def _reserved(text: bytes, chance: random.Random) -> bytes:
    if chance.random() < 0.5:
        return frame(chance.choice((3, 4, 7, 11, 12, 15)), text)
    return frame(TEXT, text, reserved=chance.randint(1, 7))


def _unmasked(text: bytes, chance: random.Random) -> bytes:
    return frame(chance.choice((TEXT, BINARY, PING, CLOSE)), text[:120], is_masked=False)


def _wrong_length(text: bytes, chance: random.Random) -> bytes:
    near = (len(text) + 1, len(text) - 1, 0, 125, 126, LARGEST, LARGEST + 1)
    return frame(TEXT, text, length=chance.choice((*near, 2**20, 2**31, 2**63 - 1, 2**63, 2**64 - 1)))


def _long_length(text: bytes, chance: random.Random) -> bytes:
    return frame(TEXT, text[:100], length_bytes=chance.choice((2, 8)))


def _too_large(text: bytes, chance: random.Random) -> bytes:
    size = chance.choice((LARGEST + 1, 2 * LARGEST, 3 * LARGEST))
    return frame(chance.choice((TEXT, BINARY)), text.ljust(size))


def _too_large_in_pieces(text: bytes, chance: random.Random) -> bytes:
    return frame(TEXT, text, is_last=False) + frame(CONTINUATION, b"a" * 40_000, is_last=False) * 2


def _bad_utf8(text: bytes, chance: random.Random) -> bytes:
    place, bad = chance.randrange(len(text)), chance.choice(BAD_UTF8)
    if chance.random() < 0.5:
        return frame(TEXT, text[:place] + bad + text[place:])
    return frame(TEXT, text[:place] + bad, is_last=False) + frame(CONTINUATION, text[place:])


def _out_of_turn(text: bytes, chance: random.Random) -> bytes:
    return chance.choice(
        (
            frame(CONTINUATION, text),
            frame(TEXT, text, is_last=False) + frame(TEXT, text),
            frame(TEXT, text, is_last=False) + frame(BINARY, text, is_last=False),
            frame(TEXT, text, is_last=False),
            frame(TEXT, b"", is_last=False) + frame(CONTINUATION, b"", is_last=False) * 500,
        )
    )


def _bad_control(text: bytes, chance: random.Random) -> bytes:
    opcode = chance.choice((CLOSE, PING, PONG))
    if chance.random() < 0.5:
        return frame(opcode, text.ljust(126))
    return frame(opcode, text[:99], is_last=False)


def _bad_close(text: bytes, chance: random.Random) -> bytes:
    return frame(CLOSE, chance.choice(CLOSE_BODIES)) + frame(TEXT, text)


def _damaged(text: bytes, chance: random.Random) -> bytes:
    return damaged_bytes(frame(TEXT, text, mask=chance.randbytes(4)), chance)


def _noise(text: bytes, chance: random.Random) -> bytes:
    return chance.choice(
        (chance.randbytes(60), b"GET / HTTP/1.1\r\n\r\n", text, b"\x00\xff" * 20, b"\x00hello\xff")
    )


_BREAKS = (
    *(_reserved, _unmasked, _wrong_length, _wrong_length, _long_length, _bad_utf8, _bad_utf8, _out_of_turn),
    *(_bad_control, _bad_close, _damaged, _damaged, _damaged, _noise, _too_large, _too_large_in_pieces),
)


# --- The handshake -----------------------------------------------------------------------------------


def handshake(request: Request) -> Request:
    """What opens a socket at the request's address."""
    key = base64.b64encode(bytes(range(16)))
    upgrade = [
        *((b"Upgrade", b"websocket"), (b"Connection", b"Upgrade")),
        *((b"Sec-WebSocket-Version", b"13"), (b"Sec-WebSocket-Key", key)),
    ]
    return replace(request, headers=[*request.headers, *upgrade])


def socket_opening(path: bytes = b"/ws/playlist/") -> bytes:
    return handshake(Request(b"GET", path, headers=[(b"Host", b"localhost")])).encoded()


def damaged_handshake(request: Request, chance: random.Random) -> bytes:
    if chance.random() < 0.3:
        return damaged(request, chance)
    headers = list(request.headers)
    for name, value in chance.sample(HANDSHAKE_DAMAGES, chance.choice((1, 1, 2))):
        is_second = chance.random() < 0.2
        headers = [header for header in headers if header[0] != name or is_second]
        headers += [] if value is None else [(name, value)]
    data = replace(request, headers=headers).encoded()
    return data[: chance.randrange(len(data))] if chance.random() < 0.15 else data


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
