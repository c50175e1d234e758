"""Requests as bytes, and everything that can be wrong with one.

Pure: a valid request and a source of chance in, bytes out.
"""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

from tests.malformed.odd_request_parts import (
    CONTENT_TYPES,
    METHODS,
    ODD_BYTES,
    ODD_HEADERS,
    ODD_METHODS,
    ODD_PATHS,
    ODD_VERSIONS,
    Headers,
)
from tests.malformed.values import ODD_TEXTS, damaged_json

NO_BODY: Any = object()


@dataclass(frozen=True, slots=True)
class Request:
    """One request, in parts that can be damaged one by one."""

    method: bytes
    path: bytes
    query: bytes = b""
    headers: Headers = field(default_factory=list)
    value: Any = NO_BODY
    # What is sent in place of the JSON of `value`.
    body: bytes | None = None
    version: bytes = b"HTTP/1.1"
    # Bytes of the head between the last header and the body, with the length; None: as it should be.
    framing: Headers | None = None
    is_chunked: bool = False

    @property
    def content(self) -> bytes:
        if self.body is not None:
            return self.body
        return b"" if self.value is NO_BODY else json.dumps(self.value).encode()

    def encoded(self) -> bytes:
        target = self.path + (b"?" + self.query if self.query else b"")
        lines = [b" ".join((self.method, target, self.version))]
        lines += [name + b": " + value for name, value in [*self.headers, *self._framing()]]
        content = chunked(self.content) if self.is_chunked else self.content
        return b"\r\n".join(lines) + b"\r\n\r\n" + content

    def _framing(self) -> Headers:
        if self.framing is not None:
            return self.framing
        if self.is_chunked:
            return [(b"Transfer-Encoding", b"chunked")]
        return [(b"Content-Length", str(len(self.content)).encode())] if self.content else []


HOST, JSON = (b"Host", b"localhost"), (b"Content-Type", b"application/json")
GUESTS = Request(b"POST", b"/api/guests/", headers=[HOST, JSON], value={"name": "Ada"})
# By the status that it is answered with: what a short fuzz run does not reach for certain.
RARE: dict[int, Request] = {
    201: GUESTS,
    301: Request(b"GET", b"/api/tracks", headers=[HOST]),
    403: replace(GUESTS, headers=[HOST, JSON, (b"Origin", b"http://evil.example")]),
    406: Request(b"GET", b"/api/tracks/", headers=[HOST, (b"Accept", b"text/csv")]),
    413: replace(GUESTS, body=b"{}".ljust(1_300_000)),
    415: replace(GUESTS, headers=[HOST, (b"Content-Type", b"text/plain")]),
}
Damage = Callable[[Request, random.Random], Request]


def chunked(content: bytes, size: int = 7) -> bytes:
    pieces = [content[start : start + size] for start in range(0, len(content), size)]
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


# --- Of its parts ------------------------------------------------------------------------------------


def other_method(request: Request, chance: random.Random) -> Request:
    return replace(request, method=chance.choice(METHODS if chance.random() < 0.6 else ODD_METHODS))


def other_version(request: Request, chance: random.Random) -> Request:
    return replace(request, version=chance.choice(ODD_VERSIONS))


def other_path(request: Request, chance: random.Random) -> Request:
    parts = request.path.split(b"/")
    place, odd = chance.randrange(len(parts)), chance.choice(ODD_PATHS)
    changed = chance.choice(
        (
            parts[:-1],
            [*parts[:place], *parts[place + 1 :]],
            [*parts[:place], odd, *parts[place:]],
            [*parts[:place], odd, *parts[place + 1 :]],
            [*parts[:place], parts[place], *parts[place:]],
            [*parts[:place], quote(chance.choice(ODD_TEXTS).encode("utf-8", "surrogatepass")).encode()],
        )
    )
    path = b"/".join(changed)
    return replace(request, path=b"http://localhost" + path if chance.random() < 0.05 else path)


def other_query(request: Request, chance: random.Random) -> Request:
    pairs = [pair.split(b"=", 1) for pair in request.query.split(b"&") if b"=" in pair]
    name = chance.choice([pair[0] for pair in pairs] or [b"limit", b"offset", b"page", b"search", b"since"])
    text = chance.choice(ODD_TEXTS).encode("utf-8", "surrogatepass")
    value = (
        quote(text).encode()
        if chance.random() < 0.7
        else chance.choice((*ODD_PATHS, b"9" * 40, b"-1", b"1e5"))
    )
    more = name + b"=" + value
    if chance.random() < 0.1:
        more = b"&".join([more] * chance.choice((2, 50, 1500)))
    return replace(request, query=(request.query + b"&" if chance.random() < 0.5 else b"") + more)


def other_body(request: Request, chance: random.Random) -> Request:
    value = {"name": "Ada"} if request.value is NO_BODY else request.value
    return _with_type(replace(request, body=damaged_json(value, chance)))


def huge_body(request: Request, chance: random.Random) -> Request:
    """About a mebibyte: a little less, exactly that, more."""
    size = chance.choice((64 * 1024, 1024 * 1024 - 1, 1024 * 1024, 1024 * 1024 + 1, 1_300_000))
    return _with_type(replace(request, body=request.content.ljust(size)))


def other_type(request: Request, chance: random.Random) -> Request:
    kept = [header for header in request.headers if header[0] != b"Content-Type"]
    given = [(b"Content-Type", chance.choice(CONTENT_TYPES))] if chance.random() < 0.8 else []
    return replace(request, headers=[*kept, *given])


def other_headers(request: Request, chance: random.Random) -> Request:
    headers = list(request.headers)
    place = chance.randrange(len(headers))
    name, value = headers[place]
    action = chance.random()
    if action < 0.4:
        headers.insert(place, chance.choice(ODD_HEADERS))
    elif action < 0.5:
        del headers[place]
    elif action < 0.65:
        headers.insert(place, headers[place])
    elif action < 0.8:
        odd = chance.choice(ODD_BYTES)
        headers[place] = (name, value + odd + value) if chance.random() < 0.7 else (name + odd, value)
    elif action < 0.9:
        headers += [(b"X-%d" % number, b"a") for number in range(chance.choice((30, 99, 101, 600)))]
    else:
        headers[place] = (name, value + b"a" * chance.choice((2000, 9000, 16_400, 70_000)))
    return replace(request, headers=headers)


def wrong_length(request: Request, chance: random.Random) -> Request:
    length = len(request.content)
    near = [length + 1, max(0, length - 1), 0, length * 2, -1, 2**31, 2**63, 10**30]
    odd = [b"", b"x", b"+5", b"1.0", b" 5 5", b"0x5", b"5,5", b"\xb2", b"5\x00", b"%d" % length + b"a"]
    value = b"%d" % chance.choice(near) if chance.random() < 0.6 else chance.choice(odd)
    framing = [(b"Content-Length", value)]
    if chance.random() < 0.3:
        framing += chance.choice(
            (
                [(b"Content-Length", b"%d" % length)],
                [(b"Transfer-Encoding", b"chunked")],
                [(b"Content-Length", value)],
            )
        )
    return replace(request, framing=framing)


def damaged_chunks(request: Request, chance: random.Random) -> Request:
    good = chunked(request.content or b'{"name": "Ada"}')
    place = chance.randrange(len(good))
    bad = chance.choice(
        (
            good,
            good[:place],
            good[:place] + chance.choice(ODD_BYTES) + good[place:],
            good.replace(b"\r\n", b"\n"),
            good.replace(b"\r\n", b";a=b\r\n", 1),
            b"-5\r\nhello\r\n0\r\n\r\n",
            b"ffffffffffffffff\r\n" + good,
            b"0x5\r\nhello\r\n" + good,
            b"5" * 3000 + good,
            good[:-2] + b"X-Trailer: " + b"a" * chance.choice((3, 70_000)) + b"\r\n\r\n",
            b"1\r\n \r\n" * 2000 + good,
        )
    )
    name = chance.choice(
        (b"chunked", b"chunked", b"Chunked", b"gzip, chunked", b"identity", b"chunked, chunked", b"x")
    )
    return replace(request, body=bad, framing=[(b"Transfer-Encoding", name)])


DAMAGES: list[tuple[Damage, float]] = [
    (other_body, 30),
    (other_query, 14),
    (other_path, 12),
    (other_headers, 20),
    (other_method, 6),
    (other_version, 2),
    (other_type, 4),
    (wrong_length, 5),
    (damaged_chunks, 5),
    (huge_body, 3),
]


# --- Of its bytes ------------------------------------------------------------------------------------


def damaged_bytes(data: bytes, chance: random.Random) -> bytes:
    """Cut off, with bytes flipped, put in or left out, or with a piece of it twice."""
    place = chance.randrange(len(data) + 1)
    end = min(len(data), place + chance.randint(1, 40))
    action = chance.random()
    if action < 0.25:
        return data[: max(1, place)]
    if action < 0.5:
        flipped = bytearray(data)
        for _ in range(chance.choice((1, 1, 2, 8))):
            flipped[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        return bytes(flipped)
    if action < 0.65:
        return data[:place] + chance.choice((*ODD_BYTES, chance.randbytes(5), b"\r\n\r\n")) + data[place:]
    if action < 0.8:
        return data[:place] + data[end:]
    if action < 0.9:
        return data[:end] + data[place:]
    return chance.choice(
        (data.replace(b"\r\n", b"\n"), data.replace(b"\r\n", b"\r"), b"\r\n" * 3 + data, data + data)
    )


def damaged(request: Request, chance: random.Random) -> bytes:
    """One to three things about it are wrong."""
    actions, weights = zip(*DAMAGES, strict=True)
    for action in chance.choices(actions, weights, k=chance.choice((1, 1, 1, 2, 3))):
        request = action(request, chance)
    data = request.encoded()
    return damaged_bytes(data, chance) if chance.random() < 0.2 else data


def _with_type(request: Request) -> Request:
    if any(name == b"Content-Type" for name, _ in request.headers):
        return request
    return replace(request, headers=[*request.headers, (b"Content-Type", b"application/json")])
