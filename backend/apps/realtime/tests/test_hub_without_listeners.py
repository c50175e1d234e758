"""A stream costs something while somebody listens to it, and nobody misses what comes meanwhile."""

import asyncio

import pytest
from channels.layers import InMemoryChannelLayer, get_channel_layer

from apps.realtime import feed as feed_module
from apps.realtime import publishing
from apps.realtime.hub import Hub
from apps.realtime.publishing import Hint, Publisher, group_of
from apps.realtime.tests.boards import KIND, append, open_board
from apps.realtime.tests.listening import PATIENCE_SECONDS, Ear, in_database, until

ROUNDS = 15


@pytest.fixture
def only_by_layer(monkeypatch) -> None:
    """As if another process wrote: hints come by the channel layer alone, and the log is not watched."""
    made = Publisher.__init__
    monkeypatch.setattr(
        Publisher, "__init__", lambda self, deliver_here, record: made(self, lambda hint: None, record)
    )
    monkeypatch.setattr(publishing, "_has_others", lambda: True)
    monkeypatch.setattr(Hub, "_read_news", lambda self, watch: None)


async def members(stream_id: int) -> int:
    """How many channels the layer would send the stream's hints to."""
    layer, group = get_channel_layer(), group_of(stream_id)
    if isinstance(layer, InMemoryChannelLayer):
        return len(layer.groups.get(group, ()))
    count: int = await layer.connection(layer.consistent_hash(group)).zcard(layer._group_key(group))
    return count


async def until_nobody_listens(stream_id: int) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while await members(stream_id):  # noqa: ASYNC110 - what is waited for sets no event
            await asyncio.sleep(0)


async def test_a_stream_that_nobody_listens_to_costs_nothing(hub, stored_board, monkeypatch):
    ear = Ear()
    feed = await hub.join(kind=KIND, name="main", listener=ear)
    other = await in_database(open_board, "other")
    assert await members(stored_board.pk)
    assert not await members(other.pk), "one stream's listeners subscribe to that alone"
    hub.leave(feed, ear)
    await until_nobody_listens(stored_board.pk)
    await until(lambda: not hub._watches)

    def refuse(*_):
        raise AssertionError("the log is read for nobody")

    monkeypatch.setattr(feed_module, "in_reader", refuse)
    monkeypatch.setattr(hub, "_read_news", refuse)
    heard: list[Hint] = []
    monkeypatch.setattr(hub, "receive", heard.append)
    await in_database(append, stored_board.pk, *range(5))
    await asyncio.sleep(0)
    assert (hub._feeds, hub._ids) == ({}, {})
    assert not await members(stored_board.pk)


async def test_subscriptions_come_and_go_and_nothing_published_in_between_is_lost(
    only_by_layer, hub, stored_board
):
    """Each listener is the only one for a while, so that the group is joined and left every time."""
    written = 0
    for _ in range(ROUNDS):
        ear = Ear()
        writing = asyncio.create_task(in_database(append, stored_board.pk, "while it joins"))
        feed = await hub.join(kind=KIND, name="main", listener=ear)
        joined_at, already = feed.top, len(ear.seqs)
        await writing
        await in_database(append, stored_board.pk, "a", "b")
        written += 3
        await heard(ear, written)
        assert ear.seqs[already:] == list(range(joined_at + 1, written + 1))
        hub.leave(feed, ear)
        await in_database(append, stored_board.pk, "while nobody listens")
        written += 1


async def heard(ear: Ear, seq: int) -> None:
    """By the layer alone: whatever it was told of is read up to there."""
    await ear.until(lambda: ear.seqs[-1:] == [seq])
