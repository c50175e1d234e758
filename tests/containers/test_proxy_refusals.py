"""What the proxy refuses by itself has the one shape of errors, with and without TLS."""

import json
import shutil
import socket
import ssl

import httpx
import pytest

from tests.containers.proxy import Proxy
from tests.services import free_port

HOST = "Host: localhost"
TOO_LONG = "a" * 20_000
REFUSED = [
    pytest.param(
        f"GET /api/tracks/?search={TOO_LONG} HTTP/1.1\r\n{HOST}", 431, "HEAD_TOO_LARGE", id="long address"
    ),
    pytest.param(f"GET /api/ HTTP/1.1\r\n{HOST}\r\nX-A: {TOO_LONG}", 431, "HEAD_TOO_LARGE", id="long header"),
    pytest.param(f"TRACE /api/tracks/ HTTP/1.1\r\n{HOST}", 405, "METHOD_NOT_ALLOWED", id="TRACE"),
    pytest.param("this is no HTTP at all", 400, "MALFORMED_REQUEST", id="no HTTP"),
    pytest.param("GET /api/ HTTP/1.1", 400, "MALFORMED_REQUEST", id="no Host"),
    pytest.param(
        f"POST /api/guests/ HTTP/1.1\r\n{HOST}\r\nTransfer-Encoding: foo",
        400,
        "MALFORMED_REQUEST",
        id="encoding",
    ),
    pytest.param(f"GET /api/ HTTP/2.0\r\n{HOST}", 400, "MALFORMED_REQUEST", id="version"),
    pytest.param(f"GET /refused-by-proxy/400 HTTP/1.1\r\n{HOST}", 404, "NOT_FOUND", id="its own address"),
]


@pytest.mark.parametrize(("head", "status", "code"), REFUSED)
def test_what_it_refuses_itself_has_the_one_shape(proxy: Proxy, head: str, status: int, code: str) -> None:
    check_refusal(raw_answer(proxy.port, head), status, code)


@pytest.mark.parametrize(("head", "status", "code"), REFUSED)
def test_over_tls_no_less(tls_proxy: Proxy, head: str, status: int, code: str) -> None:
    trust = tls_proxy.trust()
    assert isinstance(trust, ssl.SSLContext)
    check_refusal(raw_answer(tls_proxy.tls_port, head, trust), status, code)


@pytest.mark.parametrize(("head", "status", "code"), REFUSED)
def test_where_http_is_sent_to_https_no_less(tls_proxy: Proxy, head: str, status: int, code: str) -> None:
    check_refusal(raw_answer(tls_proxy.port, head), status, code)


def test_http_where_https_is_spoken_is_refused_in_the_one_shape(tls_proxy: Proxy) -> None:
    answer = raw_answer(tls_proxy.tls_port, f"GET /api/ HTTP/1.1\r\n{HOST}")
    check_refusal(answer, 400, "MALFORMED_REQUEST")


def test_a_body_that_is_too_large_is_refused_in_the_one_shape(proxy: Proxy) -> None:
    with proxy.client() as http:
        answer = http.post("/api/playlist/", content=b"x" * (1024 * 1024 + 1))
    check_answer(answer, 413, "PAYLOAD_TOO_LARGE")


def test_a_server_that_is_away_is_told_in_the_one_shape(nginx: str) -> None:
    with Proxy("http.conf", server_port=free_port()) as proxy, proxy.client() as http:
        answer = http.get("/api/playlist/")
    check_answer(answer, 503, "UNAVAILABLE")
    assert answer.headers["Retry-After"] == "1"


def test_a_failure_of_its_own_is_told_in_the_one_shape(nginx: str) -> None:
    """It keeps large bodies in files, and here it cannot."""
    proxy = Proxy("http.conf", server_port=free_port())
    configuration = proxy.folder / "nginx.conf"
    bodies = proxy.folder / "bodies"
    configuration.write_text(
        configuration.read_text().replace("http {", f"http {{ client_body_temp_path {bodies};")
    )
    with proxy, proxy.client() as http:
        shutil.rmtree(bodies)
        check_answer(http.post("/api/playlist/", content=b"x" * 500_000), 500, "INTERNAL_ERROR")


def raw_answer(port: int, head: str, trust: ssl.SSLContext | None = None) -> str:
    """It hangs up by itself, which it is asked for where the head says anything that it understands."""
    closing = head if "\r\n" not in head else f"{head}\r\nConnection: close"
    with socket.create_connection(("127.0.0.1", port), timeout=10) as plain:
        line = trust.wrap_socket(plain, server_hostname="localhost") if trust else plain
        with line:
            line.sendall(f"{closing}\r\n\r\n".encode())
            return b"".join(iter(lambda: line.recv(65536), b"")).decode()


def check_refusal(text: str, status: int, code: str) -> None:
    head, _, body = text.partition("\r\n\r\n")
    assert head.startswith(f"HTTP/1.1 {status} ")
    assert "X-Request-ID: " in head
    assert "Content-Type: application/json" in head
    assert json.loads(body)["error"]["code"] == code


def check_answer(answer: httpx.Response, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["X-Request-ID"]
