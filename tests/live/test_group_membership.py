"""The channel layer in Redis: what a message costs, and how the hub stays a member. Runs in this process."""

import asyncio
import time
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import channels_redis.core
import pytest
from channels.layers import get_channel_layer
from redis import asyncio as async_redis

from apps.realtime import redis_layer
from apps.realtime.publishing import Hint, group_of
from apps.realtime.subscriptions import Subscriptions
from core.tests.clocks import FakeClock
from tests.services import Redis

GROUP_EXPIRY_SECONDS = 60
RENEW_SECONDS = 0.05
ARRIVAL_SECONDS = 20.0


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> FakeClock:
    """By which the layer lets memberships expire."""
    clock = FakeClock(time.time())
    for module in (channels_redis.core, redis_layer):
        monkeypatch.setattr(module, "time", SimpleNamespace(time=clock))
    return clock


@pytest.fixture
async def layer(redis: Redis, settings: Any) -> AsyncIterator[Any]:
    options = {"group_expiry": GROUP_EXPIRY_SECONDS, "hosts": [redis.new_url()]}
    backend = "apps.realtime.redis_layer.RedisLayer"
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": backend, "CONFIG": options}}
    layer = get_channel_layer()
    yield layer
    await layer.close_pools()


async def test_membership_is_renewed_before_it_expires(clock: FakeClock, layer: Any):
    hint = Hint(7, "epoch", 1, None)
    heard: asyncio.Queue[Hint] = asyncio.Queue()
    renewing = Subscriptions(heard.put_nowait, renew_seconds=RENEW_SECONDS)
    forgetting = Subscriptions(heard.put_nowait, renew_seconds=3600)
    try:
        await renewing.add(7)
        await forgetting.add(8)
        assert await layer._members(group_of(8))
        clock.advance(GROUP_EXPIRY_SECONDS + 1)

        async with asyncio.timeout(ARRIVAL_SECONDS):
            while not await layer._members(group_of(7)):  # noqa: ASYNC110 - Redis sends no word of it
                await asyncio.sleep(RENEW_SECONDS)
            await layer.group_send(group_of(7), {"type": "hints", "hints": [list(hint)]})
            assert await heard.get() == hint
        assert not await layer._members(group_of(8)), "else the other one would prove nothing"
    finally:
        await renewing.stop()
        await forgetting.stop()


async def test_a_group_message_takes_two_exchanges_with_redis(layer: Any, monkeypatch: pytest.MonkeyPatch):
    asked: list[Any] = []
    ask = async_redis.Redis.execute_command

    async def counted(client: Any, *words: Any, **options: Any) -> Any:
        asked.append(words[0])
        return await ask(client, *words, **options)

    message = {"type": "hints", "hints": [[7, "epoch", 1, None]]}
    channels = [await layer.new_channel() for _ in range(2)]
    monkeypatch.setattr(async_redis.Redis, "execute_command", counted)
    monkeypatch.setattr(async_redis.Redis, "pipeline", None)
    await layer.group_send("stream.7", message)
    assert asked == ["EVAL"]

    for channel in channels:
        await layer.group_add("stream.7", channel)
    asked.clear()
    await layer.group_send("stream.7", message)
    assert asked == ["EVAL", "EVAL"]
    asked.clear()
    await layer.send_to_others("stream.7", {"type": "not for those of this layer"})
    assert asked == ["EVAL"]
    monkeypatch.undo()
    assert [await layer.receive(channel) for channel in channels] == [message, message]


async def test_a_full_channel_drops_messages(redis: Redis, settings: Any):
    options = {"capacity": 2, "hosts": [redis.new_url()]}
    backend = "apps.realtime.redis_layer.RedisLayer"
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": backend, "CONFIG": options}}
    layer = get_channel_layer()
    channel = await layer.new_channel()
    await layer.group_add("stream.7", channel)
    for number in range(3):
        await layer.group_send("stream.7", {"number": number})
    assert [(await layer.receive(channel))["number"] for _ in range(2)] == [0, 1]
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await layer.receive(channel)
    await layer.close_pools()
