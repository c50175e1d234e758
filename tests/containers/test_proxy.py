"""The proxy as the compose files have it, real, before a real server."""

import json
import shutil
import socket
import ssl
import time
from http.cookies import Morsel, SimpleCookie
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.sync.client import connect

from tests.containers.proxy import CONFIGURATION, Proxy
from tests.contract.people import begin_session, registered
from tests.processes import TuttiServer
from tests.services import free_port, wait_for

SOON_SECONDS = 1.0


@pytest.mark.parametrize("site", ["http.conf", "https.conf"])
def test_the_nginx_configuration_is_valid(nginx: str, secrets: Path, site: str) -> None:
    checked = Proxy(site, server_port=4000, secrets=secrets).check()
    assert checked.returncode == 0, checked.stderr
    assert "warn" not in checked.stderr


def test_options_of_newer_versions_are_in_an_optional_file() -> None:
    """nginx before 1.25.1 rejects `http2 on;`; later versions warn of `listen … http2`."""
    lines = [
        (file.name, line.strip())
        for file in CONFIGURATION.iterdir()
        for line in file.read_text().splitlines()
    ]
    named = [(name, line) for name, line in lines if "http2" in line and not line.startswith("#")]
    assert sorted(named) == [("http2.conf", "http2 on;"), ("https.conf", "include http2.conf*;")]


def test_pages_and_the_api_are_proxied(proxy: Proxy) -> None:
    with proxy.client() as http:
        assert http.get("/").status_code == 200
        response = http.get("/api/playlist/", headers={"X-Request-ID": "mine-1"})
        assert (response.status_code, response.headers["X-Request-ID"]) == (200, "mine-1")
        assert len(http.get("/api/", headers={"X-Request-ID": "no good"}).headers["X-Request-ID"]) == 32
        # A head that the server takes comes through.
        assert http.get("/api/tracks/", headers={"X-A": "a" * 12_000}).status_code == 200
        # The proxy sets or extends the header of forwarded addresses.
        from_elsewhere = {"X-Forwarded-For": "203.0.113.7"}
        assert http.get("/metrics", headers=from_elsewhere).json()["error"]["code"] == "PERMISSION_DENIED"
        shown = {**from_elsewhere, "Authorization": "Bearer sesame"}
        assert http.get("/metrics", headers=shown).status_code == 200


def test_nginx_sends_audio_by_itself_and_only_what_the_server_names(proxy: Proxy, music: Path) -> None:
    path = music / "ä b.wav"
    content = path.read_bytes()
    with proxy.client() as http:
        search = {"search": "Proxied"}
        (track,) = wait_for(
            lambda: http.get("/api/tracks/", params=search).json(),
            lambda found: [*found][:1] and found[0]["has_audio"],
        )
        item = http.post("/api/playlist/", json={"track_id": track["id"]}).json()
        audio = http.get(f"/api/rooms/main/items/{item['id']}/audio/").json()

        response = http.get(audio["url"])

        assert (response.status_code, response.content) == (200, content)
        # nginx's own, not Daphne's.
        assert response.headers["Server"].startswith("nginx")
        assert "X-Accel-Redirect" not in response.headers
        assert response.headers["Content-Type"] == "audio/wav"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["ETag"] == audio["etag"]
        ranges = {"Range": "bytes=10-19", "If-Range": audio["etag"]}
        part = http.get(audio["url"], headers=ranges)
        assert (part.status_code, part.content) == (206, content[10:20])
        assert http.get(audio["url"], headers={"Range": "bytes=0-1,4-5"}).status_code == 416
        assert http.get("/audio-files/0/%C3%A4%20b.wav").status_code == 404
        # The name of a file that was exchanged by a link is not even handed to nginx.
        path.rename(music / "moved")
        path.symlink_to(music / "moved")
        assert http.get(audio["url"]).json()["error"]["code"] == "NO_AUDIO"


def test_a_change_reaches_sockets_and_streams_immediately(proxy: Proxy) -> None:
    with proxy.client() as http:
        track = http.get("/api/tracks/").json()[0]
        item = http.post("/api/playlist/", json={"track_id": track["id"]}).json()
    with (
        proxy.client() as http,
        connect(f"{proxy.ws_url}/ws/playlist/", proxy=None) as websocket,
        http.stream("GET", "/api/stream") as stream,
    ):
        lines = stream.iter_lines()
        greeting = next(line for line in lines if line.startswith("data: "))
        assert "connection.established" in greeting
        assert json.loads(websocket.recv(timeout=5))["type"] == "connection.established"
        began = time.monotonic()
        with proxy.client() as other:
            assert other.post(f"/api/playlist/{item['id']}/vote/", json={"value": 1}).status_code == 200
        assert json.loads(websocket.recv(timeout=5))["type"] == "track.voted"
        assert "track.voted" in next(line for line in lines if line.startswith("data: "))
        assert time.monotonic() - began < SOON_SECONDS


def test_a_page_of_the_servers_own_origin_may_write(proxy: Proxy) -> None:
    with proxy.client() as http:
        own = {"Origin": proxy.base_url}
        assert http.post("/api/playlist/stop/", headers=own).status_code == 200
        assert http.post("/api/playlist/stop/", headers={"Origin": "http://evil.example"}).status_code == 403
        with connect(f"{proxy.ws_url}/ws/playlist/", origin=proxy.base_url, proxy=None) as websocket:  # type: ignore[arg-type]
            assert "established" in str(websocket.recv(timeout=5))


def test_a_slow_sender_does_not_block_the_server(proxy: Proxy) -> None:
    with socket.create_connection(("127.0.0.1", proxy.port)) as slow:
        head = "POST /api/playlist/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        slow.sendall(f"{head}Content-Length: 100\r\n\r\n{{".encode())
        with proxy.client() as http:
            assert http.get("/api/playlist/").elapsed.total_seconds() < SOON_SECONDS


# --- With TLS ----------------------------------------------------------------------------------------


def test_http_is_sent_to_https(tls_proxy: Proxy) -> None:
    response = httpx.get(f"http://localhost:{tls_proxy.port}/api/?a=1")
    assert response.status_code == 308
    assert response.headers["Location"] == f"{tls_proxy.base_url}/api/?a=1"


def test_under_https_cookies_are_secure_and_hsts_is_sent(tls_proxy: Proxy) -> None:
    with tls_proxy.client() as http:
        made = http.post("/api/guests/", json={"name": "Ada"})
        assert made.status_code == 201, made.text
        login = http.get("/admin/login/")
        begun = begin_session(http, registered(http))
        for response in (made, login, begun):
            assert "; Secure" in response.headers["Set-Cookie"]
            assert response.headers["Strict-Transport-Security"].startswith("max-age=")
        assert http.get("/api/").json()["playlist"] == f"{tls_proxy.base_url}/api/playlist/"
        assert http.get("/api/").json()["socket"] == f"{tls_proxy.ws_url}/ws/playlist/"

        # No other host of the domain can set a cookie with this prefix (RFC 6265bis, section 4.1.3).
        [session] = [cookie for cookie in begun.headers.get_list("Set-Cookie") if "sessionid" in cookie]
        assert session.startswith("__Host-sessionid=")
        assert "; Path=/;" in session
        assert "Domain=" not in session
        assert http.get("/api/users/me/").status_code == 200


def test_a_change_reaches_a_socket_over_wss(tls_proxy: Proxy) -> None:
    own = tls_proxy.base_url
    options: dict[str, Any] = {"ssl": tls_proxy.trust, "origin": own, "proxy": None, "open_timeout": 60}
    with tls_proxy.client() as http, connect(f"{tls_proxy.ws_url}/ws/playlist/", **options) as websocket:
        assert json.loads(websocket.recv(timeout=5))["type"] == "connection.established"
        item = http.get("/api/playlist/").json()[0]
        response = http.post(f"/api/playlist/{item['id']}/vote/", json={"value": 1}, headers={"Origin": own})
        assert response.status_code == 200, response.text
        assert json.loads(websocket.recv(timeout=5))["type"] == "track.voted"


def test_without_the_proxys_header_a_request_is_treated_as_http(in_production: TuttiServer) -> None:
    response = httpx.get(f"{in_production.base_url}/api/", headers={"Host": "localhost"})
    assert (response.status_code, response.headers["Location"]) == (301, "https://localhost/api/")


# --- What the proxy rejects itself has the one error shape, with and without TLS --------------------

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
def test_errors_of_the_proxy_itself_have_the_one_shape(
    proxy: Proxy, tls_proxy: Proxy, head: str, status: int, code: str
) -> None:
    """Without TLS, with it, and where http is sent to https."""
    trust = tls_proxy.trust
    check_refusal(raw_answer(proxy.port, head), status, code)
    check_refusal(raw_answer(tls_proxy.tls_port, head, trust), status, code)
    check_refusal(raw_answer(tls_proxy.port, head), status, code)


def test_http_for_https_and_a_body_that_is_too_large_are_rejected_in_the_one_shape(
    proxy: Proxy, tls_proxy: Proxy
) -> None:
    response = raw_answer(tls_proxy.tls_port, f"GET /api/ HTTP/1.1\r\n{HOST}")
    check_refusal(response, 400, "MALFORMED_REQUEST")
    with proxy.client() as http:
        large = http.post("/api/playlist/", content=b"x" * (1024 * 1024 + 1))
    check_answer(large, 413, "PAYLOAD_TOO_LARGE")


def test_an_unreachable_server_is_an_error_in_the_one_shape(nginx: str) -> None:
    with Proxy("http.conf", server_port=free_port()) as proxy, proxy.client() as http:
        response = http.get("/api/playlist/")
    check_answer(response, 503, "UNAVAILABLE")
    assert response.headers["Retry-After"] == "1"


def test_a_failure_of_the_proxy_is_an_error_in_the_one_shape(nginx: str) -> None:
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


def check_answer(response: httpx.Response, status: int, code: str) -> None:
    assert (response.status_code, response.json()["error"]["code"]) == (status, code)
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["X-Request-ID"]


# --- A guest's cookie from end to end: Secure behind TLS, never without; the proxy's header decides

HTTPS = {"X-Forwarded-Proto": "https"}


def guest_cookie(http: httpx.Client, said: dict[str, str] | None = None) -> Morsel[str]:
    """The cookie of a new guest, which nothing but a browser's own request can read."""
    response = http.post("/api/guests/", json={"name": "Ada"}, headers=said)
    assert response.status_code == 201, response.text
    cookie = SimpleCookie(response.headers["Set-Cookie"])["tutti_guest"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    assert (cookie["path"], cookie["domain"]) == ("/", "")
    return cookie


@pytest.mark.parametrize("size", ["embedded"], indirect=True)
@pytest.mark.parametrize("said", [{}, HTTPS], ids=["http", "https, which is not believed"])
def test_without_tls_the_scheme_is_http_with_and_without_a_proxy(
    proxy: Proxy, server: TuttiServer, said: dict[str, str]
) -> None:
    """The proxy replaces the word; without one TRUSTED_PROXIES is 0."""
    for door in (proxy, server):
        with door.client() as http:
            assert guest_cookie(http, said)["secure"] == ""
            assert http.get("/api/guests/me/").json()["name"] == "Ada"
    with server.client(headers=said) as http:
        response = http.get("/api/")
    assert response.json()["playlist"] == f"{server.base_url}/api/playlist/"
    assert response.json()["socket"].startswith("ws://")
    assert "Strict-Transport-Security" not in response.headers


def test_the_scheme_of_a_trusted_proxy_is_used(behind_proxy: TuttiServer) -> None:
    """It stands here for one that passes the word on, as the setting says that one does."""
    with behind_proxy.client() as http:
        assert guest_cookie(http, HTTPS)["secure"] is True
        for word in ("http", "http, https", "httpss", "on", ""):
            assert guest_cookie(http, {"X-Forwarded-Proto": word})["secure"] == "", word
