"""Event streams, polls and sockets without a server: how they end, and what they leave behind.

What is asked and answered is in tests/contract/realtime; that the way without a sink does the same, in
tests/live/test_paths.py.
"""

import asyncio
from collections.abc import Mapping

import pytest

from apps.realtime import admission
from apps.realtime.hub import Hub
from apps.realtime.tests.boards import KIND, append
from apps.realtime.tests.exchanges import Client
from apps.realtime.tests.recording_listener import in_database, until
from apps.realtime.tests.sockets import Socket
from core.rate_limits import Limit

pytestmark = pytest.mark.usefixtures("known_hosts")


async def test_the_last_event_id_header_has_precedence_over_the_url(hub, stored_board):
    await in_database(append, stored_board.pk, "a", "b")
    client = Client("/stream", f"epoch={stored_board.epoch}&since=0", last_event_id=f"{stored_board.epoch}:1")
    assert [(await client.event())[1]["type"] for _ in range(3)] == [
        "connection.established",
        "card.added",
        "resumed",
    ]
    await client.leave()


@pytest.mark.parametrize("path", ["/stream", "/events/"])
async def test_an_internal_error_shows_only_the_request_id(hub, stored_board, monkeypatch, caplog, path: str):
    def fail(**_):
        raise RuntimeError("the key is sesame")

    monkeypatch.setattr("apps.realtime.hub.stream_id_of", fail)
    monkeypatch.setattr("apps.realtime.asgi.stream_id_of", fail)
    client = Client(path, x_request_id="r-7")
    body = await client.whole()
    assert client.status == 500
    assert body["error"]["details"] == {"request_id": "r-7"}
    assert "sesame" not in str(body)
    assert "sesame" in caplog.text
    assert hub.connections == set()


@pytest.mark.parametrize("has_joined", [False, True])
@pytest.mark.parametrize("path", ["/stream", "/events/"])
async def test_a_disconnected_client_leaves_no_resources(hub, stored_board, path: str, has_joined: bool):
    client = Client(path, f"epoch={stored_board.epoch}&since=0&wait=25")
    if has_joined:
        await until(lambda: hub.connections)
    await client.leave()
    assert (hub.connections, hub._feeds) == (set(), {})


async def test_a_heartbeat_does_not_end_the_wait(hub, stored_board, settings):
    settings.HEARTBEAT_SECONDS = 0.01
    body = await Client("/events/", f"epoch={stored_board.epoch}&since=0&wait=0.1").whole()
    assert (body["events"], body["snapshot"]) == ([], None)


# --- Sockets: what no server is needed for, or what none can be brought to do ------------------------


@pytest.mark.parametrize(
    ("host", "is_known"), [("127.0.0.1:4000", True), ("", False), ("evil.example", False)]
)
async def test_in_debug_mode_localhost_is_an_allowed_host(hub, settings, host: str, is_known: bool):
    settings.ALLOWED_HOSTS, settings.DEBUG = [], True
    assert await is_greeted(host=host) is is_known


async def test_database_reads_of_all_sockets_of_an_address_share_one_limit(
    hub, stored_board, settings, monkeypatch
):
    monkeypatch.setattr(admission, "READS_OF_ADDRESS", Limit("reads", "address", 3, 60))
    settings.TRUSTED_PROXIES = 1
    resume = {"type": "resume", "epoch": stored_board.epoch, "since": 0}
    identify, snapshot = {"type": "identify", "guest_token": "none"}, {"type": "snapshot"}
    addresses = ["2001:db8::1", "2001:db8::2", "198.51.100.7"]
    sockets = [await Socket(x_forwarded_for=address).connect() for address in addresses]
    one, neighbour, stranger = sockets

    async def answered(socket: Socket, message: Mapping[str, object]) -> str:
        await socket.send(message)
        message = await socket.next()
        return (
            str(message["payload"].get("code", message["type"]))
            if "payload" in message
            else str(message["type"])
        )

    for socket in sockets:
        assert (await socket.next())["type"] == "connection.established"
    asked = [(one, resume), (neighbour, identify), (one, snapshot)]
    assert [await answered(*each) for each in asked] == ["resumed", "VALIDATION_ERROR", "board.snapshot"]
    for socket, message in ((neighbour, resume), (one, identify), (neighbour, snapshot)):
        assert await answered(socket, message) == "RATE_LIMITED"
    assert await answered(one, {"type": "ping"}) == "pong"
    assert await answered(stranger, snapshot) == "board.snapshot"
    for socket in sockets:
        await socket.leave()


async def test_a_cancelled_join_releases_its_slot(hub, stored_board, monkeypatch):
    """As Daphne does with an application that is still busy 10 seconds after its client has left."""
    has_begun, get = asyncio.Event(), hub.reads.get

    async def never_read(key, read):
        if key == (KIND, "main"):  # which stream that is, it may know
            return await get(key, read)
        has_begun.set()
        return await asyncio.Event().wait()

    monkeypatch.setattr(hub.reads, "get", never_read)
    one = await Socket(f"/ws/?epoch={stored_board.epoch}&since=0").connect()
    await in_database(append, stored_board.pk, "a")
    await has_begun.wait()
    assert hub.connections
    await one.cut_off()
    assert_nothing_is_held(hub)


def assert_nothing_is_held(hub: Hub) -> None:
    assert (hub.connections, hub._feeds, dict(hub.admission._open)) == (set(), {}, {})


# --- HTTPS_ONLY: live events over http are sent to https, sockets over ws are rejected ---------------

HSTS = "strict-transport-security"


@pytest.fixture
def https_only(settings) -> None:
    settings.HTTPS_ONLY, settings.SECURE_HSTS_SECONDS = True, 3600


async def answered(client: Client) -> tuple[int, str | None]:
    await client.begin()
    await client.leave()
    return client.status, client.headers.get(HSTS)


async def is_greeted(**headers: str) -> bool:
    one = await Socket(**headers).connect()
    greeting = await one.greeting_or_code()
    await one.leave()
    assert greeting in ("connection.established", 4403)
    return greeting != 4403


@pytest.mark.parametrize("path", ["/stream", "/events/"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_live_events_over_http_redirect_to_https(https_only, hub, stored_board, path: str, method: str):
    client = Client(path, "epoch=a&since=%31", method=method, host="localhost:4000")
    assert await answered(client) == (301, None)
    assert client.headers["location"] == f"https://localhost:4000{path}?epoch=a&since=%31"
    assert hub.connections == set()
    assert await answered(Client(path, scheme="https")) == (200, "max-age=3600"), "https is remembered"
    foreign = Client(path, method=method, host="evil.example")
    assert await answered(foreign) == (400, None)
    assert "location" not in foreign.headers


@pytest.mark.parametrize(
    ("scheme", "said", "is_secure"),
    [
        *(("http", said, True) for said in ("https", "https, http")),
        ("https", "http", False),
        ("http", "", False),
    ],
)
async def test_the_header_of_a_trusted_proxy_is_used(
    https_only, hub, stored_board, settings, scheme, said, is_secure
):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    status, _ = await answered(Client("/stream", scheme=scheme, x_forwarded_proto=said))
    assert status == (200 if is_secure else 301)
    assert await is_greeted(x_forwarded_proto=said) is is_secure


async def test_the_header_of_any_other_client_is_ignored(https_only, hub, stored_board):
    assert await answered(Client("/stream", x_forwarded_proto="https")) == (301, None)
    assert not await is_greeted(x_forwarded_proto="https")
