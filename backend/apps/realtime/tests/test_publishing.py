"""Hints go out in order without anybody waiting for them; a lost one is counted and never raised."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from channels.layers import InMemoryChannelLayer

from apps.realtime import publishing
from apps.realtime.publishing import (
    FIRST_BREAK_SECONDS,
    LAST_BREAK_SECONDS,
    MAX_HINTED_MESSAGE_BYTES,
    MAX_MESSAGE_BYTES,
    MAX_UNDER_WAY,
    MAX_WAITING_HINTS,
    Hint,
    Publisher,
    attach,
    detach,
    hints_from,
    publish,
)
from apps.realtime.tests.layers import FakeLayer, hint
from apps.realtime.tests.recording_listener import until
from core.request_context import deferring
from core.tests.clocks import FakeClock


@pytest.fixture
async def layer(monkeypatch) -> FakeLayer:
    fake = FakeLayer()
    monkeypatch.setattr(publishing, "get_channel_layer", lambda: fake)
    return fake


@dataclass
class Outcome:
    delivered: list[Hint] = field(default_factory=list)
    recorded: list[Hint] = field(default_factory=list)


@pytest.fixture
async def outcome() -> Outcome:
    return Outcome()


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


def untimed(hint: Hint) -> Hint:
    """What it says, without when it was published."""
    assert hint.committed_at > 0
    return hint._replace(committed_at=0.0)


async def drained(publisher: Publisher, outcome: Outcome, count: int) -> None:
    """Waits until so many hints were taken and none waits any more."""
    await until(lambda: len(outcome.delivered) >= count and publisher.is_idle)


async def send_together(publisher: Publisher, layer: FakeLayer, outcome: Outcome, hints: list[Hint]) -> None:
    """While the layer does not answer they are published, as many as it is asked to take at once."""
    layer.answers.clear()
    for one in hints:
        publish(one)
    streams = {one.stream_id for one in hints}
    await until(lambda: len(outcome.delivered) == len(hints))
    await until(lambda: layer.tried == min(MAX_UNDER_WAY, len(streams)))
    layer.answers.set()
    await drained(publisher, outcome, len(hints))


async def tried(publisher: Publisher, layer: FakeLayer, outcome: Outcome) -> bool:
    """Publishes the next hint; whether the layer was asked to take it."""
    before, seq = layer.tried, len(outcome.delivered) + 1
    publish(hint(seq))
    await drained(publisher, outcome, seq)
    return layer.tried == before + 1


async def test_hints_are_not_sent_through_a_channel_layer_in_memory(publisher, layer, outcome, monkeypatch):
    class InMemory(FakeLayer, InMemoryChannelLayer):  # type: ignore[misc]  # it has no types
        """Ends within this process."""

    near = InMemory()
    monkeypatch.setattr(publishing, "get_channel_layer", lambda: near)
    publish(hint(1))
    await until(lambda: outcome.delivered)
    second = Publisher(lambda hint: None, lambda hints: None)
    attach(second)  # another loop's, which only the layer leads to
    second.publish(hint(2)._replace(committed_at=1.0))
    await near.until_sent(1)
    detach(second)
    ((_, message),) = near.sent
    assert [hinted.seq for hinted in hints_from(message)] == [2]


async def test_hints_of_many_threads_arrive_in_the_order_of_each_thread(publisher, layer, outcome):
    def run(first: int) -> None:
        for seq in range(first, first + 50):
            publish(hint(seq))

    await asyncio.gather(*(asyncio.to_thread(run, first) for first in (0, 100, 200)))
    await drained(publisher, outcome, 150)
    sent = layer.seqs
    assert sent == [delivered.seq for delivered in outcome.delivered]
    for first in (0, 100, 200):
        assert [seq for seq in sent if first <= seq < first + 50] == list(range(first, first + 50))


async def test_hints_of_requests_wait_for_the_first_response_and_keep_their_order(publisher, layer, outcome):
    with deferring() as first:
        publish(hint(1))
    with deferring() as second:
        publish(hint(2))
    await asyncio.sleep(0)
    assert not outcome.delivered
    second.run()
    await drained(publisher, outcome, 2)
    first.run()
    publish(hint(3))  # of a command, say: at once
    await drained(publisher, outcome, 3)
    assert [delivered.seq for delivered in outcome.delivered] == layer.seqs == [1, 2, 3]


@pytest.mark.parametrize(
    ("message", "is_carried"),
    [
        ("a" * MAX_HINTED_MESSAGE_BYTES, True),
        ("a" * (MAX_HINTED_MESSAGE_BYTES + 1), False),
        ("🎵" * (MAX_HINTED_MESSAGE_BYTES // 4 + 1), False),
        (None, False),
    ],
    ids=["as large as may be", "one more", "few characters of many bytes", "none"],
)
async def test_only_a_small_message_is_part_of_its_hint(
    publisher, layer, outcome, message: str | None, is_carried: bool
):
    publish(hint(1, message))
    await layer.until_sent(1)
    assert layer.hints[0].message == (message if is_carried else None)
    assert outcome.delivered[0].message == message


async def test_each_failure_lengthens_the_pause_and_a_success_resets_it(publisher, layer, outcome, clock):
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


async def test_hints_published_during_a_send_are_joined_in_the_next_message(publisher, layer, outcome):
    layer.answers.clear()
    publish(hint(1))
    await until(lambda: layer.tried == 1)
    for seq in range(2, 102):
        publish(hint(seq))
        publish(hint(seq, stream_id=8))
    await until(lambda: len(outcome.delivered) == 201)
    layer.answers.set()
    await drained(publisher, outcome, 201)
    sent = [(group, len(message["hints"])) for group, message in layer.sent]
    assert sorted(sent) == [("stream.7", 1), ("stream.7", 100), ("stream.8", 1), ("stream.8", 99)]
    for stream_id, first in ((7, 1), (8, 2)):
        hinted = [hint.seq for hint in layer.hints if hint.stream_id == stream_id]
        assert hinted == list(range(first, 102))


async def test_streams_are_sent_concurrently_within_a_limit(publisher, layer, outcome):
    streams = range(3 * MAX_UNDER_WAY)
    hints = [hint(seq, stream_id=stream_id) for seq in (1, 2) for stream_id in streams]
    await send_together(publisher, layer, outcome, hints)
    for stream_id in streams:
        assert [hint.seq for hint in layer.hints if hint.stream_id == stream_id] == [1, 2]
    assert layer.most_at_once == MAX_UNDER_WAY


async def test_a_send_in_progress_is_completed_at_shutdown(publisher, layer, outcome):
    layer.answers.clear()
    for seq in (1, 2):
        publish(hint(seq))
    await until(lambda: layer.tried == 1)
    await publisher.stop()
    assert publisher.is_idle
    assert layer.sent == []


async def test_concurrent_failures_cause_one_pause(publisher, layer, outcome, clock):
    layer.failure = ConnectionError("away")
    hints = [hint(1, stream_id=stream_id) for stream_id in range(MAX_UNDER_WAY)]
    await send_together(publisher, layer, outcome, hints)
    assert publisher.failures == MAX_UNDER_WAY
    clock.advance(FIRST_BREAK_SECONDS)
    assert await tried(publisher, layer, outcome)
    clock.advance(2 * FIRST_BREAK_SECONDS)
    assert await tried(publisher, layer, outcome)


async def test_a_message_has_a_maximum_size_and_the_rest_follows_in_order(publisher, layer, outcome):
    large = "a" * MAX_HINTED_MESSAGE_BYTES
    await send_together(publisher, layer, outcome, [hint(seq, large) for seq in range(1, 101)])
    assert layer.seqs == list(range(1, 101))
    assert {
        len(message["hints"]) * MAX_HINTED_MESSAGE_BYTES <= MAX_MESSAGE_BYTES for _, message in layer.sent
    } == {True}


async def test_a_layer_that_does_not_respond_times_out(publisher, layer, outcome, monkeypatch):
    monkeypatch.setattr(publishing, "SEND_DEADLINE_SECONDS", 0.01)
    layer.answers.clear()
    publish(hint(1))
    await drained(publisher, outcome, 1)
    assert publisher.failures == 1


async def test_while_the_layer_is_slow_the_oldest_hints_are_dropped(publisher, layer, outcome):
    await send_together(publisher, layer, outcome, [hint(seq) for seq in range(MAX_WAITING_HINTS + 100)])
    sent = layer.seqs
    assert sent[-1] == MAX_WAITING_HINTS + 99
    assert len(sent) <= MAX_WAITING_HINTS + 1
    assert sent == sorted(sent)


async def test_published_hints_are_recorded_once_without_their_messages(
    publisher, layer, outcome, monkeypatch
):
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


def test_publishing_after_the_loop_ended_is_no_failure():
    async def make() -> Publisher:
        return Publisher(lambda hint: None, lambda hints: None)

    publisher = asyncio.run(make())
    publisher.publish(hint(1))
