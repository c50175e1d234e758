"""Every state in both colours: pictures of it, nothing for axe to find, and no scrolling sideways.

Every state is looked at in the narrowest window with the longer words; what else is drawn for a desk or for a
low window, in one walk through most of the page. All others of the matrix are `long`.
"""

from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from tests.contract.queues import Queue
from tests.page.pictures import EVERY_RULE, EVERY_RULE_BUT_CONTRAST_IN_THE_DARK, LAYOUT_RULES, Pictures
from tests.page.queue_page import still
from tests.page.scenes import Scene
from tests.page.visitors import DESKTOP, NARROW, PHONE, Visit
from tests.page.walks import WALKS

# What moves without an end would keep the machine busy with pictures that nobody sees.
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
# The same walks in the narrowest window are the proof of every run. A wide window has other parts of the page
# in the colours of the narrowest; a low one has the same parts in other places.
SHORT = [*(("narrow-german", walk) for walk in WALKS)]
SHORT += [("desktop", "a_party"), ("desktop", "charts"), ("zoomed", "a_party")]
EVERY = [
    pytest.param(size, walk, marks=() if (size, walk) in SHORT else pytest.mark.long)
    for size in SIZES
    for walk in WALKS
]
RULES = {"desktop": EVERY_RULE_BUT_CONTRAST_IN_THE_DARK, "zoomed": LAYOUT_RULES}
SEEN_HEIGHT = """list => {
    const { top, bottom } = list.getBoundingClientRect();
    return Math.min(bottom, innerHeight) - Math.max(top, 0);
}"""
EDGES = """element => {
    const { top, bottom } = element.getBoundingClientRect();
    return [top, bottom];
}"""


@pytest.mark.parametrize(("size", "walk"), EVERY)
def test_every_state_is_accessible_in_light_and_dark_and_fits(
    request: pytest.FixtureRequest,
    visit: Visit,
    http: httpx.Client,
    queue: Queue,
    pictures: Pictures,
    size: str,
    walk: str,
):
    scene = Scene(visit, http, queue, SIZES[size])
    rules = EVERY_RULE if request.config.getoption("--long") else RULES.get(size, EVERY_RULE)
    found, states = [], 0

    for state, visitor in scene.states(WALKS[walk]):
        states += 1
        found += pictures.problems(visitor, state, size, rules)

    assert states > 0
    assert found == []


@pytest.mark.parametrize("size", LOW)
def test_a_low_window_shows_more_of_the_queue_than_of_anything_else(visit: Visit, queue: Queue, size: str):
    queue.play(queue.fill(20)[0])
    page = visit(f"/r/{queue.room}#queue", **LOW[size]).page
    rows = page.locator(".queue .virtual-row")
    rows.first.wait_for()

    seen = page.locator(".queue .virtual-list").evaluate(SEEN_HEIGHT)

    height = LOW[size]["viewport"]["height"]
    assert seen >= 0.4 * height
    assert seen >= rows.first.evaluate(SEEN_HEIGHT.replace("innerHeight", "Infinity"))
    for part in (".app-title", ".status-button", ".app-tab >> nth=-1", ".playing-main"):
        expect(page.locator(part)).to_be_in_viewport(ratio=1)

    # What is told covers neither tabs nor the queue.
    if size == "zoomed":
        rows.first.focus()
        page.keyboard.press("Delete")
        expect(page.locator(".toast")).to_be_visible()
        still(page)
        parts = (".queue .virtual-list", ".toast", ".app-tabs")
        flat = [edge for part in parts for edge in page.locator(part).evaluate(EDGES)]
        assert flat == sorted(flat)
