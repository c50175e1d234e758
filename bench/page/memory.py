"""The page's heap while as many events pass as an hour of a busy room brings."""

import itertools
from collections.abc import Iterator

from playwright.sync_api import Browser, CDPSession, Page

from bench.page.phone import WATCHED
from bench.room import Room
from tests.processes import TuttiServer

# What every page grows by while it warms up is no growth.
WARMING_UP_EVENTS = 2000
SAMPLES = 12


def memory_of_an_hour(
    browser: Browser, server: TuttiServer, room: Room, *, events: int
) -> dict[str, list[float]]:
    """Bytes of heap after a collection, each with the number of events so far: evenly over all of them."""
    context = browser.new_context(**WATCHED)
    page = context.new_page()
    session = context.new_cdp_session(page)
    page.goto(f"{server.base_url}/r/{room.slug}")
    page.locator("[aria-setsize]").first.wait_for()
    deeds = room.endless_events()
    take(deeds, min(WARMING_UP_EVENTS, events) // 2)
    # As people come back: the first drawing shows what is remembered, and lasts as long as the page.
    page.reload()
    page.locator("[aria-setsize]").first.wait_for()
    take(deeds, min(WARMING_UP_EVENTS, events) // 2)
    sizes, seen = [heap(page, session, room)], [0]
    for _ in range(SAMPLES):
        take(deeds, events // SAMPLES)
        seen.append(seen[-1] + events // SAMPLES)
        sizes.append(heap(page, session, room))
    context.close()
    return {"events": [float(count) for count in seen], "bytes": sizes}


def take(deeds: Iterator[None], count: int) -> None:
    for _ in itertools.islice(deeds, count):
        pass


def heap(page: Page, session: CDPSession, room: Room) -> float:
    """Once everything that was sent is shown."""
    room.wait_until_shown(page)
    page.evaluate("new Promise(requestAnimationFrame)")
    session.send("HeapProfiler.collectGarbage")
    size: float = session.send("Runtime.getHeapUsage")["usedSize"]
    return size
