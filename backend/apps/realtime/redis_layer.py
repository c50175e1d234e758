"""The channel layer in Redis: two exchanges for a message to a group, one where it has no receiver."""

import logging
import time
from typing import Any

from channels_redis.core import RedisChannelLayer

logger = logging.getLogger(__name__)

MEMBERS = """
redis.call('ZREMRANGEBYSCORE', KEYS[1], 0, ARGV[1])
return redis.call('ZRANGE', KEYS[1], 0, -1)
"""
# Into each channel, unless it is full of messages that were not taken in time.
DELIVER = """
local now, expiry, rejected = ARGV[1], ARGV[2], 0
for place, key in ipairs(KEYS) do
    redis.call('ZREMRANGEBYSCORE', key, 0, now - expiry)
    if redis.call('ZCARD', key) < tonumber(ARGV[2 * place + 1]) then
        redis.call('ZADD', key, now, ARGV[2 * place + 2])
        redis.call('EXPIRE', key, expiry)
    else
        rejected = rejected + 1
    end
end
return rejected
"""


class RedisLayer(RedisChannelLayer):  # type: ignore[misc]  # it has no types
    """That of channels_redis, whose four exchanges for each event cost a vote a sixth of its time."""

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        await self._send_to(await self._members(group), message)

    async def send_to_others(self, group: str, message: dict[str, Any]) -> None:
        """To the group's members in other processes, or in other layers of this one."""
        own = f".{self.client_prefix}!"
        await self._send_to([member for member in await self._members(group) if own not in member], message)

    async def _members(self, group: str) -> list[str]:
        connection = self.connection(self.consistent_hash(group))
        expired = int(time.time()) - self.group_expiry
        return [name.decode() for name in await connection.eval(MEMBERS, 1, self._group_key(group), expired)]

    async def _send_to(self, channels: list[str], message: dict[str, Any]) -> None:
        now = time.time()
        keys_by_host, messages, capacities = self._map_channel_keys_to_connection(channels, message)
        for host, keys in keys_by_host.items():
            values = [value for key in keys for value in (capacities[key], messages[key])]
            rejected = await self.connection(host).eval(DELIVER, len(keys), *keys, now, self.expiry, *values)
            if rejected:
                logger.info("%s of %s channels of a group are full", rejected, len(keys))
