"""The proxy as the compose files have it, real, before a real server."""

import json
import socket
import ssl
import time
from pathlib import Path

import httpx
import pytest
from websockets.sync.client import connect

from tests.containers.proxy import CONFIGURATION, Proxy
from tests.processes import TuttiServer

SOON_SECONDS = 1.0


@pytest.mark.parametrize("site", ["http.conf", "https.conf"])
def test_its_configuration_is_sound(nginx: str, secrets: Path, site: str) -> None:
    checked = Proxy(site, server_port=4000, secrets=secrets).check()
    assert checked.returncode == 0, checked.stderr
    assert "warn" not in checked.stderr


def test_what_only_newer_versions_know_stands_in_a_file_that_older_ones_do_without() -> None:
    """nginx before 1.25.1 refuses `http2 on;`, and those from then on warn of `listen … http2`."""
    lines = [
        (file.name, line.strip())
        for file in CONFIGURATION.iterdir()
        for line in file.read_text().splitlines()
    ]
    named = [(name, line) for name, line in lines if "http2" in line and not line.startswith("#")]
    assert sorted(named) == [("http2.conf", "http2 on;"), ("https.conf", "include http2.conf*;")]


def test_pages_and_the_api_come_through(proxy: Proxy) -> None:
    with proxy.client() as http:
        assert http.get("/").status_code == 200
        answer = http.get("/api/playlist/", headers={"X-Request-ID": "mine-1"})
        assert (answer.status_code, answer.headers["X-Request-ID"]) == (200, "mine-1")
        assert len(http.get("/api/", headers={"X-Request-ID": "no good"}).headers["X-Request-ID"]) == 32


def test_a_change_reaches_sockets_and_streams_at_once(proxy: Proxy) -> None:
    with (
        proxy.client() as http,
        connect(f"{proxy.ws_url}/ws/playlist/", proxy=None) as websocket,
        http.stream("GET", "/api/stream") as stream,
    ):
        lines = stream.iter_lines()
        greeting = next(line for line in lines if line.startswith("data: "))
        assert "connection.established" in greeting
        assert json.loads(websocket.recv(timeout=5))["type"] == "connection.established"
        item = http.get("/api/playlist/").json()[0]
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


def test_metrics_are_closed_to_who_comes_through_it(proxy: Proxy) -> None:
    """Whoever comes from elsewhere says so to the proxy, or the proxy says it."""
    with proxy.client() as http:
        from_elsewhere = {"X-Forwarded-For": "203.0.113.7"}
        assert http.get("/metrics", headers=from_elsewhere).json()["error"]["code"] == "PERMISSION_DENIED"
        shown = {**from_elsewhere, "Authorization": "Bearer sesame"}
        assert http.get("/metrics", headers=shown).status_code == 200


def test_a_head_that_the_server_takes_comes_through(proxy: Proxy) -> None:
    with proxy.client() as http:
        assert http.get("/api/tracks/", headers={"X-A": "a" * 12_000}).status_code == 200


def test_who_sends_slowly_does_not_hold_the_server(proxy: Proxy) -> None:
    with socket.create_connection(("127.0.0.1", proxy.port)) as slow:
        head = "POST /api/playlist/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        slow.sendall(f"{head}Content-Length: 100\r\n\r\n{{".encode())
        with proxy.client() as http:
            assert http.get("/api/playlist/").elapsed.total_seconds() < SOON_SECONDS


# --- With TLS ----------------------------------------------------------------------------------------


def test_http_is_sent_to_https(tls_proxy: Proxy) -> None:
    answer = httpx.get(f"http://localhost:{tls_proxy.port}/api/?a=1")
    assert answer.status_code == 308
    assert answer.headers["Location"] == f"{tls_proxy.base_url}/api/?a=1"


def test_under_https_cookies_are_secure_and_https_is_remembered(tls_proxy: Proxy) -> None:
    with tls_proxy.client() as http:
        made = http.post("/api/guests/", json={"name": "Ada"})
        assert made.status_code == 201, made.text
        login = http.get("/admin/login/")
        for answer in (made, login):
            assert "; Secure" in answer.headers["Set-Cookie"]
            assert answer.headers["Strict-Transport-Security"].startswith("max-age=")
        assert http.get("/api/").json()["playlist"] == f"{tls_proxy.base_url}/api/playlist/"
        assert http.get("/api/").json()["socket"] == f"{tls_proxy.ws_url}/ws/playlist/"


def test_a_change_reaches_a_socket_over_wss(tls_proxy: Proxy) -> None:
    trust = tls_proxy.trust()
    assert isinstance(trust, ssl.SSLContext)
    own = tls_proxy.base_url
    with (
        tls_proxy.client() as http,
        connect(f"{tls_proxy.ws_url}/ws/playlist/", ssl=trust, origin=own, proxy=None) as websocket,  # type: ignore[arg-type]
    ):
        assert json.loads(websocket.recv(timeout=5))["type"] == "connection.established"
        item = http.get("/api/playlist/").json()[0]
        answer = http.post(f"/api/playlist/{item['id']}/vote/", json={"value": 1}, headers={"Origin": own})
        assert answer.status_code == 200, answer.text
        assert json.loads(websocket.recv(timeout=5))["type"] == "track.voted"


def test_without_the_proxys_word_a_request_counts_as_http(in_production: TuttiServer) -> None:
    answer = httpx.get(f"{in_production.base_url}/api/", headers={"Host": "localhost"})
    assert (answer.status_code, answer.headers["Location"]) == (301, "https://localhost/api/")
