"""The log for clients that poll: the events after a moment, or the state; at once, or when there is one."""

from typing import Any

import pytest

from apps.realtime.models import Event
from apps.realtime.publishing import Hint
from apps.realtime.services import begin_new_epochs, close_stream
from apps.realtime.tests.boards import Card, append, fill, open_board
from apps.realtime.tests.exchanges import Client
from apps.realtime.tests.listening import in_database, until

pytestmark = pytest.mark.usefixtures("known_hosts")


async def polled(query: str = "") -> tuple[int, Any]:
    client = Client("/events/", query)
    body = await client.whole()
    return client.status, body


async def test_without_a_position_it_is_the_state(hub, stored_board):
    await in_database(append, stored_board.pk, "a")
    await in_database(Card(board=stored_board.pk, text="Halo").save)
    assert await polled() == (
        200,
        {
            "epoch": stored_board.epoch,
            "seq": 1,
            "top": 1,
            "events": [],
            "snapshot": {"epoch": stored_board.epoch, "seq": 1, "items": ["Halo"]},
        },
    )


async def test_with_a_position_it_is_what_came_after(hub, stored_board):
    await in_database(append, stored_board.pk, "a", "b", "c")
    _, body = await polled(f"epoch={stored_board.epoch}&since=1")
    assert (body["seq"], body["top"], body["snapshot"]) == (3, 3, None)
    assert [(event["seq"], event["payload"], event["type"]) for event in body["events"]] == [
        (2, "b", "card.added"),
        (3, "c", "card.added"),
    ]


async def test_a_part_says_where_to_go_on(hub, stored_board):
    await in_database(append, stored_board.pk, *range(5))
    seqs, since = [], 0
    for _ in range(3):
        _, body = await polled(f"epoch={stored_board.epoch}&since={since}&limit=2")
        assert body["top"] == 5
        seqs += [event["seq"] for event in body["events"]]
        since = body["seq"]
    assert seqs == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(("limit", "expected"), [("", 100), ("&limit=500", 500), ("&limit=1", 1)])
async def test_a_part_is_as_long_as_asked_and_else_100(hub, stored_board, limit: str, expected: int):
    await in_database(fill, stored_board.pk, 600)
    _, body = await polled(f"epoch={stored_board.epoch}&since=0{limit}")
    assert len(body["events"]) == expected


async def test_with_nothing_new_it_is_empty(hub, stored_board):
    await in_database(append, stored_board.pk, "a")
    assert await polled(f"epoch={stored_board.epoch}&since=1") == (
        200,
        {"epoch": stored_board.epoch, "seq": 1, "top": 1, "events": [], "snapshot": None},
    )


@pytest.mark.parametrize(
    ("epoch", "since"), [("another", 1), (None, 9), (None, 0)], ids=["epoch", "future", "trimmed"]
)
async def test_what_the_log_can_t_give_is_the_state(hub, stored_board, epoch: str | None, since: int):
    await in_database(append, stored_board.pk, "a", "b", "c")
    await in_database(Event.objects.filter(stream=stored_board, seq=1).delete)
    _, body = await polled(f"epoch={epoch or stored_board.epoch}&since={since}&wait=25")
    assert body["events"] == []
    assert (body["seq"], body["top"], body["snapshot"]["seq"]) == (3, 3, 3)


@pytest.mark.parametrize(
    "query",
    [
        "epoch=e",
        "since=1",
        "epoch=e&since=-1",
        "epoch=e&since=x",
        "limit=0",
        "limit=501",
        "limit=1.5",
        "limit=x",
        "limit=",
        "limit=nan",
        "limit=1_0",
        "wait=-1",
        "wait=26",
        "wait=inf",
        "wait=nan",
        "wait=١",
        "wait=1_0",
    ],
)
async def test_nonsense_is_refused(hub, stored_board, query: str):
    status, body = await polled(query)
    assert (status, body["error"]["code"]) == (400, "VALIDATION_ERROR")


# --- Waiting -----------------------------------------------------------------------------------------


async def waiting(hub, query: str) -> Client:
    """A poll that waits."""
    client = Client("/events/", query)
    await until(lambda: hub.connections)
    return client


async def test_a_poll_waits_until_there_is_something(hub, stored_board):
    client = await waiting(hub, f"epoch={stored_board.epoch}&since=0&wait=25")
    assert not client.task.done()
    await in_database(append, stored_board.pk, "a")
    body = await client.whole()
    assert [event["seq"] for event in body["events"]] == [1]
    assert hub.connections == set()
    assert hub._feeds == {}


async def test_a_poll_that_waits_in_vain_is_empty(hub, stored_board):
    _, body = await polled(f"epoch={stored_board.epoch}&since=0&wait=0.02")
    assert (body["events"], body["seq"], body["snapshot"]) == ([], 0, None)


async def test_what_is_there_already_is_not_waited_for(hub, stored_board):
    await in_database(append, stored_board.pk, "a")
    _, body = await polled(f"epoch={stored_board.epoch}&since=0&wait=25")
    assert len(body["events"]) == 1


async def test_a_heartbeat_is_nothing_to_come_back_for(hub, stored_board, settings):
    settings.HEARTBEAT_SECONDS = 0.01
    _, body = await polled(f"epoch={stored_board.epoch}&since=0&wait=0.1")
    assert (body["events"], body["snapshot"]) == ([], None)


async def test_a_new_epoch_ends_the_wait_with_the_state(hub, stored_board):
    client = await waiting(hub, f"epoch={stored_board.epoch}&since=0&wait=25")
    await in_database(begin_new_epochs)
    hub.receive(Hint(stored_board.pk, "another", 1, None))
    body = await client.whole()
    assert body["epoch"] == body["snapshot"]["epoch"] != stored_board.epoch


async def test_a_stream_that_ends_ends_the_wait(hub, stored_board):
    client = await waiting(hub, f"epoch={stored_board.epoch}&since=0&wait=25")
    await in_database(close_stream, stored_board.pk)
    body = await client.whole()
    assert (client.status, body["error"]["code"]) == (404, "NOT_FOUND")


async def test_a_server_that_stops_ends_the_wait_in_order(hub, stored_board):
    client = await waiting(hub, f"epoch={stored_board.epoch}&since=0&wait=25")
    hub.close_connections()
    body = await client.whole()
    assert (client.status, body["events"]) == (200, [])


async def test_a_client_that_leaves_while_it_waits_leaves_nothing_behind(hub, stored_board):
    client = await waiting(hub, f"epoch={stored_board.epoch}&since=0&wait=25")
    await client.leave()
    assert hub.connections == set()
    assert hub._feeds == {}


async def test_a_name_in_the_path_is_another_stream(hub, stored_board):
    other = await in_database(open_board, "other")
    client = Client("/boards/other/events/")
    assert (await client.whole())["epoch"] == other.epoch
