"""The page in a real browser: a slow phone on a slow network, beside the barest page that shows the same.

The barest page is one HTML file with ten lines of script, which fetches the same queue and writes it into a
list: nothing that shows 200 items can be much faster. It is served beside the real one in the same run.
"""

import contextlib
import itertools
import math
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page

from bench.page.plain import PlainServer
from bench.results import Result, middle, ratio
from bench.room import Room
from tests.browser.chromium import chromium
from tests.page.queue_page import centre
from tests.processes import TuttiServer

# Playwright waits by evaluating in the page, which the page's own policy forbids.
WATCHED: dict[str, Any] = {"viewport": {"width": 360, "height": 740}, "bypass_csp": True}
CPU_SLOWDOWN = 4
# "Slow 4G" as browsers' own tools simulate it: 150 ms there and back, 1.6 Mbit/s down, 750 kbit/s up.
SLOW_4G = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_600_000 / 8,
    "uploadThroughput": 750_000 / 8,
}
ITEMS = 200
LONG_QUEUE = 1000
EVENTS_PER_SECOND = 20
EVENTS_OF_AN_HOUR = 3600 * EVENTS_PER_SECOND
# A frame that took longer than this was not the next one of a screen at 60 Hz.
LATE_FRAME_MILLISECONDS = 1.5 * 1000 / 60
FIRST_PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
# The moment at which the whole list is there and can be pressed.
NOTE_USABLE = """
    window.usableAt = null;
    const look = () => {
        const row = document.querySelector('[aria-setsize="ITEMS"] button, li[data-of="ITEMS"] button');
        const dot = document.querySelector(".status-dot");
        const isLive = !dot || dot.dataset.kind === "live";
        if (row && isLive) window.usableAt ??= performance.now();
        else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
""".replace("ITEMS", str(ITEMS))
NOTE_TAPS = """
    window.taps = [];
    new PerformanceObserver(list => {
        const ended = list.getEntries().filter(({ name }) => name === "pointerup" || name === "click");
        window.taps.push(...ended.map(({ duration }) => duration));
    }).observe({type: "event", durationThreshold: 16, buffered: true});
"""
NOTE_FRAMES = """
    window.frames = [];
    let last = performance.now();
    const note = now => {
        window.frames.push(now - last);
        last = now;
        if (window.noting) requestAnimationFrame(note);
    };
    window.noting = true;
    requestAnimationFrame(now => { last = now; requestAnimationFrame(note); });
"""


@dataclass
class Visits:
    """Milliseconds since the navigation, of each visit."""

    first_paint: list[float] = field(default_factory=list)
    usable: list[float] = field(default_factory=list)
    tap: list[float] = field(default_factory=list)


def measure(*, is_quick: bool) -> Result:
    repeats = 2 if is_quick else 7
    with (
        chromium() as browser,
        PlainServer() as plain_server,
        TuttiServer(environment={"CORS_ALLOWED_ORIGINS": plain_server.origin}) as server,
    ):
        room = Room(server, name="Visits", items=ITEMS)
        plain_server.show(f"{server.base_url}/api/rooms/{room.slug}/playlist/")
        page, plain = Visits(), Visits()
        for _ in range(repeats):
            # In turns, so that whatever slows the machine slows both.
            visit(browser, f"{server.base_url}/r/{room.slug}", page)
            visit(browser, f"{plain_server.origin}/", plain)
        long_room = Room(server, name="Long", items=LONG_QUEUE)
        dragging = frames_while_dragging(browser, server, long_room, seconds=3 if is_quick else 10)
        memory = memory_of_an_hour(
            browser, server, room, events=EVENTS_OF_AN_HOUR // 100 if is_quick else EVENTS_OF_AN_HOUR
        )
    return result(page, plain, dragging, memory)


def visit(browser: Browser, url: str, visits: Visits) -> None:
    """One first visit with nothing remembered, and one tap on the first vote."""
    with slow_phone(browser) as (page, _):
        page.add_init_script(NOTE_USABLE)
        page.add_init_script(NOTE_TAPS)
        page.goto(url)
        page.wait_for_function("window.usableAt !== null", timeout=60_000)
        visits.usable.append(page.evaluate("window.usableAt"))
        visits.first_paint.append(page.evaluate(FIRST_PAINT))
        page.locator("[aria-setsize] button[aria-pressed], li[data-of] button").first.tap()
        page.wait_for_function("window.taps.length > 0", timeout=10_000)
        visits.tap.append(page.evaluate("Math.max(...window.taps)"))


@contextlib.contextmanager
def slow_phone(browser: Browser) -> Iterator[tuple[Page, CDPSession]]:
    context = browser.new_context(**WATCHED, has_touch=True, is_mobile=True)
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", SLOW_4G)
    session.send("Emulation.setCPUThrottlingRate", {"rate": CPU_SLOWDOWN})
    yield page, session
    context.close()


def frames_while_dragging(
    browser: Browser, server: TuttiServer, room: Room, *, seconds: float
) -> dict[str, list[float]]:
    """Milliseconds between frames, at full speed: with nothing going on, and in a drag as events come."""
    with browser.new_context(**WATCHED).new_page() as page:
        page.goto(f"{server.base_url}/r/{room.slug}")
        page.locator(f'[aria-setsize="{LONG_QUEUE}"]').first.wait_for()
        quiet = frames_during(page, lambda: page.wait_for_timeout(seconds * 1000))
        with Traffic(room):
            dragged = frames_during(page, lambda: drag_about(page, seconds))
    return {"quiet": quiet, "dragging": dragged}


def frames_during(page: Page, doing: Any) -> list[float]:
    page.evaluate(NOTE_FRAMES)
    doing()
    page.evaluate("window.noting = false")
    frames: list[float] = page.evaluate("window.frames")
    return frames


def drag_about(page: Page, seconds: float) -> None:
    """Takes the third row by its handle and moves it up and down without letting go, then puts it back."""
    x, y = centre(page.locator(".queue-handle").nth(2))
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(int(seconds * 30)):
        page.mouse.move(x, y + 150 + 150 * math.sin(step / 10))
        page.wait_for_timeout(1000 / 30)
    page.keyboard.press("Escape")
    page.mouse.up()


class Traffic:
    """Somebody else's votes, at an even pace, while it is entered."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._vote)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()

    def _vote(self) -> None:
        votes = self._room.endless_votes()
        while not self._is_over.wait(1 / EVENTS_PER_SECOND):
            next(votes)


def memory_of_an_hour(browser: Browser, server: TuttiServer, room: Room, *, events: int) -> dict[str, float]:
    """Bytes of the page's heap after a collection: at first, and after as many events as an hour brings."""
    context = browser.new_context(**WATCHED)
    page = context.new_page()
    session = context.new_cdp_session(page)
    page.goto(f"{server.base_url}/r/{room.slug}")
    page.locator(f'[aria-setsize="{ITEMS}"]').first.wait_for()
    # What every page grows by while it warms up is no growth.
    for _ in itertools.islice(room.endless_votes(), 500):
        pass
    before = heap(page, session)
    for _ in itertools.islice(room.endless_votes(), events):
        pass
    room.wait_until_shown(page)
    after = heap(page, session)
    context.close()
    return {"events": events, "before": before, "after": after}


def heap(page: Page, session: CDPSession) -> float:
    page.evaluate("new Promise(requestAnimationFrame)")
    session.send("HeapProfiler.collectGarbage")
    size: float = session.send("Runtime.getHeapUsage")["usedSize"]
    return size


def late(frames: list[float]) -> float:
    """How many of the frames that a screen at 60 Hz would have shown were missed, as a part of all."""
    missed = sum(round(frame * 60 / 1000) - 1 for frame in frames if frame > LATE_FRAME_MILLISECONDS)
    return round(missed / (len(frames) + missed), 4)


def result(page: Visits, plain: Visits, frames: dict[str, list[float]], memory: dict[str, float]) -> Result:
    rows = [["", "Tutti", "barest page", "ratio"]]
    ratios = {}
    for name, title in {
        "first_paint": "first contentful paint, ms",
        "usable": f"usable queue of {ITEMS}, ms",
        "tap": "tap to pixels, ms",
    }.items():
        ours, other = middle(getattr(page, name)), middle(getattr(plain, name))
        ratios[name] = ratio(ours, other)
        rows.append([title, f"{ours:.0f}", f"{other:.0f}", f"{ratios[name]:.2f}"])
    rows.append(["", "dragging", "quiet", ""])
    dropped, quiet = late(frames["dragging"]), late(frames["quiet"])
    rows.append([f"frames dropped, {LONG_QUEUE} items", f"{dropped:.1%}", f"{quiet:.1%}", ""])
    ratios["memory"] = ratio(memory["after"], memory["before"])
    ratios["frames_shown"] = ratio(1 - dropped, 1 - quiet)
    rows.append(["", "after", "before", "ratio"])
    heap_row = [f"{memory['after'] / 1e6:.1f}", f"{memory['before'] / 1e6:.1f}", f"{ratios['memory']:.2f}"]
    rows.append([f"heap over {memory['events']:,.0f} events, MB", *heap_row])
    raw = {"page": vars(page), "plain": vars(plain), "frames": frames, "memory": memory}
    return Result(name="page", ratios=ratios, table=rows, raw=raw)
