"""How long a request line, the headers and their number may be; and what is no HTTP."""

import pytest

from server.http_limits import MAX_HEAD_BYTES, MAX_HEADERS, MAX_REQUEST_LINE_BYTES
from tests.malformed.frames import handshake
from tests.malformed.raw import RawConnection, Reply, asked, head
from tests.malformed.requests import Request
from tests.processes import TuttiServer

HOST = b"Host: localhost"
BODY = b"POST /api/guests/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"


def line_of(length: int) -> bytes:
    start, end = b"GET /api/health/live?a=", b" HTTP/1.1"
    return start + b"a" * (length - len(start) - len(end)) + end


def check_rejection(reply: Reply, status: int, code: str) -> None:
    error = reply.json()["error"]
    assert (reply.status, error["code"], error["details"]) == (status, code, {}), reply
    assert error["message"]
    assert reply.headers["Content-Type"] == "application/json"
    assert len(reply.headers["X-Request-ID"]) == 32
    assert reply.headers["Connection"] == "close"
    assert "default-src 'none'" in reply.headers["Content-Security-Policy"]
    assert reply.headers["X-Content-Type-Options"] == "nosniff"


def test_the_size_and_number_of_headers_are_limited(impatient_server: TuttiServer) -> None:
    first, name = b"GET /api/health/live HTTP/1.1", b"X-A: "
    left = MAX_HEAD_BYTES - len(first) - len(HOST) - 2 * len(name)
    long = [name + b"a" * (left // 2), name + b"a" * (left - left // 2)]
    many = [b"X-%d: a" % number for number in range(MAX_HEADERS - 1)]  # and Host
    fitting = (head(line_of(MAX_REQUEST_LINE_BYTES)), head(first, *long), head(first, *many))
    assert [asked(impatient_server, data).status for data in fitting] == [200] * 3
    for data in (
        head(line_of(MAX_REQUEST_LINE_BYTES + 1)),
        head(first, long[0], long[1] + b"a"),
        head(first, *many, b"X-More: a"),
    ):
        check_rejection(asked(impatient_server, data), 431, "HEAD_TOO_LARGE")


@pytest.mark.parametrize("start", [b"GET /", b"GET / HTTP/1.1\r\nX-A: "])
def test_an_unfinished_request_line_times_out(impatient_server: TuttiServer, start: bytes) -> None:
    with RawConnection(impatient_server) as line:
        line.send(start + b"a" * (MAX_HEAD_BYTES + 2))
        check_rejection(line.reply(), 431, "HEAD_TOO_LARGE")
        assert line.is_closed()


@pytest.mark.parametrize(
    "data",
    [
        *(b"hello\r\n\r\n", b"GET /api/\r\n\r\n", b"GET  /api/ HTTP/1.1\r\n\r\n"),
        b"G T /api/ HTTP/1.1\r\n\r\n",
        *(head(b"GET /api/ HTTP/2.0"), head(b"GET /api/ HTTP/0.9"), head(b"G@T /api/ HTTP/1.1")),
        *(head(b"GET /\xc3\xa9 HTTP/1.1"), head(b"GET /\x80 HTTP/1.1"), head(b"GET /?a=\x90 HTTP/1.1")),
        *(head(b"GET / HTTP/1.1", b"No colon"), head(b"GET / HTTP/1.1", b"A B: c")),
        *(head(b"GET / HTTP/1.1", b"A: \x00"), head(b"GET / HTTP/1.1", b"A: \x0b")),
        head(b"GET / HTTP/1.1", b"A: \x85"),
        *(BODY + b"Content-Length: x\r\n\r\n", BODY + b"Content-Length: -1\r\n\r\n"),
        *(BODY + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}",),
        *(BODY + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}",),
        *(BODY + b"Transfer-Encoding: gzip\r\n\r\n", BODY + b"Transfer-Encoding: chunked\r\n\r\nx\r\n"),
        *(BODY + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}}}\r\n",),
    ],
    ids=repr,
)
def test_invalid_http_is_rejected_in_the_one_shape(impatient_server: TuttiServer, data: bytes) -> None:
    with RawConnection(impatient_server) as line:
        line.send(data)
        reply = line.reply()
        assert (reply.status, reply.json()["error"]["code"]) == (400, "MALFORMED_REQUEST"), reply
        assert reply.json().keys() == {"error"}
        assert reply.headers["Content-Type"] == "application/json"
        assert len(reply.headers["X-Request-ID"]) == 32


def test_data_after_an_invalid_request_is_ignored(impatient_server: TuttiServer) -> None:
    with RawConnection(impatient_server) as line:
        line.send(head(b"GET / HTTP/1.1", b"A: \x00") + head())
        check_rejection(line.reply(), 400, "MALFORMED_REQUEST")
        assert line.is_closed()


@pytest.mark.parametrize("path", [b"/api/playlist/", b"/api/playlist/events/"])
@pytest.mark.parametrize("method", [b"get", b"Head"])
def test_methods_are_case_insensitive(impatient_server: TuttiServer, method: bytes, path: bytes) -> None:
    with RawConnection(impatient_server) as line:
        line.send(head(method + b" " + path + b" HTTP/1.1"))
        assert line.socket.recv(4096).startswith(b"HTTP/1.1 200 ")


# --- Opening a socket --------------------------------------------------------------------------------


NEEDED = (b"Host", b"Connection", b"Sec-WebSocket-Version", b"Sec-WebSocket-Key")


def opening(*more: tuple[bytes, bytes], without: bytes = b"", method: bytes = b"GET") -> bytes:
    whole = handshake(Request(method, b"/ws/playlist/", headers=[(b"Host", b"localhost")]))
    kept = [header for header in whole.headers if header[0] != without]
    return Request(method, b"/ws/playlist/", headers=[*kept, *more]).encoded()


@pytest.mark.parametrize(
    "data",
    [
        *(opening(without=name) for name in NEEDED),
        opening((b"Sec-WebSocket-Key", b"a\xe9"), without=b"Sec-WebSocket-Key"),
        opening((b"Sec-WebSocket-Version", b"7"), without=b"Sec-WebSocket-Version"),
        opening((b"Origin", b"http://[")),
    ],
    ids=repr,
)
def test_a_malformed_upgrade_is_rejected_in_the_one_shape(impatient_server: TuttiServer, data: bytes) -> None:
    assert asked_for_socket(impatient_server, opening()) == 101
    check_rejection(asked(impatient_server, data), 400, "MALFORMED_REQUEST")


def test_an_upgrade_by_another_method_is_a_405(impatient_server: TuttiServer) -> None:
    check_rejection(asked(impatient_server, opening(method=b"POST")), 405, "METHOD_NOT_ALLOWED")


@pytest.mark.parametrize("name", [b"Sec-WebSocket-Protocol", b"Daphne-Root-Path"])
@pytest.mark.parametrize("value", [b"\xff", b"/evil", b"a, a", b"%ff%00"])
def test_irrelevant_headers_have_no_effect(impatient_server: TuttiServer, name: bytes, value: bytes) -> None:
    assert asked_for_socket(impatient_server, opening((name, value))) == 101
    reply = asked(impatient_server, head(b"GET /api/ HTTP/1.1", name + b": " + value))
    assert reply.json()["playlist"] == "http://localhost/api/playlist/"


def asked_for_socket(server: TuttiServer, data: bytes) -> int:
    with RawConnection(server) as line:
        line.send(data)
        response = line.socket.recv(4096)
    return int(response.split(b" ")[1])
