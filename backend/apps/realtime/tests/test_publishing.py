"""Hints go out in order without anybody waiting for them; a lost one is counted and never raised."""

import asyncio
import threading
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest
from channels.layers import InMemoryChannelLayer

from apps.realtime import publishing
from apps.realtime.publishing import (
    FIRST_BREAK_SECONDS,
    LAST_BREAK_SECONDS,
    MAX_HINTED_FRAME_BYTES,
    MAX_MESSAGE_BYTES,
    MAX_UNDER_WAY,
    MAX_WAITING_HINTS,
    Hint,
    Publisher,
    attach,
    detach,
    group_of,
    hints_from,
    publish,
)
from apps.realtime.tests.listening import PATIENCE_SECONDS, until
from core.tests.clocks import FakeClock


class FakeLayer:
    """A channel layer that keeps what is sent, or fails, or never answers."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, dict[str, Any]]] = []
        self.failure: Exception | None = None
        self.open = asyncio.Event()
        self.open.set()
        self.tried = 0
        self.most_at_once = self._at_once = 0
        self.changed = asyncio.Condition()

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        self.tried += 1
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        async with self.changed:
            self.changed.notify_all()
        try:
            await self.open.wait()
        finally:
            self._at_once -= 1
        if self.failure is not None:
            raise self.failure
        self.sent.append((group, message))
        async with self.changed:
            self.changed.notify_all()

    @property
    def hints(self) -> list[Hint]:
        """What was sent."""
        return [hint for _, message in self.sent for hint in hints_from(message)]

    @property
    def seqs(self) -> list[int]:
        return [hint.seq for hint in self.hints]

    async def until(self, sent: int) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS), self.changed:
            await self.changed.wait_for(lambda: len(self.sent) >= sent)


@pytest.fixture
async def layer(monkeypatch) -> FakeLayer:
    fake = FakeLayer()
    monkeypatch.setattr(publishing, "get_channel_layer", lambda: fake)
    return fake


class Outcome(SimpleNamespace):
    delivered: list[Hint]
    recorded: list[Hint]


@pytest.fixture
async def outcome() -> Outcome:
    return Outcome(delivered=[], recorded=[])


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def publisher(layer: FakeLayer, outcome: Outcome, clock: FakeClock) -> AsyncIterator[Publisher]:
    made = Publisher(
        lambda hint: outcome.delivered.append(untimed(hint)),
        lambda hints: outcome.recorded.extend(map(untimed, hints)),
        clock=clock,
    )
    attach(made)
    yield made
    detach(made)


def hint(seq: int, frame: str | None = "{}") -> Hint:
    return Hint(7, "e", seq, frame)


def untimed(hint: Hint) -> Hint:
    """What it says, without when it was published."""
    assert hint.committed_at > 0
    return hint._replace(committed_at=0.0)


async def test_a_hint_reaches_the_own_hub_and_the_layer(publisher, layer, outcome):
    publish(hint(1))
    await layer.until(sent=1)
    assert outcome.delivered == [hint(1)]
    ((group, message),) = layer.sent
    assert group == group_of(7) == "stream.7"
    assert message["type"] == "hints"
    assert [untimed(told) for told in hints_from(message)] == [hint(1)]


async def test_a_layer_in_memory_is_not_asked_to_tell_the_own_hub_again(
    publisher, layer, outcome, monkeypatch
):
    class InMemory(FakeLayer, InMemoryChannelLayer):  # type: ignore[misc]  # it has no types
        """Ends within this process."""

    near = InMemory()
    monkeypatch.setattr(publishing, "get_channel_layer", lambda: near)
    publish(hint(1))
    await until(lambda: outcome.delivered)
    second = Publisher(lambda hint: None, lambda hints: None)
    attach(second)  # another loop's, which only the layer leads to
    second.publish(hint(2)._replace(committed_at=1.0))
    await near.until(sent=1)
    detach(second)
    ((_, message),) = near.sent
    assert [told.seq for told in hints_from(message)] == [2]


async def test_hints_of_many_threads_all_arrive_and_each_thread_s_in_order(publisher, layer, outcome):
    def run(first: int) -> None:
        for seq in range(first, first + 50):
            publish(hint(seq))

    threads = [threading.Thread(target=run, args=(first,)) for first in (0, 100, 200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    await drained(publisher, outcome, 150)
    sent = layer.seqs
    assert sent == [delivered.seq for delivered in outcome.delivered]
    for first in (0, 100, 200):
        assert [seq for seq in sent if first <= seq < first + 50] == list(range(first, first + 50))


@pytest.mark.parametrize(
    ("frame", "is_carried"),
    [
        ("a" * MAX_HINTED_FRAME_BYTES, True),
        ("a" * (MAX_HINTED_FRAME_BYTES + 1), False),
        ("🎵" * (MAX_HINTED_FRAME_BYTES // 4 + 1), False),
        (None, False),
    ],
    ids=["as large as may be", "one more", "few characters of many bytes", "none"],
)
async def test_only_a_small_frame_is_carried(publisher, layer, outcome, frame: str | None, is_carried: bool):
    publish(hint(1, frame))
    await layer.until(sent=1)
    assert layer.hints[0].frame == (frame if is_carried else None)
    assert outcome.delivered[0].frame == frame


@pytest.mark.parametrize("failure", [ConnectionError("away"), RuntimeError("bug"), OSError("reset")])
async def test_a_hint_that_the_layer_loses_is_counted_and_raises_nothing(
    publisher, layer, outcome, failure: Exception, caplog
):
    layer.failure = failure
    await tried(publisher, layer, outcome)
    assert publisher.failures == 1
    assert outcome.delivered == [hint(1)]
    assert "Hints were lost" in caplog.text


async def test_each_failure_makes_the_break_longer_and_a_success_ends_that(publisher, layer, outcome, clock):
    layer.failure = ConnectionError("away")
    for seconds in (FIRST_BREAK_SECONDS, 0.5, 1.0, LAST_BREAK_SECONDS, LAST_BREAK_SECONDS):
        assert await tried(publisher, layer, outcome)
        clock.advance(seconds - 0.125)
        assert not await tried(publisher, layer, outcome)
        clock.advance(0.125)
    assert publisher.failures == 5
    layer.failure = None
    assert await tried(publisher, layer, outcome)
    assert layer.seqs == [11]
    layer.failure = ConnectionError("away")
    assert await tried(publisher, layer, outcome)
    clock.advance(FIRST_BREAK_SECONDS)
    assert await tried(publisher, layer, outcome)


async def tried(publisher: Publisher, layer: FakeLayer, outcome: Outcome) -> bool:
    """Publishes the next hint; whether the layer was asked to take it."""
    before, seq = layer.tried, len(outcome.delivered) + 1
    publish(hint(seq))
    await drained(publisher, outcome, seq)
    return layer.tried == before + 1


async def test_what_comes_while_a_message_is_under_way_goes_together_in_the_next(publisher, layer, outcome):
    layer.open.clear()
    publish(hint(1))
    await until(lambda: layer.tried == 1)
    for seq in range(2, 102):
        publish(hint(seq))
        publish(hint(seq)._replace(stream_id=8))
    await until(lambda: len(outcome.delivered) == 201)
    layer.open.set()
    await drained(publisher, outcome, 201)
    sent = [(group, len(message["hints"])) for group, message in layer.sent]
    assert sorted(sent) == [("stream.7", 1), ("stream.7", 100), ("stream.8", 1), ("stream.8", 99)]
    for stream_id, first in ((7, 1), (8, 2)):
        told = [hint.seq for hint in layer.hints if hint.stream_id == stream_id]
        assert told == list(range(first, 102))


async def test_streams_do_not_wait_for_each_other_and_are_not_sent_without_bounds(publisher, layer, outcome):
    layer.open.clear()
    streams = range(3 * MAX_UNDER_WAY)
    for seq in (1, 2):
        for stream_id in streams:
            publish(hint(seq)._replace(stream_id=stream_id))
    await until(lambda: len(outcome.delivered) == 2 * len(streams))
    await until(lambda: layer.tried == MAX_UNDER_WAY)
    layer.open.set()
    await drained(publisher, outcome, 2 * len(streams))
    for stream_id in streams:
        assert [hint.seq for hint in layer.hints if hint.stream_id == stream_id] == [1, 2]
    assert layer.most_at_once == MAX_UNDER_WAY


async def test_what_is_under_way_at_the_end_is_ended(publisher, layer, outcome):
    layer.open.clear()
    for seq in (1, 2):
        publish(hint(seq))
    await until(lambda: layer.tried == 1)
    await publisher.stop()
    assert publisher.is_idle
    assert layer.sent == []


async def test_those_that_fail_together_make_one_break(publisher, layer, outcome, clock):
    layer.open.clear()
    layer.failure = ConnectionError("away")
    for stream_id in range(MAX_UNDER_WAY):
        publish(hint(1)._replace(stream_id=stream_id))
    await until(lambda: layer.tried == MAX_UNDER_WAY)
    layer.open.set()
    await drained(publisher, outcome, MAX_UNDER_WAY)
    assert publisher.failures == MAX_UNDER_WAY
    clock.advance(FIRST_BREAK_SECONDS)
    assert await tried(publisher, layer, outcome)
    clock.advance(2 * FIRST_BREAK_SECONDS)
    assert await tried(publisher, layer, outcome)


async def test_a_message_carries_so_much_and_the_rest_follows_in_order(publisher, layer, outcome):
    layer.open.clear()
    large = "a" * MAX_HINTED_FRAME_BYTES
    for seq in range(1, 101):
        publish(hint(seq, large))
    await until(lambda: len(outcome.delivered) == 100)
    layer.open.set()
    await drained(publisher, outcome, 100)
    assert layer.seqs == list(range(1, 101))
    assert {
        len(message["hints"]) * MAX_HINTED_FRAME_BYTES <= MAX_MESSAGE_BYTES for _, message in layer.sent
    } == {True}


async def drained(publisher: Publisher, outcome: Outcome, count: int) -> None:
    """Waits until so many hints were taken and none waits any more."""
    await until(lambda: len(outcome.delivered) >= count and publisher.is_idle)


async def test_a_layer_that_does_not_answer_is_given_up(publisher, layer, outcome, monkeypatch):
    monkeypatch.setattr(publishing, "SEND_DEADLINE_SECONDS", 0.01)
    layer.open.clear()
    publish(hint(1))
    await drained(publisher, outcome, 1)
    assert publisher.failures == 1


async def test_while_the_layer_is_slow_the_oldest_hints_are_dropped(publisher, layer, outcome):
    layer.open.clear()
    for seq in range(MAX_WAITING_HINTS + 100):
        publish(hint(seq))
    await until(lambda: len(outcome.delivered) == MAX_WAITING_HINTS + 100)
    layer.open.set()
    await drained(publisher, outcome, MAX_WAITING_HINTS + 100)
    sent = layer.seqs
    assert sent[-1] == MAX_WAITING_HINTS + 99
    assert len(sent) <= MAX_WAITING_HINTS + 1
    assert sent == sorted(sent)


async def test_what_was_published_is_recorded_once_without_its_frames(publisher, layer, outcome, monkeypatch):
    monkeypatch.setattr(publishing, "RECORD_SECONDS", 0.01)
    publish(hint(1))
    publish(hint(2))
    await until(lambda: outcome.recorded)
    monkeypatch.setattr(publishing, "RECORD_SECONDS", 3600)
    publish(hint(3))
    await drained(publisher, outcome, 3)
    publisher.record_now()
    publisher.record_now()
    assert outcome.recorded == [hint(2, None), hint(3, None)]


async def test_a_process_that_serves_nobody_publishes_nothing(publisher, layer, outcome):
    detach(publisher)
    detach(publisher)
    publish(hint(1))
    await asyncio.sleep(0)
    assert (outcome.delivered, layer.tried) == ([], 0)


def test_a_loop_that_has_ended_is_no_failure():
    async def make() -> Publisher:
        return Publisher(lambda hint: None, lambda hints: None)

    publisher = asyncio.run(make())
    publisher.publish(hint(1))
