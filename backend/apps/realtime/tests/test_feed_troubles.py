"""A feed outlives a database that fails, and reports a quiet stream with a heartbeat."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from django.db import OperationalError

from apps.realtime import feed as module
from apps.realtime import selectors
from apps.realtime.feed import Feed
from apps.realtime.models import Stream
from apps.realtime.publishing import Hint
from apps.realtime.services import begin_new_epochs, close_stream
from apps.realtime.tests.boards import KIND, append
from apps.realtime.tests.recording_listener import PATIENCE_SECONDS, RecordingListener, in_database, until

pytestmark = pytest.mark.usefixtures("readers")
BEAT_SECONDS = 0.02


class Failing:
    """A read that fails until it is allowed to work."""

    def __init__(self, read: Callable[..., Any]) -> None:
        self._start_reading = read
        self.fails = True
        self.calls = 0

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self.calls += 1
        if self.fails:
            raise OperationalError("the database is away")
        return self._start_reading(*args, **kwargs)


@pytest.fixture
async def feed(stored_board: Stream, monkeypatch) -> AsyncIterator[Feed]:
    monkeypatch.setattr(module, "FIRST_RETRY_SECONDS", 0.001)
    monkeypatch.setattr(module, "LAST_RETRY_SECONDS", 0.002)
    made = Feed(stream_id=stored_board.pk, kind=KIND, on_end=lambda feed: None)
    yield made
    made.stop()


async def listening(feed: Feed) -> RecordingListener:
    ear = RecordingListener()
    feed.listeners.add(ear)
    await feed.start()
    return ear


async def test_reading_the_log_is_retried(stored_board, feed, monkeypatch, caplog):
    failing = Failing(selectors.next_events)
    monkeypatch.setattr(module, "next_events", failing)
    ear = await listening(feed)
    await in_database(append, stored_board.pk, "a", "b")
    feed.expect(2)
    await until(lambda: failing.calls >= 4)
    assert ear.seqs == []
    failing.fails = False
    await ear.until(lambda: len(ear.seqs) == 2)
    assert ear.seqs == [1, 2]
    assert "Could not read the event log" in caplog.text


async def test_a_restart_is_retried_while_the_state_cannot_be_read(stored_board, feed, monkeypatch):
    failing = Failing(selectors.state_of)
    monkeypatch.setattr(module, "state_of", failing)
    ear = await listening(feed)
    await in_database(append, stored_board.pk, "a")
    feed.receive(Hint(stored_board.pk, "another", 5, None))
    await until(lambda: failing.calls >= 3)
    failing.fails = False
    await ear.until(lambda: bool(ear.states) or bool(ear.seqs))


async def test_a_failed_start_is_reported_and_can_be_repeated(feed, monkeypatch):
    failing = Failing(selectors.tops_of)
    monkeypatch.setattr(module, "tops_of", failing)
    with pytest.raises(OperationalError):
        await feed.start()
    assert not feed.has_started
    failing.fails = False
    await feed.start()
    assert feed.has_started


async def test_a_stopped_feed_reads_nothing(stored_board, feed, monkeypatch):
    failing = Failing(selectors.next_events)
    monkeypatch.setattr(module, "next_events", failing)
    await listening(feed)
    feed.expect(5)
    await until(lambda: failing.calls >= 1)
    feed.stop()
    async with asyncio.timeout(PATIENCE_SECONDS):
        await feed.wait_for_seq(5)
    calls = failing.calls
    feed.expect(6)
    assert failing.calls == calls


# --- Heartbeats --------------------------------------------------------------------------------------


async def test_an_event_postpones_the_heartbeat(stored_board, feed, settings):
    settings.HEARTBEAT_SECONDS = 1000
    ear = await listening(feed)
    feed._heartbeat._beat_if_quiet()
    assert feed._heartbeat._beating is None
    feed._heartbeat._quiet_since -= 2000
    await in_database(append, stored_board.pk, "a")
    feed.expect(1)
    async with asyncio.timeout(PATIENCE_SECONDS):
        await feed.wait_for_seq(1)
    feed._heartbeat._beat_if_quiet()
    assert feed._heartbeat._beating is None
    assert ear.beats == []


async def test_a_heartbeat_delivers_news_a_new_epoch_or_the_end_instead(stored_board, feed, settings):
    settings.HEARTBEAT_SECONDS = BEAT_SECONDS
    ear = await listening(feed)
    await in_database(append, stored_board.pk, "a")
    await ear.until(lambda: ear.seqs == [1])
    await ear.until(lambda: bool(ear.beats) and ear.beats[-1]["seq"] == 1)
    seqs = [message.seq for message in ear.messages]
    assert set(seqs[seqs.index(1) :]) == {1}

    await in_database(begin_new_epochs)
    await ear.until(lambda: bool(ear.states) and ear.beats[-1]["epoch"] == feed.epoch)
    assert ear.states[0].top.epoch == feed.epoch != stored_board.epoch
    await in_database(close_stream, stored_board.pk)
    await ear.until(lambda: ear.has_ended)


async def test_after_the_end_no_heartbeat_is_sent(stored_board, feed, settings):
    settings.HEARTBEAT_SECONDS = BEAT_SECONDS
    other = Feed(stream_id=stored_board.pk, kind=KIND, on_end=lambda feed: None)
    ear, bo = await listening(feed), await listening(other)
    feed.stop()
    # A busy machine may be so late that a beat was due before.
    before, beats = list(ear.messages), len(bo.beats)
    await bo.until(lambda: len(bo.beats) >= beats + 2)
    other.stop()
    assert ear.messages == before
