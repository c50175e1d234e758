"""Memberships in the layer's groups: as wanted, also after an outage of the layer; callers wait briefly."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest

from apps.realtime import subscriptions as module
from apps.realtime.publishing import Hint, _message, group_of
from apps.realtime.subscriptions import Subscriptions
from apps.realtime.tests.layers import FakeLayer, hint
from apps.realtime.tests.recording_listener import PATIENCE_SECONDS, until


@pytest.fixture
async def layer(monkeypatch) -> FakeLayer:
    fake = FakeLayer()
    monkeypatch.setattr(module, "get_channel_layer", lambda: fake)
    monkeypatch.setattr(module, "FIRST_RETRY_SECONDS", 0.001)
    monkeypatch.setattr(module, "LAST_RETRY_SECONDS", 0.004)
    monkeypatch.setattr(module, "JOIN_DEADLINE_SECONDS", 0.02)
    return fake


@pytest.fixture
async def received() -> list[Hint]:
    return []


@pytest.fixture
async def subscriptions(layer: FakeLayer, received: list[Hint]) -> AsyncIterator[Subscriptions]:
    made = Subscriptions(received.append)
    yield made
    await made.stop()


async def test_a_subscriber_is_a_member_immediately_and_until_it_unsubscribes(subscriptions, layer, received):
    for stream_id in (7, 8, 7):
        await subscriptions.add(stream_id)
    assert layer.joins == 2
    assert layer.groups[group_of(7)] == layer.groups[group_of(8)], "one channel serves all streams"
    await layer.group_send(group_of(7), _message([hint(1)]))
    await layer.group_send(group_of(8), _message([hint(1, stream_id=8)]))
    await until(lambda: len(received) == 2)
    assert received == [hint(1), hint(1, stream_id=8)]
    subscriptions.discard(7)
    await until(lambda: not layer.groups[group_of(7)])
    await subscriptions.add(7)
    assert layer.groups[group_of(7)]


async def test_a_subscription_while_the_group_is_being_left_is_a_membership(
    subscriptions, layer, monkeypatch
):
    has_left, go_on, discard = asyncio.Event(), asyncio.Event(), layer.group_discard
    monkeypatch.setattr(module, "JOIN_DEADLINE_SECONDS", PATIENCE_SECONDS)

    async def discard_slowly(group, channel):
        await discard(group, channel)
        has_left.set()
        await go_on.wait()

    monkeypatch.setattr(layer, "group_discard", discard_slowly)
    await subscriptions.add(7)
    subscriptions.discard(7)
    await has_left.wait()
    adding = asyncio.create_task(subscriptions.add(7))
    await asyncio.sleep(0)
    assert not adding.done()
    go_on.set()
    await adding
    assert layer.groups[group_of(7)]


async def test_an_invalid_message_ends_no_subscription(subscriptions, layer, received):
    await subscriptions.add(7)
    await layer.group_send(group_of(7), {"type": "hints"})
    await layer.group_send(group_of(7), _message([hint(1)]))
    await until(lambda: received == [hint(1)])


async def test_a_layer_known_to_be_unavailable_is_not_waited_for(subscriptions, layer, monkeypatch):
    layer.answers.clear()
    await subscriptions.add(7)
    monkeypatch.setattr(module, "JOIN_DEADLINE_SECONDS", 1000)
    async with asyncio.timeout(PATIENCE_SECONDS):
        await subscriptions.add(8)
    layer.answers.set()
    await until(lambda: layer.groups[group_of(8)] and not subscriptions._is_unavailable)
    await subscriptions.add(9)
    assert layer.groups[group_of(9)]


async def test_stopping_ends_every_task_even_if_the_layer_ignores_cancellation(
    subscriptions, layer, monkeypatch
):
    """As `asyncio.wait_for` of Python 3.11 does, which clients of Redis use."""
    is_leaving = asyncio.Event()

    async def leave(group: str, channel: str) -> None:
        is_leaving.set()
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()

    monkeypatch.setattr(layer, "group_discard", leave)
    await subscriptions.add(7)
    subscriptions.discard(7)
    await is_leaving.wait()
    tasks = list(subscriptions._tasks)
    assert len(tasks) == 3
    try:
        async with asyncio.timeout(PATIENCE_SECONDS / 5):
            await subscriptions.stop()
            await subscriptions.stop()
    finally:
        for task in tasks:
            task.cancel()
    assert all(task.done() for task in tasks)
