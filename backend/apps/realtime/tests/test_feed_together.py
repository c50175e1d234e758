"""What comes together is given together, in slices; until all have it, the top stays where it was."""

import asyncio

import pytest

from apps.realtime import fanout
from apps.realtime import feed as module
from apps.realtime.feed import Feed
from apps.realtime.publishing import Hint
from apps.realtime.tests.recording_listener import RecordingListener, until


@pytest.fixture
async def feed() -> Feed:
    made = Feed(stream_id=7, kind="board", on_end=lambda feed: None)
    made.epoch = "e"
    return made


def hear(feed: Feed, *seqs: int, text: str = "{}") -> None:
    for seq in seqs:
        feed.receive(Hint(7, "e", seq, text))


def listen(feed: Feed, count: int) -> list[RecordingListener]:
    ears = [RecordingListener() for _ in range(count)]
    for ear in ears:
        feed.listeners.add(ear)
    return ears


async def test_a_batch_has_a_maximum_size_and_the_rest_follows(feed, monkeypatch):
    monkeypatch.setattr(module, "MAX_BATCH_CHARACTERS", 10)
    (ear,) = listen(feed, 1)
    hear(feed, 1, 2, 3, text="12345")
    hear(feed, 4, text="x" * 100)
    hear(feed, 5, text="12345")
    await until(lambda: feed.top == 5)
    assert (ear.seqs, ear.batches) == ([1, 2, 3, 4, 5], [2, 1, 1, 1])


async def test_a_listener_that_joins_during_a_batch_gets_all_events_after_its_top(feed, monkeypatch):
    monkeypatch.setattr(fanout, "SLICE", 2)
    listen(feed, 5)
    hear(feed, 1, 2)
    joined: list[tuple[RecordingListener, int]] = []
    for seq in range(3, 40):
        joined.append((listen(feed, 1)[0], feed.top))
        hear(feed, seq)
        await asyncio.sleep(0)
    await until(lambda: feed.top == 39)
    for ear, top in joined:
        assert ear.seqs == list(range(top + 1, 40))
    assert len({top for _, top in joined}) > 3


async def test_duplicate_hints_during_a_delivery_have_no_effect(feed, monkeypatch):
    monkeypatch.setattr(fanout, "SLICE", 1)
    ears = listen(feed, 4)
    for seq in range(1, 6):
        feed.receive(Hint(7, "e", seq, "{}", committed_at=1.0))
        await asyncio.sleep(0)
        feed.receive(Hint(7, "e", seq, "{}", committed_at=1.0))
    await until(lambda: feed.top == 5 and not feed._is_busy)
    assert all(ear.seqs == [1, 2, 3, 4, 5] for ear in ears)
    assert (feed._early, feed._committed_at) == ({}, {})


class Answering(RecordingListener):
    """Has two events encoded again for each batch: one before all have heard it, one a little later."""

    def __init__(self, feed: Feed, *, answers: int) -> None:
        super().__init__()
        self._feed = feed
        self._unsaid = list(range(2, 2 + 2 * answers))

    def deliver(self, batch):
        super().deliver(batch)
        if self._unsaid:
            hear(self._feed, self._unsaid.pop(0))
            asyncio.get_running_loop().call_later(0, hear, self._feed, self._unsaid.pop(0))


@pytest.mark.parametrize(("long_seconds", "together"), [(0, [1, 2, 2, 2, 2]), (60, [1, 1])])
async def test_after_a_slow_batch_the_next_events_are_collected(feed, monkeypatch, long_seconds, together):
    monkeypatch.setattr(module, "LONG_BATCH_SECONDS", long_seconds)
    monkeypatch.setattr(module, "PAUSE_SECONDS", 0.05)
    ear = Answering(feed, answers=4)
    feed.listeners.add(ear)
    hear(feed, 1)
    await until(lambda: feed.top == 9)
    assert ear.batches[: len(together)] == together
    assert ear.seqs == list(range(1, 10))


async def test_a_larger_batch_than_the_last_is_sent_immediately(feed, monkeypatch):
    monkeypatch.setattr(module, "LONG_BATCH_SECONDS", 0)
    monkeypatch.setattr(module, "PAUSE_SECONDS", 3600)

    class Busy(RecordingListener):
        def deliver(self, batch):
            super().deliver(batch)
            if batch.seq == 1:
                hear(feed, 2, 3)

    feed.listeners.add(Busy())
    hear(feed, 1)
    await until(lambda: feed.top == 3)
