"""One process's fan-out: every listener receives every event, by hints or from the log."""

import asyncio
from datetime import timedelta

import pytest
from channels.layers import InMemoryChannelLayer, get_channel_layer
from django.db import OperationalError
from django.utils import timezone

from apps.realtime import database_reads as watch
from apps.realtime import feed as feed_module
from apps.realtime import hub as module
from apps.realtime import presence_sync, publishing
from apps.realtime.asgi import drain
from apps.realtime.database_reads import LogPoller
from apps.realtime.feed import Feed
from apps.realtime.hub import Hub, current_hub, stop_current_hub
from apps.realtime.models import Stream
from apps.realtime.presence_sync import VisitWriter
from apps.realtime.publishing import Hint, Publisher, group_of
from apps.realtime.selectors import tops_of
from apps.realtime.services import begin_new_epochs, close_stream
from apps.realtime.tests.boards import KIND, append, open_board
from apps.realtime.tests.recording_listener import PATIENCE_SECONDS, RecordingListener, in_database, until
from apps.realtime.watermarks import Watermark, recorded_watermarks


async def join(hub: Hub, ear: RecordingListener, name: str = "main") -> Feed:
    feed = await hub.join(kind=KIND, name=name, listener=ear)
    assert feed is not None
    return feed


@pytest.fixture
def deaf(monkeypatch) -> None:
    """Hints are lost, all of them; the log is looked at all the time."""
    monkeypatch.setattr(Hub, "receive", lambda self, hint: None)
    for wait in ("SQLITE_POLL_SECONDS", "POLL_SECONDS", "REST_SECONDS"):
        monkeypatch.setattr(watch, wait, 0.01)


@pytest.mark.parametrize("stays", [True, False], ids=["who stays", "who leaves at once"])
async def test_a_listener_is_a_visitor(hub, stored_board, monkeypatch, *, stays: bool):
    for wait in ("VISITS_SETTLE_SECONDS", "LOOK_EVERY_SECONDS"):
        monkeypatch.setattr(presence_sync, wait, 0.01)
    long_ago = timezone.now() - timedelta(days=40)
    streams = Stream.objects.filter(pk=stored_board.pk)

    def leave_alone() -> None:
        streams.update(visited_at=long_ago)

    async def until_noted() -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while await in_database(lambda: streams.get().visited_at == long_ago):
                pass

    await in_database(leave_alone)
    ear = RecordingListener()
    feed = await join(hub, ear)
    if not stays:
        hub.leave(feed, ear)
    for _ in range(2 if stays else 1):  # also later on
        await until_noted()
        await in_database(leave_alone)


async def test_a_later_visit_is_stored_although_new_streams_are_visited_all_the_time(clock, monkeypatch):
    written: list[int] = []
    monkeypatch.setattr(presence_sync, "VISITS_SETTLE_SECONDS", 0.0)
    monkeypatch.setattr(presence_sync, "note_visits", written.extend)
    visits = VisitWriter(lambda: [99], clock=clock)
    for new in range(2, 5):
        written.clear()
        for stream_id in (1, new):
            visits.note(stream_id)
        await until(lambda: len(written) > 1)
        assert new in written
        assert 1 in written
        clock.advance(presence_sync.LOOK_EVERY_SECONDS)
    visits.stop()


async def test_without_hints_polling_finds_events_epochs_and_the_end(deaf, hub, stored_board):
    ear = RecordingListener()
    await join(hub, ear)
    await in_database(append, stored_board.pk, "a")
    await ear.until(lambda: ear.seqs == [1])
    await in_database(begin_new_epochs)
    await ear.until(lambda: len(ear.states) == 1)
    await in_database(close_stream, stored_board.pk)
    await ear.until(lambda: ear.has_ended)


async def test_joining_a_stream_that_is_being_deleted_is_not_found(hub, stored_board, monkeypatch):
    monkeypatch.setattr(module, "stream_id_of", lambda **_: stored_board.pk + 1000)
    async with asyncio.timeout(10):
        assert await hub.join(kind=KIND, name="main", listener=RecordingListener()) is None
    assert hub._feeds == {}


async def test_polling_survives_a_failing_database(deaf, hub, stored_board, monkeypatch, caplog):
    monkeypatch.setattr(module, "WATCH_RETRY_SECONDS", 0.001)
    failures = [OperationalError("away")] * 3

    def failing(stream_ids):
        if failures:
            raise failures.pop()
        return tops_of(stream_ids)

    ear = RecordingListener()
    await join(hub, ear)
    monkeypatch.setattr(module, "tops_of", failing)
    await in_database(append, stored_board.pk, "a")
    await ear.until(lambda: ear.seqs == [1])
    assert failures == []
    assert "Could not poll the event log" in caplog.text


async def test_a_change_during_the_start_of_a_stream_is_read_again(hub, stored_board):
    hub._feeds[stored_board.pk] = Feed(stream_id=stored_board.pk, kind=KIND, on_end=lambda feed: None)
    looking: LogPoller[None] = LogPoller(lambda: None)
    setattr(looking, "_version", 1)  # noqa: B010 - else mypy would think that it stays
    assert await in_database(hub._read_news, looking) is None
    assert looking._version is None
    await looking.close()


async def test_each_loop_has_one_hub_which_records_published_hints_at_its_end(hub, stored_board):
    ear = RecordingListener()
    await join(hub, ear)
    assert current_hub() is hub
    await in_database(append, stored_board.pk, "a", "b")
    await ear.until(lambda: len(ear.seqs) == 2)
    await stop_current_hub()
    assert recorded_watermarks() == {str(stored_board.pk): Watermark(stored_board.epoch, 2)}
    await in_database(append, stored_board.pk, "after the end")
    await stop_current_hub()
    assert current_hub() is not hub
    assert ear.seqs == [1, 2]


async def test_draining_an_idle_server_takes_no_time(hub, monkeypatch):
    monkeypatch.setattr("apps.realtime.asgi.DRAIN_SECONDS", 1000)
    async with asyncio.timeout(10):
        await drain()


# --- Without listeners ----------------------------------------------------------------------------


@pytest.fixture
def only_by_layer(monkeypatch) -> None:
    """As if another process wrote: hints come by the channel layer alone, and the log is not watched."""
    made = Publisher.__init__
    monkeypatch.setattr(
        Publisher, "__init__", lambda self, deliver_here, record: made(self, lambda hint: None, record)
    )
    monkeypatch.setattr(publishing, "_has_others", lambda: True)
    monkeypatch.setattr(publishing, "_sender_to_others", lambda: get_channel_layer().group_send)
    monkeypatch.setattr(Hub, "_read_news", lambda self, watch: None)


async def members(stream_id: int) -> int:
    """How many channels the layer would send the stream's hints to."""
    layer, group = get_channel_layer(), group_of(stream_id)
    if isinstance(layer, InMemoryChannelLayer):
        return len(layer.groups.get(group, ()))
    count: int = await layer.connection(layer.consistent_hash(group)).zcard(layer._group_key(group))
    return count


async def until_no_listener(stream_id: int) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while await members(stream_id):  # noqa: ASYNC110 - what is waited for sets no event
            await asyncio.sleep(0)


async def test_a_stream_without_listeners_costs_nothing(hub, stored_board, monkeypatch):
    ear = RecordingListener()
    assert not hub._watch
    feed = await join(hub, ear)
    assert hub._watches
    other = await in_database(open_board, "other")
    assert await members(stored_board.pk)
    assert not await members(other.pk), "one stream's listeners subscribe to that alone"
    hub.leave(feed, ear)
    await until_no_listener(stored_board.pk)
    await until(lambda: not hub._watches)

    def reject(*_):
        raise AssertionError("the log is read for nobody")

    monkeypatch.setattr(feed_module, "run_in_reader", reject)
    monkeypatch.setattr(hub, "_read_news", reject)
    heard: list[Hint] = []
    monkeypatch.setattr(hub, "receive", heard.append)
    await in_database(append, stored_board.pk, *range(5))
    await asyncio.sleep(0)
    assert (hub._feeds, hub._ids) == ({}, {})
    assert not await members(stored_board.pk)


async def test_changing_subscriptions_lose_no_published_event(only_by_layer, hub, stored_board):
    """Each listener is the only one for a while, so that the group is joined and left every time."""
    written = 0
    for _ in range(15):
        ear = RecordingListener()
        writing = asyncio.create_task(in_database(append, stored_board.pk, "while it joins"))
        feed = await join(hub, ear)
        joined_at, already = feed.top, len(ear.seqs)
        await writing
        await in_database(append, stored_board.pk, "a", "b")
        written += 3
        await heard(ear, written)
        assert ear.seqs[already:] == list(range(joined_at + 1, written + 1))
        hub.leave(feed, ear)
        await in_database(append, stored_board.pk, "while nobody listens")
        written += 1


async def heard(ear: RecordingListener, seq: int) -> None:
    """By the layer alone: the log is read up to each hint."""
    await ear.until(lambda: ear.seqs[-1:] == [seq])
