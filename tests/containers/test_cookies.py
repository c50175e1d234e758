"""A guest's cookie from end to end: Secure behind TLS, never without; who is believed about that."""

from collections.abc import Iterator
from http.cookies import Morsel, SimpleCookie

import httpx
import pytest

from tests.conftest import ReadyMadeData
from tests.containers.proxy import Proxy
from tests.processes import TuttiServer

HTTPS = {"X-Forwarded-Proto": "https"}


@pytest.fixture(scope="module")
def without_proxy(ready_made_data: ReadyMadeData) -> Iterator[TuttiServer]:
    """As `start-daphne.sh` runs it: TRUSTED_PROXIES is 0."""
    with TuttiServer(**ready_made_data.options("embedded")) as server:
        yield server


def guest_cookie(http: httpx.Client, headers: dict[str, str] | None = None) -> Morsel[str]:
    """The cookie of a new guest, which nothing but a browser's own request can read."""
    answer = http.post("/api/guests/", json={"name": "Ada"}, headers=headers)
    assert answer.status_code == 201, answer.text
    cookie = SimpleCookie(answer.headers["Set-Cookie"])["tutti_guest"]
    assert cookie["httponly"] is True
    assert cookie["samesite"] == "Lax"
    assert (cookie["path"], cookie["domain"]) == ("/", "")
    return cookie


def test_behind_tls_it_is_secure(tls_proxy: Proxy) -> None:
    with tls_proxy.client() as http:
        assert guest_cookie(http)["secure"] is True


def test_behind_tls_it_names_the_guest(tls_proxy: Proxy) -> None:
    with tls_proxy.client() as http:
        http.post("/api/guests/", json={"name": "Ada"})
        assert http.get("/api/guests/me/").json()["name"] == "Ada"


def test_behind_a_proxy_without_tls_it_is_not(proxy: Proxy) -> None:
    with proxy.client() as http:
        assert guest_cookie(http)["secure"] == ""
        assert http.get("/api/guests/me/").json()["name"] == "Ada"


def test_without_a_proxy_it_is_not(without_proxy: TuttiServer) -> None:
    with without_proxy.client() as http:
        assert guest_cookie(http)["secure"] == ""
        assert http.get("/api/guests/me/").json()["name"] == "Ada"


def test_a_caller_is_not_believed_that_it_came_by_tls(without_proxy: TuttiServer) -> None:
    with without_proxy.client(headers=HTTPS) as http:
        assert guest_cookie(http)["secure"] == ""
        answer = http.get("/api/")
    assert answer.json()["playlist"] == f"{without_proxy.base_url}/api/playlist/"
    assert answer.json()["socket"].startswith("ws://")
    assert "Strict-Transport-Security" not in answer.headers


def test_nor_is_one_whose_word_the_proxy_replaces(proxy: Proxy) -> None:
    with proxy.client() as http:
        assert guest_cookie(http, HTTPS)["secure"] == ""


def test_a_trusted_proxy_is_believed(behind_proxy: TuttiServer) -> None:
    """It stands here for one that passes the word on, as the setting says that one does."""
    with behind_proxy.client() as http:
        assert guest_cookie(http, HTTPS)["secure"] is True
        assert guest_cookie(http, {"X-Forwarded-Proto": "http"})["secure"] == ""


@pytest.mark.parametrize("word", ["http, https", "httpss", "on", ""])
def test_any_other_word_means_http(behind_proxy: TuttiServer, word: str) -> None:
    with behind_proxy.client() as http:
        assert guest_cookie(http, {"X-Forwarded-Proto": word})["secure"] == ""


def test_a_page_behind_tls_writes_with_it(tls_proxy: Proxy) -> None:
    with tls_proxy.client() as http:
        http.post("/api/guests/", json={"name": "Ada"})
        answer = http.patch("/api/guests/me/", json={"name": "Bo"}, headers={"Origin": tls_proxy.base_url})
        assert (answer.status_code, answer.json().get("name")) == (200, "Bo")
