"""The web app's heap during as many events as an hour of a busy room has."""

import itertools
from collections.abc import Iterator

from playwright.sync_api import Browser, CDPSession, Page

from bench.page.device_emulation import WATCHED
from bench.room import Room
from tests.processes import TuttiServer

# Growth during the warm-up is not measured.
WARMING_UP_EVENTS = 2000
SAMPLES = 12


def memory_of_an_hour(
    browser: Browser, server: TuttiServer, room: Room, *, events: int
) -> dict[str, list[float]]:
    """Bytes of heap after garbage collections at equal intervals, each with the number of events so far."""
    context = browser.new_context(**WATCHED)
    page = context.new_page()
    session = context.new_cdp_session(page)
    page.goto(f"{server.base_url}/r/{room.slug}")
    page.locator("[aria-setsize]").first.wait_for()
    actions = room.endless_events()
    take(actions, min(WARMING_UP_EVENTS, events) // 2)
    # A returning visit: the first rendering shows the stored queue.
    page.reload()
    page.locator("[aria-setsize]").first.wait_for()
    take(actions, min(WARMING_UP_EVENTS, events) // 2)
    sizes, seen = [heap(page, session, room)], [0]
    for _ in range(SAMPLES):
        take(actions, events // SAMPLES)
        seen.append(seen[-1] + events // SAMPLES)
        sizes.append(heap(page, session, room))
    context.close()
    return {"events": [float(count) for count in seen], "bytes": sizes}


def take(actions: Iterator[None], count: int) -> None:
    for _ in itertools.islice(actions, count):
        pass


def heap(page: Page, session: CDPSession, room: Room) -> float:
    """Measured after all sent events are shown."""
    room.wait_until_shown(page)
    page.evaluate("new Promise(requestAnimationFrame)")
    session.send("HeapProfiler.collectGarbage")
    size: float = session.send("Runtime.getHeapUsage")["usedSize"]
    return size
