"""How much an address may have open together, in one process and in several. What sockets and streams do
with a place is in tests/contract/limits.
"""

import asyncio
import itertools
import threading
from collections.abc import AsyncIterator

import pytest
from django.core.cache import cache
from django.test import override_settings

from apps.realtime import admission as module
from apps.realtime.admission import COUNTS_TTL_SECONDS, MAX_CONCURRENT_READS, Admission
from apps.realtime.database_reads import run_in_reader
from apps.realtime.tests.recording_listener import PATIENCE_SECONDS, until
from core.identity import Visit
from core.network import network_of
from core.rate_limits import RateLimitExceeded
from core.tests.clocks import FakeClock

# Processes tell each other of places by the shared cache.
pytestmark = pytest.mark.redis
TOGETHER = 3
# A write that was under way when the test before ended names another network.
networks = itertools.count(1)


@pytest.fixture(autouse=True)
def few_together(settings, monkeypatch) -> None:
    settings.MAX_CONNECTIONS_PER_ADDRESS = TOGETHER
    monkeypatch.setattr(module, "PUBLISH_AFTER_SECONDS", 0.0)


@pytest.fixture
def visits() -> list[Visit]:
    """Neighbours in one network of IPv6, which counts as one address."""
    network = next(networks)
    return [Visit(address=f"2001:db8:{network:x}:6::{number}") for number in range(1, TOGETHER + 2)]


@pytest.fixture
async def pair(clock: FakeClock) -> AsyncIterator[tuple[Admission, Admission]]:
    """Of two processes with one cache."""
    one, other = Admission(clock=clock), Admission(clock=clock)
    yield one, other
    one.stop()
    other.stop()


async def wait_for_count(admission: Admission, visit: Visit, count: int) -> None:
    """Waits until the others have heard of so many."""
    key = module._key(network_of(visit.address))
    await until(lambda: (cache.get(key) or {}).get(admission._process, (0, 0))[0] == count)


async def is_rejected(admission: Admission, visit: Visit) -> bool:
    """Whether it has no place; one that it gets it gives back."""
    try:
        admission.leave(await admission.enter(visit, is_join=False))
    except RateLimitExceeded:
        return True
    return False


async def test_connections_of_a_killed_process_expire(pair, visits, clock):
    one, other = pair
    for visit in visits[:TOGETHER]:
        await one.enter(visit, is_join=True)
    await wait_for_count(one, visits[0], TOGETHER)
    one.stop()
    clock.advance(COUNTS_TTL_SECONDS - 1)
    assert await is_rejected(other, visits[-1])
    with override_settings(RATE_LIMIT_FACTOR=0):
        assert not await is_rejected(other, visits[-1]), "without limits there is always a place"
    clock.advance(1)
    assert not await is_rejected(other, visits[-1])


async def test_an_address_with_many_reads_delays_neither_others_nor_the_hub(clock: FakeClock):
    admission, release, order = Admission(clock=clock), threading.Event(), []
    crowd, other = Visit(address="192.0.2.1"), Visit(address="192.0.2.2")

    def first() -> None:
        order.append("first")
        assert release.wait(PATIENCE_SECONDS)

    busy = [asyncio.create_task(admission.read(crowd, first)) for _ in range(MAX_CONCURRENT_READS)]
    await until(lambda: len(order) == MAX_CONCURRENT_READS)
    many = [asyncio.create_task(admission.read(crowd, order.append, "many")) for _ in range(100)]
    one = asyncio.create_task(admission.read(other, order.append, "other"))
    await run_in_reader(order.append, "hub")
    release.set()
    await asyncio.gather(*busy, *many, one)
    assert order.count("many") == 100
    assert order[MAX_CONCURRENT_READS] == "hub"
    assert order.index("other") <= MAX_CONCURRENT_READS + 4
