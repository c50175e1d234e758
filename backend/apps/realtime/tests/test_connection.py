"""One reader of one stream: in order, each event once, whatever happens while it is brought up to date.

Requests and responses of a client at rest are in tests/contract/realtime.
"""

import asyncio

import pytest
from django.db import OperationalError
from hypothesis import given
from hypothesis import strategies as st

from apps.realtime import connection as module
from apps.realtime import database_reads
from apps.realtime.connection import CloseCode
from apps.realtime.hub import Hub
from apps.realtime.messages import Batch, EncodedMessage, Position
from apps.realtime.models import Stream
from apps.realtime.services import begin_new_epochs
from apps.realtime.tests.boards import KIND, append, open_board
from apps.realtime.tests.readers import Reader, at
from apps.realtime.tests.recording_listener import in_database, until


@pytest.fixture
async def ada(hub: Hub) -> Reader:
    return Reader(hub)


class Held:
    """A read that waits for the test before it gives its result."""

    def __init__(self, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
        self.has_read, self.go_on = asyncio.Event(), asyncio.Event()
        get = hub.reads.get

        async def held(key, read):
            result = await get(key, read)
            if key != (KIND, "main"):  # which stream that is, it may know
                self.has_read.set()
                await self.go_on.wait()
            return result

        monkeypatch.setattr(hub.reads, "get", held)


async def test_events_during_a_read_of_the_log_follow_in_order(stored_board, ada, hub, monkeypatch):
    await in_database(append, stored_board.pk, *"abc")
    held = Held(hub, monkeypatch)
    opening = asyncio.create_task(ada.open(await at(stored_board, 1)))
    await held.has_read.wait()
    await in_database(append, stored_board.pk, "d", "e")
    feed = ada.connection._joined_feed
    await feed.wait_for_seq(5)
    assert ada.sent == ["connection.established"]
    held.go_on.set()
    await opening
    await ada.until_sent("connection.established", 2, 3, "resumed", 4, 5)


async def test_events_during_a_read_of_the_state_are_sent_once(stored_board, ada, hub, monkeypatch):
    await ada.open()
    held = Held(hub, monkeypatch)
    await in_database(append, stored_board.pk, "a")
    asking = asyncio.create_task(ada.connection.snapshot())
    await held.has_read.wait()
    await in_database(append, stored_board.pk, "b")
    await ada.connection._joined_feed.wait_for_seq(2)
    held.go_on.set()
    await asking
    await ada.until_sent("connection.established", 1, "board.snapshot", 2)


async def test_a_new_epoch_during_a_resume_gives_a_snapshot(stored_board, ada, hub, monkeypatch):
    await in_database(append, stored_board.pk, *"abc")
    held = Held(hub, monkeypatch)
    opening = asyncio.create_task(ada.open(await at(stored_board, 1)))
    await held.has_read.wait()
    old_epoch = ada.connection._joined_feed.epoch
    await in_database(begin_new_epochs)
    await until(lambda: ada.connection._joined_feed.epoch != old_epoch)
    held.go_on.set()
    await opening
    await in_database(append, stored_board.pk, "d")
    await ada.until(lambda: ada.sent[-1] == 4)
    assert ada.payload("resumed")["recovered"] is False
    assert [sent for sent in ada.sent if isinstance(sent, int)] == [4]


async def test_an_unreadable_log_is_reported_and_buffered_events_follow(stored_board, ada, monkeypatch):
    await ada.open()

    async def fail(read, *args):
        raise OperationalError("away")

    with monkeypatch.context() as patch:
        patch.setattr(database_reads, "run_in_reader", fail)
        with pytest.raises(OperationalError):
            await ada.connection.resume(await at(stored_board, 0))
    await in_database(append, stored_board.pk, "a")
    await ada.until_sent("connection.established", 1)


async def test_a_resume_that_takes_too_long_closes_the_connection(stored_board, ada, hub, monkeypatch):
    monkeypatch.setattr(module, "MAX_BUFFERED_EVENTS", 3)
    await ada.open()
    ada.connection._start_buffering()
    ada.connection.deliver(Batch([EncodedMessage(seq, "{}") for seq in range(1, 4)]))
    assert ada.codes == []
    ada.connection.deliver(Batch([EncodedMessage(4, "{}")]))
    assert ada.codes == [CloseCode.TOO_SLOW] == [4008]


async def test_a_heartbeat_that_events_have_overtaken_is_dropped(stored_board, ada):
    await ada.open()
    await in_database(append, stored_board.pk, "a")
    await ada.until_sent("connection.established", 1)
    ada.connection.deliver(Batch([EncodedMessage(0, '{"type":"heartbeat"}', is_event=False)]))
    ada.connection.deliver(Batch([EncodedMessage(1, '{"type":"heartbeat"}', is_event=False)]))
    await ada.until_sent("connection.established", 1, "heartbeat")


@pytest.fixture
def deaf(monkeypatch) -> None:
    """This process hears of nothing by itself."""
    monkeypatch.setattr(Hub, "receive", lambda self, hint: None)
    monkeypatch.setattr(Hub, "_read_news", lambda self, watch: None)


async def test_a_reader_that_is_ahead_of_this_process_gets_nothing_twice(deaf, stored_board, ada):
    await ada.open()
    await in_database(append, stored_board.pk, "a", "b", "c")
    await ada.connection.resume(await at(stored_board, 2))
    await in_database(append, stored_board.pk, "d")
    ada.connection._joined_feed.expect(4)
    await ada.until(lambda: 4 in ada.sent)
    assert [sent for sent in ada.sent if isinstance(sent, int)] == [3, 4]


async def test_a_snapshot_of_an_unannounced_epoch_is_sent_once(deaf, stored_board, ada):
    await ada.open()
    await in_database(begin_new_epochs)
    await ada.connection.snapshot()
    await ada.until_sent("connection.established", "board.snapshot")
    assert ada.payload("board.snapshot")["epoch"] == ada.connection._joined_feed.epoch != stored_board.epoch


async def test_a_state_of_an_old_epoch_never_follows_the_new_one(stored_board, ada, hub, monkeypatch):
    await ada.open()
    feed = ada.connection._joined_feed
    wait_for_seq, old = feed.wait_for_seq, feed.epoch

    async def late_wait_for_seq(seq):
        await in_database(begin_new_epochs)
        await until(lambda: feed.epoch != old)
        await wait_for_seq(seq)

    monkeypatch.setattr(feed, "wait_for_seq", late_wait_for_seq)
    await ada.connection.snapshot()
    monkeypatch.setattr(feed, "wait_for_seq", wait_for_seq)
    await in_database(append, stored_board.pk, "after")
    await ada.until(lambda: 1 in ada.sent)
    assert ada.sent == ["connection.established", "board.snapshot", 1]
    assert ada.payload("board.snapshot")["epoch"] == feed.epoch != old


@pytest.mark.usefixtures("deaf")
async def test_a_reader_that_was_ahead_continues_in_the_new_epoch(stored_board, ada, hub, monkeypatch):
    await ada.open()
    await in_database(append, stored_board.pk, *"abc")
    feed = ada.connection._joined_feed
    wait_for_seq, old = feed.wait_for_seq, feed.epoch

    async def late_wait_for_seq(seq):
        await in_database(begin_new_epochs)
        await wait_for_seq(seq)

    monkeypatch.setattr(feed, "wait_for_seq", late_wait_for_seq)
    await ada.connection.resume(await at(stored_board, 2))
    await ada.connection.flushed()
    assert feed.epoch != old
    assert ada.payload("board.snapshot")["epoch"] == ada.payload("resumed")["epoch"] == feed.epoch
    assert ada.payload("resumed")["seq"] == ada.payload("board.snapshot")["seq"]
    assert ada.payload("resumed")["recovered"] is False


async def test_a_reader_that_fails_to_take_a_batch_is_closed(stored_board, ada, monkeypatch):
    await ada.open()
    monkeypatch.setattr(type(ada.connection._send_buffer), "put_live", None)
    await in_database(append, stored_board.pk, "a")
    await until(lambda: ada.codes)
    assert ada.codes == [CloseCode.TOO_SLOW]
    assert 1 not in ada.sent


@given(
    before=st.integers(0, 6),
    since=st.integers(0, 6),
    while_it_opens=st.integers(0, 3),
    later=st.lists(st.integers(0, 2), max_size=3),
)
async def test_a_resumed_reader_gets_every_event_once_and_in_order(hub, before, since, while_it_opens, later):
    since = min(before, since)
    board = await in_database(open_board, f"board {await in_database(Stream.objects.count)}")
    await in_database(append, board.pk, *range(before))
    ada = Reader(hub)
    opening = asyncio.create_task(
        ada.connection.open(kind=KIND, name=board.name, position=Position(board.epoch, since))
    )
    if while_it_opens:
        await in_database(append, board.pk, *range(while_it_opens))
    await opening
    for count in later:
        await in_database(append, board.pk, *range(count))
    top = before + while_it_opens + sum(later)
    await ada.until(lambda: "resumed" in ada.sent and (top == since or top in ada.sent))
    assert [sent for sent in ada.sent if isinstance(sent, int)] == list(range(since + 1, top + 1))
    assert ada.payload("resumed")["recovered"] is True
    ada.connection.leave()
