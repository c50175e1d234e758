"""A first visit: first paint, time until the whole queue is usable, duration of a tap."""

from dataclasses import dataclass, field

from playwright.sync_api import Browser

from bench.page.device_emulation import slow_phone

ITEMS = 200
FIRST_PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
# The time at which the whole list is rendered and usable.
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


@dataclass
class Visits:
    """Milliseconds since the navigation, for each visit."""

    first_paint: list[float] = field(default_factory=list)
    usable: list[float] = field(default_factory=list)
    tap: list[float] = field(default_factory=list)


def visit(browser: Browser, url: str, visits: Visits) -> None:
    """One first visit with empty storage, and one tap on the first vote."""
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
