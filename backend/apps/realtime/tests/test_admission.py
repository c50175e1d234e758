"""How much an address may have open together, in one process and in several."""

import secrets
from collections.abc import AsyncIterator

import pytest
from django.core.cache import cache

from apps.realtime import admission as module
from apps.realtime.admission import BELIEVED_SECONDS, Admission
from apps.realtime.hub import Hub
from apps.realtime.tests.listening import until
from apps.realtime.tests.sockets import Socket
from core.addresses import network_of
from core.identity import Visit
from core.rate_limits import TooManyCalls
from core.tests.clocks import FakeClock

ADA, BO = Visit(address="192.0.2.1"), Visit(address="192.0.2.2")
NEIGHBOURS = [Visit(address=f"2001:db8:5:6::{number}") for number in range(1, 4)]
TOGETHER = 3

pytestmark = pytest.mark.usefixtures("few_together")


@pytest.fixture
def few_together(settings, monkeypatch) -> None:
    settings.MAX_CONNECTIONS_PER_ADDRESS = TOGETHER
    monkeypatch.setattr(module, "TELL_AFTER_SECONDS", 0.0)
    # A write that was under way when the test before ended comes too late to be believed.
    mark = secrets.token_hex(4)
    monkeypatch.setattr(module, "_key", lambda network: f"open:{mark}:{network}")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def pair(clock: FakeClock) -> AsyncIterator[tuple[Admission, Admission]]:
    """Of two processes with one cache."""
    one, other = Admission(clock=clock), Admission(clock=clock)
    yield one, other
    one.stop()
    other.stop()


async def told(admission: Admission, visit: Visit, count: int) -> None:
    """Waits until the others have heard of so many."""
    key = module._key(network_of(visit.address))
    await until(lambda: (cache.get(key) or {}).get(admission._process, (0, 0))[0] == count)


async def test_an_address_has_so_many_places(pair):
    one, _ = pair
    places = [await one.enter(ADA, is_join=True) for _ in range(TOGETHER)]
    with pytest.raises(TooManyCalls):
        await one.enter(ADA, is_join=False)
    await one.enter(BO, is_join=True)
    one.leave(places[0].network)
    await one.enter(ADA, is_join=True)


async def test_a_network_of_ipv6_is_one_address(pair):
    one, _ = pair
    for neighbour in NEIGHBOURS:
        await one.enter(neighbour, is_join=True)
    with pytest.raises(TooManyCalls):
        await one.enter(NEIGHBOURS[0], is_join=True)


async def test_what_is_open_in_another_process_counts(pair):
    one, other = pair
    places = [await one.enter(ADA, is_join=True) for _ in range(TOGETHER - 1)]
    await told(one, ADA, TOGETHER - 1)
    await other.enter(ADA, is_join=True)
    with pytest.raises(TooManyCalls):
        await other.enter(ADA, is_join=True)
    one.leave(places[0].network)
    await told(one, ADA, TOGETHER - 2)
    await other.enter(ADA, is_join=True)


async def test_what_a_killed_process_had_open_fades_away(pair, clock):
    one, other = pair
    for _ in range(TOGETHER):
        await one.enter(ADA, is_join=True)
    await told(one, ADA, TOGETHER)
    one.stop()
    clock.advance(BELIEVED_SECONDS - 1)
    with pytest.raises(TooManyCalls):
        await other.enter(ADA, is_join=True)
    clock.advance(1)
    await other.enter(ADA, is_join=True)


async def test_without_limits_there_is_always_a_place(pair, settings):
    settings.RATE_LIMIT_FACTOR = 0
    one, _ = pair
    for _ in range(TOGETHER + 1):
        await one.enter(ADA, is_join=True)


# --- Sockets -----------------------------------------------------------------------------------------


@pytest.mark.usefixtures("known_hosts", "stored_board")
async def test_a_socket_takes_a_place_until_it_leaves(hub: Hub):
    sockets = [await Socket().connect() for _ in range(TOGETHER)]
    for socket in sockets:
        await socket.types(1)
    refused = await Socket().connect()
    assert await refused.close_code() == 4429
    await refused.leave()
    assert hub.admission._open.total() == TOGETHER
    await sockets.pop().leave()
    sockets.append(await Socket().connect())
    assert await sockets[-1].types(1) == ["connection.established"]
    for socket in sockets:
        await socket.leave()
    assert hub.admission._open.total() == 0
