"""A feed gives its listeners every event once and in order, whatever becomes of the hints."""

import asyncio
import itertools
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.realtime import feed as module
from apps.realtime.database_reads import run_in_reader
from apps.realtime.feed import MAX_EARLY, Feed
from apps.realtime.models import Stream
from apps.realtime.publishing import Hint
from apps.realtime.selectors import StreamHead, tops_of
from apps.realtime.services import begin_new_epochs, close_stream
from apps.realtime.tests.boards import KIND, append, open_board, texts_of
from apps.realtime.tests.recording_listener import PATIENCE_SECONDS, RecordingListener, in_database, until

pytestmark = pytest.mark.usefixtures("readers")


@pytest.fixture
async def feed(stored_board: Stream) -> AsyncIterator[Feed]:
    """A feed of a board that has nothing yet, which receives only the hints of the test."""
    made = feed_of(stored_board)
    await made.start()
    yield made
    made.stop()


@pytest.fixture
async def ear(feed: Feed) -> RecordingListener:
    """Ada listens."""
    listener = RecordingListener()
    feed.listeners.add(listener)
    return listener


def feed_of(board: Stream) -> Feed:
    return Feed(stream_id=board.pk, kind=KIND, on_end=lambda feed: None)


async def hints_of(board: Stream, *payloads: object, are_carried: bool = True) -> list[Hint]:
    """Appends events, and gives the hints that would be published."""
    seqs = await in_database(append, board.pk, *payloads)
    texts = (await in_database(texts_of, board.pk))[-len(seqs) :]
    epoch = (await in_database(tops_of, [board.pk]))[board.pk].epoch
    return [
        Hint(board.pk, epoch, seq, text if are_carried else None)
        for seq, text in zip(seqs, texts, strict=True)
    ]


async def reached(feed: Feed, seq: int) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        await feed.wait_for_seq(seq)


async def settled(feed: Feed) -> None:
    """Until it has nothing to do."""
    await until(lambda: not feed._is_busy)


async def test_hints_in_order_are_delivered_without_the_log(stored_board, feed, ear, monkeypatch):
    hints = await hints_of(stored_board, "a", "b", "c")
    monkeypatch.setattr("apps.realtime.feed.next_events", lambda *args, **kwargs: 1 / 0)
    for hint in hints:
        feed.receive(hint)
        await asyncio.sleep(0)
        assert ear.seqs == list(range(1, hint.seq + 1))
        await settled(feed)
    assert ear.texts == await in_database(texts_of, stored_board.pk)
    assert [message.resume_from for message in ear.messages] == [
        (stored_board.epoch, seq) for seq in (1, 2, 3)
    ]


async def test_a_gap_larger_than_a_portion_is_filled(stored_board, feed, ear, monkeypatch):
    monkeypatch.setattr("apps.realtime.feed.FILL_BATCH", 3)
    hints = await hints_of(stored_board, *range(10))
    feed.receive(hints[-1])
    await reached(feed, 10)
    assert ear.seqs == list(range(1, 11))


async def test_a_hint_of_an_event_that_was_never_stored_has_no_effect(stored_board, feed, ear):
    feed.receive(Hint(stored_board.pk, stored_board.epoch, 7, None))
    assert feed._is_busy
    await settled(feed)
    hints = await hints_of(stored_board, "a")
    feed.receive(hints[0])
    await reached(feed, 1)
    assert ear.seqs == [1]


async def test_early_hints_are_buffered_within_a_limit(stored_board, feed, ear, monkeypatch):
    monkeypatch.setattr(feed, "_schedule_step", lambda: None)
    for seq in range(2, MAX_EARLY + 100):
        feed.receive(Hint(stored_board.pk, stored_board.epoch, seq, "{}"))
    assert len(feed._early) == MAX_EARLY


async def test_a_hint_during_the_read_of_the_top_is_not_lost(stored_board, monkeypatch):
    feed, ear = feed_of(stored_board), RecordingListener()
    feed.listeners.add(ear)

    async def read_too_early(*read):
        top = await run_in_reader(*read)
        (hint,) = await hints_of(stored_board, "a")
        feed.receive(hint)
        return top

    with monkeypatch.context() as patch:
        patch.setattr(module, "run_in_reader", read_too_early)
        await feed.start()
    await ear.until(lambda: ear.seqs == [1])
    assert feed.top == 1
    feed.stop()


async def test_a_listener_that_leaves_during_its_delivery_affects_no_other(stored_board, feed):
    class Leaving(RecordingListener):
        def deliver(self, batch):
            super().deliver(batch)
            feed.listeners.discard(self)

    ears = [Leaving(), RecordingListener(), Leaving()]
    for ear in ears:
        feed.listeners.add(ear)
    for hint in await hints_of(stored_board, "a", "b"):
        feed.receive(hint)
        await reached(feed, hint.seq)
    assert sorted(len(ear.seqs) for ear in ears) == [1, 1, 2]


async def test_a_late_hint_of_an_old_epoch_costs_no_listener_an_event(stored_board, feed, ear):
    old = await hints_of(stored_board, "a")
    await in_database(begin_new_epochs)
    feed.compare((await in_database(tops_of, [stored_board.pk]))[stored_board.pk])
    await ear.until(lambda: len(ear.states) == 1)
    new = await hints_of(stored_board, "b")
    feed.receive(old[0])
    feed.receive(new[0])
    await reached(feed, 2)
    assert (ear.seqs, len(ear.states)) == ([2], 1)


async def test_a_stream_that_ends_is_reported_once(stored_board, ear, feed):
    ended: list[Feed] = []
    feed._on_end = ended.append
    await in_database(close_stream, stored_board.pk)
    feed.receive(Hint(stored_board.pk, "", 0, None))
    await ear.until(lambda: ear.has_ended)
    feed.compare(None)
    assert ended == [feed]
    assert feed.has_ended


EVENTS = 8
numbers = itertools.count()


@st.composite
def hints_as_they_come(draw: st.DrawFn) -> list[tuple[int, bool, bool]]:
    """For each hint: which event, whether it carries the message, whether the loop turns behind it.

    Some are lost, some are doubled, in any order.
    """
    seqs = draw(st.lists(st.integers(1, EVENTS), max_size=2 * EVENTS))
    return [(seq, draw(st.booleans()), draw(st.booleans())) for seq in seqs]


@given(coming=hints_as_they_come(), joins_at=st.integers(0, 2 * EVENTS))
async def test_listeners_get_every_event_once_and_in_order(readers, coming, joins_at: int):
    board = await in_database(open_board, f"board {next(numbers)}")
    feed, ada, bo = feed_of(board), RecordingListener(), RecordingListener()
    await feed.start()
    feed.listeners.add(ada)
    hints = await hints_of(board, *range(EVENTS))
    bo_from = None
    for index, (seq, is_carried, loop_turns) in enumerate(coming):
        if index == joins_at:
            feed.listeners.add(bo)
            bo_from = feed.top
        hint = hints[seq - 1]
        feed.receive(hint if is_carried else hint._replace(message=None))
        if loop_turns:
            await asyncio.sleep(0)
    feed.compare(StreamHead(board.pk, board.epoch, EVENTS))
    await reached(feed, EVENTS)
    assert ada.seqs == list(range(1, EVENTS + 1))
    assert ada.texts == [hint.message for hint in hints]
    assert bo.seqs == ([] if bo_from is None else list(range(bo_from + 1, EVENTS + 1)))
    feed.stop()
