"""Server-sent events: the same frames as a socket, with ids from which a browser resumes."""

import pytest

from apps.realtime.hub import Hub
from apps.realtime.models import Stream
from apps.realtime.services import begin_new_epochs, close_stream
from apps.realtime.tests.boards import Card, append, open_board
from apps.realtime.tests.exchanges import Client
from apps.realtime.tests.listening import in_database

pytestmark = pytest.mark.usefixtures("known_hosts")


async def test_a_stream_is_greeted_and_then_gets_what_is_committed(hub: Hub, stored_board: Stream):
    epoch = stored_board.epoch
    client = Client("/stream")
    mark, frame = await client.event()
    assert (mark, frame["type"]) == (f"{epoch}:0", "connection.established")
    assert client.status == 200
    assert client.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert client.headers["cache-control"] == "no-store"
    assert client.headers["x-accel-buffering"] == "no"
    await in_database(append, stored_board.pk, "a")
    mark, frame = await client.event()
    assert (mark, frame["type"], frame["seq"]) == (f"{epoch}:1", "card.added", 1)
    await client.leave()
    assert hub.connections == set()


async def test_a_browser_that_comes_back_goes_on_from_its_last_id(hub, stored_board):
    epoch = stored_board.epoch
    await in_database(append, stored_board.pk, "a", "b", "c")
    client = Client("/stream", last_event_id=f"{epoch}:1")
    told = [await client.event() for _ in range(4)]
    assert [(mark, frame["type"]) for mark, frame in told] == [
        (f"{epoch}:1", "connection.established"),
        (f"{epoch}:2", "card.added"),
        (f"{epoch}:3", "card.added"),
        (None, "resumed"),
    ]
    await client.leave()


async def test_the_last_id_outranks_the_address(hub, stored_board):
    await in_database(append, stored_board.pk, "a", "b")
    client = Client("/stream", f"epoch={stored_board.epoch}&since=0", last_event_id=f"{stored_board.epoch}:1")
    assert [(await client.event())[1]["type"] for _ in range(3)] == [
        "connection.established",
        "card.added",
        "resumed",
    ]
    await client.leave()


async def test_a_snapshot_has_an_id_too(hub, stored_board):
    await in_database(append, stored_board.pk, "a")
    await in_database(Card(board=stored_board.pk, text="Halo").save)
    client = Client("/stream", "epoch=another&since=9")
    await client.event()
    mark, frame = await client.event()
    assert (mark, frame["type"]) == (f"{stored_board.epoch}:1", "board.snapshot")
    assert (await client.event())[1]["payload"]["recovered"] is False
    await client.leave()


async def test_a_heartbeat_has_no_id(hub, stored_board, settings):
    settings.HEARTBEAT_SECONDS = 0.02
    client = Client("/stream")
    await client.event()
    mark, frame = await client.event()
    assert (mark, frame["type"]) == (None, "heartbeat")
    await client.leave()


async def test_in_a_new_epoch_the_ids_are_of_that(hub, stored_board):
    client = Client("/stream")
    await client.event()
    await in_database(begin_new_epochs)
    mark, frame = await client.event()
    assert frame["type"] == "board.snapshot"
    assert mark == f"{frame['payload']['epoch']}:0" != f"{stored_board.epoch}:0"
    await client.leave()


async def test_a_stream_that_ends_ends_the_answer(hub, stored_board):
    client = Client("/stream")
    await client.event()
    await in_database(close_stream, stored_board.pk)
    assert await client.chunk() is None
    await client.finished()


async def test_a_server_that_stops_ends_the_answer(hub, stored_board):
    client = Client("/stream")
    await client.event()
    hub.close_connections()
    assert await client.chunk() is None
    await client.finished()


async def test_a_name_in_the_path_is_another_stream(hub, stored_board):
    await in_database(open_board, "other")
    client = Client("/boards/other/stream/")
    assert (await client.event())[1]["payload"]["board"] == "other"
    await client.leave()


# --- What goes for every answer ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/", "GET"),
        ("/stream/", "GET"),
        ("/boards/main/stream", "GET"),
        ("/stream", "POST"),
        ("/events/", "POST"),
    ],
)
async def test_everything_else_goes_on_to_django(path: str, method: str):
    client = Client(path, method=method)
    await client.whole()
    assert client.status == 418


@pytest.mark.parametrize(
    ("path", "query", "headers", "status", "code"),
    [
        ("/boards/nothing/stream/", "", {}, 404, "NOT_FOUND"),
        ("/boards/nothing/events/", "", {}, 404, "NOT_FOUND"),
        ("/stream", "", {"host": "evil.example"}, 400, "HOST_NOT_ALLOWED"),
        ("/events/", "", {"host": "evil.example"}, 400, "HOST_NOT_ALLOWED"),
        ("/stream", "epoch=e", {}, 400, "VALIDATION_ERROR"),
        ("/stream", "since=1", {}, 400, "VALIDATION_ERROR"),
        ("/stream", "", {"last_event_id": "nonsense"}, 400, "VALIDATION_ERROR"),
        ("/stream", "", {"last_event_id": "e:x"}, 400, "VALIDATION_ERROR"),
    ],
)
async def test_an_error_has_the_one_shape(hub, stored_board, path, query, headers, status: int, code: str):
    client = Client(path, query, x_request_id="r-7", **headers)
    body = await client.whole()
    assert (client.status, body["error"]["code"]) == (status, code)
    assert client.headers["content-type"] == "application/json"
    assert client.headers["x-request-id"] == "r-7"
    assert hub.connections == set()


@pytest.mark.parametrize("path", ["/stream", "/events/"])
async def test_a_bug_shows_nothing_but_the_request_id(hub, stored_board, monkeypatch, caplog, path: str):
    def fail(**_):
        raise RuntimeError("the key is sesame")

    monkeypatch.setattr("apps.realtime.hub.stream_id_of", fail)
    monkeypatch.setattr("apps.realtime.exchanges.stream_id_of", fail)
    client = Client(path, x_request_id="r-7")
    body = await client.whole()
    assert client.status == 500
    assert body["error"]["details"] == {"request_id": "r-7"}
    assert "sesame" not in str(body)
    assert "sesame" in caplog.text


async def test_every_answer_has_an_id_of_its_own(hub, stored_board):
    ids = []
    for _ in range(2):
        client = Client("/events/")
        await client.whole()
        ids.append(client.headers["x-request-id"])
    assert len(set(ids)) == 2
    assert all(len(request_id) == 32 for request_id in ids)


async def test_an_allowed_origin_s_page_may_read(hub, stored_board):
    for origin, is_allowed in (("https://party.example", True), ("https://evil.example", False)):
        client = Client("/events/", origin=origin)
        await client.whole()
        assert ("access-control-allow-origin" in client.headers) is is_allowed
        assert client.headers["vary"] == "origin"


async def test_a_client_that_leaves_at_once_leaves_nothing_behind(hub, stored_board):
    client = Client("/stream")
    await client.leave()
    assert hub.connections == set()
    assert hub._feeds == {}


@pytest.mark.parametrize(
    ("path", "content_type"),
    [("/stream", "text/event-stream; charset=utf-8"), ("/events/", "application/json")],
)
async def test_a_head_is_answered_like_a_get_without_its_body(
    hub, stored_board, path: str, content_type: str
):
    client = Client(path, method="HEAD")
    assert await client.whole() is None
    assert (client.status, client.headers["content-type"]) == (200, content_type)
    assert hub.connections == set()


@pytest.mark.parametrize("path", ["/boards/nothing/stream/", "/boards/nothing/events/"])
async def test_a_head_of_what_is_not_there_is_a_404(hub, stored_board, path: str):
    client = Client(path, method="HEAD")
    assert await client.whole() is None
    assert client.status == 404
