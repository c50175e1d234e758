"""The channel layer forgets its groups' members after a while; the hub stays one. Runs in this process."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from channels.layers import get_channel_layer

from apps.realtime.publishing import Hint, group_of
from apps.realtime.subscriptions import Subscriptions
from tests.services import Redis

GROUP_EXPIRY_SECONDS = 1
# The layers count in whole seconds.
EXPIRED_SECONDS = 2.1
RENEW_SECONDS = 0.2
ARRIVAL_SECONDS = 1.0


@pytest.fixture
async def layer(redis: Redis, settings: Any) -> AsyncIterator[Any]:
    """With a short memory."""
    options = {"group_expiry": GROUP_EXPIRY_SECONDS, "hosts": [redis.new_url()]}
    backend = "channels_redis.core.RedisChannelLayer"
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": backend, "CONFIG": options}}
    layer = get_channel_layer()
    yield layer
    await layer.close_pools()


async def is_heard_after_expiry(layer: Any, stream_id: int, *, renew_seconds: float) -> bool:
    hint = Hint(stream_id, "epoch", 1, None)
    heard: asyncio.Queue[Hint] = asyncio.Queue()
    subscriptions = Subscriptions(heard.put_nowait, renew_seconds=renew_seconds)
    try:
        await subscriptions.add(stream_id)
        await asyncio.sleep(EXPIRED_SECONDS)  # only time makes a membership expire
        await layer.group_send(group_of(stream_id), {"type": "hints", "hints": [list(hint)]})
        async with asyncio.timeout(ARRIVAL_SECONDS):
            return await heard.get() == hint
    except TimeoutError:
        return False
    finally:
        await subscriptions.stop()


async def test_membership_is_renewed_before_it_expires(layer: Any):
    renewing = is_heard_after_expiry(layer, 7, renew_seconds=RENEW_SECONDS)
    # Else the other one would prove nothing.
    forgetting = is_heard_after_expiry(layer, 8, renew_seconds=3600)

    assert await asyncio.gather(renewing, forgetting) == [True, False]
