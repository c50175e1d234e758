"""Parts of requests that are odd each in its own way."""

from typing import TypeVar

Headers = list[tuple[bytes, bytes]]
V = TypeVar("V")


def each(name: bytes, *values: V) -> list[tuple[bytes, V]]:
    """A header of this name for each of the values."""
    return [(name, value) for value in values]


METHODS = (b"GET", b"POST", b"PUT", b"PATCH", b"DELETE", b"HEAD", b"OPTIONS", b"TRACE", b"CONNECT", b"PRI")
ODD_METHODS = (
    *(b"get", b"G\xc3\x89T", b"", b"GET GET", b"P@ST", b"X" * 40, b"POST\t", b"\x00", b"PROPFIND", b"*"),
)
ODD_VERSIONS = (
    *(b"HTTP/1.0", b"HTTP/0.9", b"HTTP/2.0", b"HTTP/9.9", b"http/1.1", b"HTTP/1.1 ", b"", b"HTTP/1.1x"),
)
ODD_BYTES = (
    *(b"\x00", b"\x0b", b"\x7f", b"\x80", b"\x85", b"\xff", b"\xc3\xa9", b"\r", b"\n", b"\t", b" ", b"\x1c"),
)
ODD_PATHS = (
    *(b"//", b"/../", b"/./", b"%2e%2e/", b"%2F", b"%00", b"%", b"%zz", b"%ff", b"%c3%28", b"%F0%9F%8E%BB"),
    b";a",
    *(b"\\", b"#a", b"?", b"0/", b"-1/", b"9" * 30 + b"/", b"%0d%0aX:%20y", b"*", b"main/"),
    b"a" * 300 + b"/",
)
CONTENT_TYPES = (
    *(b"text/plain", b"application/x-www-form-urlencoded", b"multipart/form-data"),
    b"application/json; charset=x",
    *(b"multipart/form-data; boundary=" + b"b" * 80, b"application/json, text/html", b"json", b"/", b""),
    b"\xff/\xfe",
    *(b"application/json;charset=utf-16", b"APPLICATION/JSON", b'application/json; a="', b"application/xml"),
)
ODD_HEADERS: Headers = [
    *each(b"Host", b"", b"evil.example", b"localhost:99999", b"a b", b"[::1", b"localhost,evil", b"\xe9"),
    *each(b"Accept", b"text/html", b"*/*;q=0", b"application/json;q=x", b",,,", b"\xff", b"a" * 900),
    *each(b"Origin", b"null", b"http://evil.example", b"http://[", b"", b"file://", b"\x80"),
    *each(b"Cookie", b"=", b";;;", b"tutti_guest=\xff", b"sessionid=" + b"x" * 900, b'a="', b"a=b, c"),
    *each(b"Authorization", b"Bearer", b"Bearer \xff", b"Basic Og==", b"x", b""),
    *each(b"X-Guest-Token", b"", b"a:b:c", b"\xff", b"x" * 4000),
    *each(b"Idempotency-Key", b"", b" ", b"x" * 65, b"\xc3\xa9", b"a\tb", b"\x7f"),
    *each(b"If-None-Match", b"*", b'W/"', b'"' * 99, b"\xff", b'"a", "b"'),
    *each(b"Last-Event-ID", b":", b"a:b", b"\xff:1", b"a:-1", b"a:" + b"9" * 99),
    *each(b"X-Forwarded-For", b"", b",", b"1.2.3.4, x", b"::1%eth0", b"\xff", b"127.0.0.1"),
    *each(b"X-Request-ID", b"", b"a b", b"\xff", b"x" * 65, b"${jndi:a}"),
    *each(b"Connection", b"close", b"upgrade", b"keep-alive, Upgrade", b"close, Host", b"\xff"),
    *each(b"Upgrade", b"websocket", b"h2c", b"\xff", b"websocket, h2c"),
    *each(b"Expect", b"100-continue", b"200-ok", b"\xff"),
    *((b"Range", b"bytes=0-0,5-"), (b"Content-Encoding", b"gzip"), (b"TE", b"trailers, \xff")),
    (b"Trailer", b"Host"),
    *each(b"Daphne-Root-Path", b"/a", b"\xff", b"%ff", b"http://evil.example"),
    *each(b"Sec-Fetch-Site", b"cross-site", b"", b"\xff", b"same-origin, none"),
    *((b"Content_Length", b"1"), (b"X-HTTP-Method-Override", b"DELETE"), (b"Script-Name", b"/a")),
    (b"Proxy", b"x"),
    *((b"X-Forwarded-Proto", b"https"), (b"X-Forwarded-Host", b"evil.example"), (b"Forwarded", b"for=\xff")),
    *((b"", b"a"), (b" A", b"b"), (b"A B", b"c"), (b"A\x00", b"d"), (b"\xff", b"e"), (b":", b"f")),
    (b"A" * 900, b"g"),
]
