"""Every state: pictures of it, nothing for axe to find, and no scrolling sideways.

Every state is looked at in one window, in one colour scheme: most in the narrowest with the longer
words, some at a desk or in a low window, where other parts are drawn. All else of the matrix is `long`.
"""

from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from tests.contract.libraries import Library
from tests.contract.queues import Queue
from tests.page.pictures import Pictures
from tests.page.queue_page import still
from tests.page.scenes import Scene, show
from tests.page.visitors import DESKTOP, NARROW, PHONE, Visit
from tests.page.walks import WALKS

# What moves without an end would keep the machine busy with unseen frames.
CALM: dict[str, Any] = {"color_scheme": "light", "reduced_motion": "reduce"}
# A desk of 1280 by 1024 with everything four times as large; a phone on its side.
LOW: dict[str, dict[str, Any]] = {
    "zoomed": {"viewport": {"width": 320, "height": 256}, **CALM},
    "sideways": {**PHONE, "viewport": {"width": 740, "height": 360}, **CALM},
}
SIZES: dict[str, dict[str, Any]] = {
    "narrow-german": {**NARROW, **CALM, "locale": "de-DE"},
    "phone": {**PHONE, **CALM},
    "desktop": {**DESKTOP, **CALM},
    **LOW,
}
# Each walk in one of them is the proof of every run.
SHORT = {
    "a_first_visit": "narrow-german",
    "a_party": "narrow-german",
    "without_network": "desktop",
    "bad_lines": "zoomed",
    "an_account": "narrow-german",
    "recommendations": "desktop",
    "charts": "narrow-german",
    "figures": "narrow-german",
}
EVERY = [
    pytest.param(size, walk, marks=() if SHORT[walk] == size else pytest.mark.long)
    for size in SIZES
    for walk in WALKS
]
SEEN_HEIGHT = """list => {
    const { top, bottom } = list.getBoundingClientRect();
    return Math.min(bottom, innerHeight) - Math.max(top, 0);
}"""
EDGES = """element => {
    const { top, bottom } = element.getBoundingClientRect();
    return [top, bottom];
}"""


@pytest.mark.parametrize(("size", "walk"), EVERY)
def test_every_state_is_accessible_and_fits(
    visit: Visit, http: httpx.Client, queue: Queue, pictures: Pictures, size: str, walk: str
):
    scene = Scene(visit, http, queue, SIZES[size])
    found, states = [], 0

    for state, visitor in scene.states(WALKS[walk]):
        states += 1
        found += pictures.problems(visitor, state, size)

    assert states > 0
    assert found == []


def test_at_200_percent_text_size_tabs_are_readable_and_three_rows_visible(
    visit: Visit, queue: Queue, library: Library
):
    queue.fill(8)
    # Its time is up at once, so that the button for the next one is shown.
    queue.play(queue.add(library.add(title="Blinding Lights", duration_seconds=1)["id"])["id"])
    visitor = visit(f"/r/{queue.room}", **PHONE)
    page = visitor.page
    page.evaluate("document.documentElement.style.fontSize = '32px'")
    for part, rows in (("queue", ".queue .virtual-row"), ("library", ".library .virtual-row")):
        show(page, part)
        for number in range(3):
            expect(page.locator(rows).nth(number)).to_be_in_viewport(ratio=0.99)
        assert not visitor.scrolls_sideways()
    show(page, "stats")
    expect(page.locator(".app-choice-part[aria-current]:visible")).to_be_in_viewport(ratio=0.99)
    show(page, "queue")
    expect(page.locator(".playing-go-on")).to_be_visible()
    for part in (".playing-title", ".playing-go-on"):
        assert not page.locator(part).evaluate("one => one.scrollWidth > one.clientWidth")
    assert not page.locator(".playing-title").evaluate("one => one.scrollHeight > one.clientHeight + 1")
    tabs = page.locator(".app-tab").all()
    assert tabs
    for tab in tabs:
        cut = tab.locator("span").evaluate("one => one.clientWidth > 1 && one.scrollWidth > one.clientWidth")
        assert not cut
        expect(tab.locator(".icon")).to_be_visible()


def test_a_low_window_shows_mostly_the_queue(visit: Visit, queue: Queue):
    queue.play(queue.fill(20)[0])
    page = visit(f"/r/{queue.room}#queue", **LOW["zoomed"]).page
    rows = page.locator(".queue .virtual-row")
    rows.first.wait_for()
    for look in LOW.values():
        page.set_viewport_size(look["viewport"])
        still(page)

        seen = page.locator(".queue .virtual-list").evaluate(SEEN_HEIGHT)

        assert seen >= 0.4 * look["viewport"]["height"]
        assert seen >= rows.first.evaluate(SEEN_HEIGHT.replace("innerHeight", "Infinity"))
        for part in (".app-title", ".people-button", ".app-invite", ".app-tab >> nth=-1", ".playing-main"):
            expect(page.locator(part)).to_be_in_viewport(ratio=1)

    # A message covers neither tabs nor the queue.
    page.set_viewport_size(LOW["zoomed"]["viewport"])
    rows.first.focus()
    page.keyboard.press("Delete")
    expect(page.locator(".toast")).to_be_visible()
    still(page)
    parts = (".queue .virtual-list", ".toast", ".app-tabs")
    flat = [edge for part in parts for edge in page.locator(part).evaluate(EDGES)]
    assert flat == sorted(flat)
