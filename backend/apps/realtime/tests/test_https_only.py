"""HTTPS_ONLY beside Django: live events over http are sent to https, sockets over ws are refused."""

import pytest

from apps.realtime.tests.exchanges import Client
from apps.realtime.tests.sockets import Socket

LIVE = ["/stream", "/events/"]
HSTS = "strict-transport-security"


@pytest.fixture(autouse=True)
def https_only(settings, known_hosts) -> None:
    settings.HTTPS_ONLY, settings.SECURE_HSTS_SECONDS = True, 3600


@pytest.fixture
def behind_a_proxy(settings) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")


async def gone_well(client: Client) -> tuple[int, str | None]:
    await client.begin()
    await client.leave()
    return client.status, client.headers.get(HSTS)


@pytest.mark.parametrize("path", LIVE)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_over_http_live_events_are_sent_to_https(hub, stored_board, path: str, method: str):
    client = Client(path, "epoch=a&since=%31", method=method, host="localhost:4000")
    await client.begin()
    await client.finished()
    assert client.status == 301
    assert client.headers["location"] == f"https://localhost:4000{path}?epoch=a&since=%31"
    assert HSTS not in client.headers
    assert hub.connections == set()


@pytest.mark.parametrize("path", LIVE)
async def test_over_https_they_are_answered_and_https_is_remembered(hub, stored_board, path: str):
    assert await gone_well(Client(path, scheme="https")) == (200, "max-age=3600")


@pytest.mark.usefixtures("behind_a_proxy")
@pytest.mark.parametrize(
    ("scheme", "said", "wanted"),
    [("http", "https", 200), ("http", "https, http", 200), ("https", "http", 301), ("http", "", 301)],
)
async def test_a_trusted_proxys_word_counts(hub, stored_board, scheme: str, said: str, wanted: int):
    status, _ = await gone_well(Client("/stream", scheme=scheme, x_forwarded_proto=said))
    assert status == wanted


async def test_anybody_elses_word_does_not_count(hub, stored_board):
    assert await gone_well(Client("/stream", x_forwarded_proto="https")) == (301, None)
    one = await Socket(x_forwarded_proto="https").connect()
    assert await one.close_code() == 4403
    await one.leave()


async def test_nobody_is_sent_to_a_host_that_is_not_ours(hub, stored_board):
    client = Client("/stream", host="evil.example")
    await client.begin()
    assert client.status == 400
    assert "location" not in client.headers


async def test_without_it_http_is_taken_and_nothing_remembered(hub, stored_board, settings):
    settings.HTTPS_ONLY, settings.SECURE_HSTS_SECONDS = False, 0
    assert await gone_well(Client("/stream")) == (200, None)
    assert await gone_well(Client("/stream", scheme="https")) == (200, None)


@pytest.mark.usefixtures("behind_a_proxy")
@pytest.mark.parametrize("headers", [{}, {"x_forwarded_proto": "http"}, {"x_forwarded_proto": "https"}])
async def test_only_a_socket_over_wss_is_greeted(hub, stored_board, headers: dict[str, str]):
    one = await Socket(**headers).connect()
    if headers.get("x_forwarded_proto") == "https":
        assert (await one.next())["type"] == "connection.established"
    else:
        assert await one.close_code() == 4403
    await one.leave()
