"""One process's fan-out: who listens hears of everything, by hints or by the log."""

import asyncio
import time
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from apps.realtime import hub as module
from apps.realtime import visit_keeper, watch
from apps.realtime.feed import Feed
from apps.realtime.high_marks import Mark, recorded_marks
from apps.realtime.hub import Hub, current_hub, stop_current_hub
from apps.realtime.lifecycle import drain
from apps.realtime.models import Stream
from apps.realtime.publishing import Hint
from apps.realtime.selectors import tops_of
from apps.realtime.services import begin_new_epochs, close_stream
from apps.realtime.tests.boards import KIND, append, open_board
from apps.realtime.tests.listening import Ear, in_database, until
from apps.realtime.watch import DatabaseWatch


async def join(hub: Hub, ear: Ear, name: str = "main") -> Feed:
    feed = await hub.join(kind=KIND, name=name, listener=ear)
    assert feed is not None
    return feed


@pytest.fixture
def deaf(monkeypatch) -> None:
    """Hints are lost, all of them; the log is looked at all the time."""
    monkeypatch.setattr(Hub, "receive", lambda self, hint: None)
    for wait in ("SQLITE_SECONDS", "OTHER_SECONDS", "REST_SECONDS"):
        monkeypatch.setattr(watch, wait, 0.01)


@pytest.mark.parametrize("stays", [True, False], ids=["who stays", "who leaves at once"])
async def test_who_listens_is_a_visitor(hub, stored_board, monkeypatch, *, stays: bool):
    for wait in ("SETTLE_SECONDS", "LOOK_EVERY_SECONDS"):
        monkeypatch.setattr(visit_keeper, wait, 0.01)
    long_ago = timezone.now() - timedelta(days=40)
    streams = Stream.objects.filter(pk=stored_board.pk)

    def leave_alone() -> None:
        streams.update(visited_at=long_ago)

    def wait_until_noted() -> None:
        while streams.get().visited_at == long_ago:
            time.sleep(0.01)

    await in_database(leave_alone)
    ear = Ear()
    feed = await join(hub, ear)
    if not stays:
        hub.leave(feed, ear)
    for _ in range(2 if stays else 1):  # also later on
        await in_database(wait_until_noted)
        await in_database(leave_alone)


@pytest.mark.parametrize("change", ["event", "epoch", "end"])
async def test_without_any_hint_the_log_is_watched(deaf, hub, stored_board, change: str):
    ear = Ear()
    await join(hub, ear)
    if change == "event":
        await in_database(append, stored_board.pk, "a")
        await ear.until(lambda: ear.seqs == [1])
    elif change == "epoch":
        await in_database(begin_new_epochs)
        await ear.until(lambda: len(ear.states) == 1)
    else:
        await in_database(close_stream, stored_board.pk)
        await ear.until(lambda: ear.has_ended)


async def test_a_stream_that_ends_is_forgotten_and_a_later_one_of_its_name_is_another(hub, stored_board):
    ear = Ear()
    old = await join(hub, ear)
    await in_database(close_stream, stored_board.pk)
    await ear.until(lambda: ear.has_ended)
    assert hub._feeds == {}
    assert await hub.join(kind=KIND, name="main", listener=Ear()) is None
    assert hub._feeds == {}
    again = await in_database(open_board)
    new = await join(hub, Ear())
    assert (new.stream_id, new.epoch) == (again.pk, again.epoch) != (old.stream_id, old.epoch)


async def test_a_stream_that_ends_while_it_is_joined_is_not_there(hub, stored_board, monkeypatch):
    monkeypatch.setattr(module, "stream_id_of", lambda **_: stored_board.pk + 1000)
    async with asyncio.timeout(10):
        assert await hub.join(kind=KIND, name="main", listener=Ear()) is None
    assert hub._feeds == {}


async def test_many_may_join_at_once_and_hear_their_stream_alone(hub, stored_board):
    other = await in_database(open_board, "other")
    ears, bo = [Ear() for _ in range(20)], Ear()
    feeds = await asyncio.gather(*(join(hub, ear) for ear in ears), join(hub, bo, "other"))
    assert len({id(feed) for feed in feeds}) == 2
    await in_database(append, other.pk, "b", "c")
    await in_database(append, stored_board.pk, "a")
    await until(lambda: bo.seqs == [1, 2] and all(ear.seqs == [1] for ear in ears))


async def test_who_joins_while_events_come_hears_all_that_follow(hub, stored_board):
    ears: list[tuple[Ear, int, int]] = []
    for number in range(20):
        writing = asyncio.create_task(in_database(append, stored_board.pk, number))
        ear = Ear()
        feed = await join(hub, ear)
        ears.append((ear, feed.top, len(ear.seqs)))
        await writing
    await until(lambda: all(ear.seqs[-1:] == [20] for ear, top, _ in ears if top < 20))
    for ear, top, heard_while_joining in ears:
        assert ear.seqs[heard_while_joining:] == list(range(top + 1, 21))
        assert ear.seqs == sorted(set(ear.seqs))


async def test_who_has_left_hears_nothing_and_the_last_one_ends_the_feed(hub, stored_board):
    ada, bo = Ear(), Ear()
    feed = await join(hub, ada)
    await join(hub, bo)
    hub.leave(feed, ada)
    await in_database(append, stored_board.pk, "a")
    await bo.until(lambda: bo.seqs == [1])
    assert ada.frames == []
    hub.leave(feed, bo)
    assert hub._feeds == {}
    hub.receive(Hint(stored_board.pk, stored_board.epoch, 2, None))


async def test_the_watch_outlives_a_database_that_fails(deaf, hub, stored_board, monkeypatch, caplog):
    monkeypatch.setattr(module, "WATCH_RETRY_SECONDS", 0.001)
    failures = [OperationalError("away")] * 3

    def failing(stream_ids):
        if failures:
            raise failures.pop()
        return tops_of(stream_ids)

    ear = Ear()
    await join(hub, ear)
    monkeypatch.setattr(module, "tops_of", failing)
    await in_database(append, stored_board.pk, "a")
    await ear.until(lambda: ear.seqs == [1])
    assert failures == []
    assert "The log can't be watched" in caplog.text


async def test_a_change_is_looked_at_again_while_a_stream_starts(hub, stored_board):
    hub._feeds[stored_board.pk] = Feed(stream_id=stored_board.pk, kind=KIND, on_end=lambda feed: None)
    looking: DatabaseWatch[None] = DatabaseWatch(lambda: None)
    setattr(looking, "_version", 1)  # noqa: B010 - else mypy would think that it stays
    assert await in_database(hub._read_news, looking) is None
    assert looking._version is None
    await looking.close()


async def test_a_join_that_fails_leaves_nobody_behind(hub, stored_board, monkeypatch):
    def fail(stream_ids):
        raise OperationalError("away")

    monkeypatch.setattr("apps.realtime.feed.tops_of", fail)
    with pytest.raises(OperationalError):
        await hub.join(kind=KIND, name="main", listener=Ear())
    assert hub._feeds == {}
    monkeypatch.undo()


async def test_nothing_is_watched_while_nobody_listens(hub, stored_board):
    assert not hub._watch
    ear = Ear()
    feed = await join(hub, ear)
    assert hub._watches
    hub.leave(feed, ear)
    await until(lambda: not hub._watches)
    await join(hub, ear)
    await in_database(append, stored_board.pk, "a")
    await ear.until(lambda: ear.seqs == [1])


# --- Its life ----------------------------------------------------------------------------------------


async def test_a_loop_has_one_hub_that_records_at_its_end_what_was_published(hub, stored_board):
    ear = Ear()
    await join(hub, ear)
    assert current_hub() is hub
    await in_database(append, stored_board.pk, "a", "b")
    await ear.until(lambda: len(ear.seqs) == 2)
    await stop_current_hub()
    assert recorded_marks() == {str(stored_board.pk): Mark(stored_board.epoch, 2)}
    await in_database(append, stored_board.pk, "after the end")
    await stop_current_hub()
    assert current_hub() is not hub
    assert ear.seqs == [1, 2]


async def test_draining_closes_every_connection_and_then_the_hub(hub, stored_board, monkeypatch):
    monkeypatch.setattr("apps.realtime.lifecycle.DRAIN_SECONDS", 0)
    ears = [Ear(), Ear()]
    hub.connections.update(ears)
    await drain()
    assert all(ear.has_ended for ear in ears)
    assert current_hub() is not hub


async def test_draining_an_idle_server_takes_no_time(hub, monkeypatch):
    monkeypatch.setattr("apps.realtime.lifecycle.DRAIN_SECONDS", 1000)
    async with asyncio.timeout(10):
        await drain()
