"""Event streams and polls: how they end, and what they leave behind. tests/contract/realtime has the rest."""

import pytest

from apps.realtime.hub import Hub
from apps.realtime.models import Stream
from apps.realtime.publishing import Hint
from apps.realtime.services import begin_new_epochs, close_stream
from apps.realtime.tests.boards import append
from apps.realtime.tests.exchanges import Client
from apps.realtime.tests.listening import in_database, until

pytestmark = pytest.mark.usefixtures("known_hosts")


@pytest.mark.parametrize("end", ["stream", "server"])
async def test_the_answer_ends_with_its_stream_and_with_the_server(hub: Hub, stored_board: Stream, end: str):
    client = Client("/stream")
    await client.event()
    if end == "stream":
        await in_database(close_stream, stored_board.pk)
    else:
        hub.close_connections()
    assert await client.chunk() is None
    await client.finished()
    assert hub.connections == set()


async def test_the_last_id_outranks_the_address(hub, stored_board):
    await in_database(append, stored_board.pk, "a", "b")
    client = Client("/stream", f"epoch={stored_board.epoch}&since=0", last_event_id=f"{stored_board.epoch}:1")
    assert [(await client.event())[1]["type"] for _ in range(3)] == [
        "connection.established",
        "card.added",
        "resumed",
    ]
    await client.leave()


async def test_in_a_new_epoch_the_ids_are_of_that(hub, stored_board):
    client = Client("/stream")
    await client.event()
    await in_database(begin_new_epochs)
    mark, frame = await client.event()
    assert frame["type"] == "board.snapshot"
    assert mark == f"{frame['payload']['epoch']}:0" != f"{stored_board.epoch}:0"
    await client.leave()


# --- What goes for every answer ----------------------------------------------------------------------


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
    assert hub.connections == set()


@pytest.mark.parametrize("has_joined", [False, True])
@pytest.mark.parametrize("path", ["/stream", "/events/"])
async def test_a_client_that_leaves_leaves_nothing_behind(hub, stored_board, path: str, has_joined: bool):
    client = Client(path, f"epoch={stored_board.epoch}&since=0&wait=25")
    if has_joined:
        await until(lambda: hub.connections)
    await client.leave()
    assert (hub.connections, hub._feeds) == (set(), {})


# --- Polls that wait ---------------------------------------------------------------------------------


async def test_a_heartbeat_does_not_end_the_wait(hub, stored_board, settings):
    settings.HEARTBEAT_SECONDS = 0.01
    body = await Client("/events/", f"epoch={stored_board.epoch}&since=0&wait=0.1").whole()
    assert (body["events"], body["snapshot"]) == ([], None)


@pytest.mark.parametrize("end", ["epoch", "stream"])
async def test_the_wait_ends_with_the_epoch_and_with_the_stream(hub, stored_board, end: str):
    client = Client("/events/", f"epoch={stored_board.epoch}&since=0&wait=25")
    await until(lambda: hub.connections)
    assert not client.task.done()
    if end == "stream":
        await in_database(close_stream, stored_board.pk)
        assert (await client.whole())["error"]["code"] == "NOT_FOUND"
    else:
        await in_database(begin_new_epochs)
        hub.receive(Hint(stored_board.pk, "another", 1, None))
        body = await client.whole()
        assert body["epoch"] == body["snapshot"]["epoch"] != stored_board.epoch
    assert (hub.connections, hub._feeds) == (set(), {})
