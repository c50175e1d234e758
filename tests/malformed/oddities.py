"""Parts of requests that are odd each in its own way."""

Headers = list[tuple[bytes, bytes]]
METHODS = (b"GET", b"POST", b"PUT", b"PATCH", b"DELETE", b"HEAD", b"OPTIONS", b"TRACE", b"CONNECT", b"PRI")
ODD_METHODS = (
    b"get",
    b"G\xc3\x89T",
    b"",
    b"GET GET",
    b"P@ST",
    b"X" * 40,
    b"POST\t",
    b"\x00",
    b"PROPFIND",
    b"*",
)
ODD_VERSIONS = (
    b"HTTP/1.0",
    b"HTTP/0.9",
    b"HTTP/2.0",
    b"HTTP/9.9",
    b"http/1.1",
    b"HTTP/1.1 ",
    b"",
    b"HTTP/1.1x",
)
ODD_BYTES = (
    b"\x00",
    b"\x0b",
    b"\x7f",
    b"\x80",
    b"\x85",
    b"\xff",
    b"\xc3\xa9",
    b"\r",
    b"\n",
    b"\t",
    b" ",
    b"\x1c",
)
ODD_PATHS = (
    *(
        b"//",
        b"/../",
        b"/./",
        b"%2e%2e/",
        b"%2F",
        b"%00",
        b"%",
        b"%zz",
        b"%ff",
        b"%c3%28",
        b"%F0%9F%8E%BB",
        b";a",
    ),
    *(
        b"\\",
        b"#a",
        b"?",
        b"0/",
        b"-1/",
        b"9" * 30 + b"/",
        b"%0d%0aX:%20y",
        b"*",
        b"main/",
        b"a" * 300 + b"/",
    ),
)
CONTENT_TYPES = (
    *(
        b"text/plain",
        b"application/x-www-form-urlencoded",
        b"multipart/form-data",
        b"application/json; charset=x",
    ),
    *(
        b"multipart/form-data; boundary=" + b"b" * 80,
        b"application/json, text/html",
        b"json",
        b"/",
        b"",
        b"\xff/\xfe",
    ),
    *(b"application/json;charset=utf-16", b"APPLICATION/JSON", b'application/json; a="', b"application/xml"),
)
ODD_HEADERS: Headers = [
    *(
        (b"Host", host)
        for host in (b"", b"evil.example", b"localhost:99999", b"a b", b"[::1", b"localhost,evil", b"\xe9")
    ),
    *(
        (b"Accept", value)
        for value in (b"text/html", b"*/*;q=0", b"application/json;q=x", b",,,", b"\xff", b"a" * 900)
    ),
    *(
        (b"Origin", value)
        for value in (b"null", b"http://evil.example", b"http://[", b"", b"file://", b"\x80")
    ),
    *(
        (b"Cookie", value)
        for value in (b"=", b";;;", b"tutti_guest=\xff", b"sessionid=" + b"x" * 900, b'a="', b"a=b, c")
    ),
    *((b"Authorization", value) for value in (b"Bearer", b"Bearer \xff", b"Basic Og==", b"x", b"")),
    *((b"X-Guest-Token", value) for value in (b"", b"a:b:c", b"\xff", b"x" * 4000)),
    *((b"Idempotency-Key", value) for value in (b"", b" ", b"x" * 65, b"\xc3\xa9", b"a\tb", b"\x7f")),
    *((b"If-None-Match", value) for value in (b"*", b'W/"', b'"' * 99, b"\xff", b'"a", "b"')),
    *((b"Last-Event-ID", value) for value in (b":", b"a:b", b"\xff:1", b"a:-1", b"a:" + b"9" * 99)),
    *(
        (b"X-Forwarded-For", value)
        for value in (b"", b",", b"1.2.3.4, x", b"::1%eth0", b"\xff", b"127.0.0.1")
    ),
    *((b"X-Request-ID", value) for value in (b"", b"a b", b"\xff", b"x" * 65, b"${jndi:a}")),
    *(
        (b"Connection", value)
        for value in (b"close", b"upgrade", b"keep-alive, Upgrade", b"close, Host", b"\xff")
    ),
    *((b"Upgrade", value) for value in (b"websocket", b"h2c", b"\xff", b"websocket, h2c")),
    *((b"Expect", value) for value in (b"100-continue", b"200-ok", b"\xff")),
    *(
        (b"Range", b"bytes=0-0,5-"),
        (b"Content-Encoding", b"gzip"),
        (b"TE", b"trailers, \xff"),
        (b"Trailer", b"Host"),
    ),
    *((b"Daphne-Root-Path", value) for value in (b"/a", b"\xff", b"%ff", b"http://evil.example")),
    *((b"Sec-Fetch-Site", value) for value in (b"cross-site", b"", b"\xff", b"same-origin, none")),
    *(
        (b"Content_Length", b"1"),
        (b"X-HTTP-Method-Override", b"DELETE"),
        (b"Script-Name", b"/a"),
        (b"Proxy", b"x"),
    ),
    *((b"X-Forwarded-Proto", b"https"), (b"X-Forwarded-Host", b"evil.example"), (b"Forwarded", b"for=\xff")),
    *(
        (b"", b"a"),
        (b" A", b"b"),
        (b"A B", b"c"),
        (b"A\x00", b"d"),
        (b"\xff", b"e"),
        (b":", b"f"),
        (b"A" * 900, b"g"),
    ),
]
