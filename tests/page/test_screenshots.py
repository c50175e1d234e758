"""Every state in both colours, at a phone and at a desk: pictures of it, and nothing for axe to find.

The pictures go into an ignored folder, `tests/page/looks`, for people to look at.
"""

from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from tests.contract.queues import Queue
from tests.page.queue_page import still
from tests.page.scenes import Scene
from tests.page.visitors import DESKTOP, NARROW, PHONE, Visit, Visitor
from tests.page.walks import WALKS

LOOKS = Path(__file__).parent / "looks"
# What moves without an end would keep the machine busy with pictures that nobody sees.
CALM: dict[str, Any] = {"color_scheme": "light", "reduced_motion": "reduce"}
# A desk of 1280 by 1024 with everything four times as large; a phone on its side.
LOW: dict[str, dict[str, Any]] = {
    "zoomed": {"viewport": {"width": 320, "height": 256}, **CALM},
    "sideways": {**PHONE, "viewport": {"width": 740, "height": 360}, **CALM},
}
SIZES: dict[str, dict[str, Any]] = {"phone": {**PHONE, **CALM}, "desktop": {**DESKTOP, **CALM}}
SEEN_HEIGHT = """list => {
    const { top, bottom } = list.getBoundingClientRect();
    return Math.min(bottom, innerHeight) - Math.max(top, 0);
}"""
EDGES = """element => {
    const { top, bottom } = element.getBoundingClientRect();
    return [top, bottom];
}"""
every_walk = pytest.mark.parametrize("walk", WALKS)


def picture(visitor: Visitor, name: str) -> None:
    LOOKS.mkdir(exist_ok=True)
    still(visitor.page)
    visitor.stand_still()
    visitor.page.screenshot(path=LOOKS / f"{name}.png")


def violations(visitor: Visitor, name: str) -> list[str]:
    """Of a state, in both colours: nothing but contrast differs between them."""
    found = []
    for scheme in ("light", "dark"):
        visitor.page.emulate_media(color_scheme=scheme)
        picture(visitor, f"{name}-{scheme}")
        found += visitor.violations(only=None if scheme == "light" else "color-contrast")
    return found


@every_walk
@pytest.mark.parametrize("size", SIZES)
def test_every_state_is_accessible_in_light_and_dark(
    visit: Visit, http: httpx.Client, queue: Queue, walk: str, size: str
):
    scene = Scene(visit, http, queue, SIZES[size])
    found = []

    for state, visitor in scene.states(WALKS[walk]):
        found += [f"{state}: {one}" for one in violations(visitor, f"{state}-{size}")]
        if visitor.scrolls_sideways():
            found.append(f"{state}: it scrolls sideways")

    assert found == []


@every_walk
def test_every_state_fits_into_320_pixels_with_longer_words(
    visit: Visit, http: httpx.Client, queue: Queue, walk: str
):
    scene = Scene(visit, http, queue, {**NARROW, **CALM, "locale": "de-DE"})
    wide = []

    for state, visitor in scene.states(WALKS[walk]):
        picture(visitor, f"{state}-narrow-german")
        wide += [state] if visitor.scrolls_sideways() else []

    assert wide == []


@every_walk
@pytest.mark.parametrize("size", LOW)
def test_every_state_fits_into_a_low_window(
    visit: Visit, http: httpx.Client, queue: Queue, walk: str, size: str
):
    scene = Scene(visit, http, queue, LOW[size])
    found = []

    for state, visitor in scene.states(WALKS[walk]):
        picture(visitor, f"{state}-{size}")
        found += [f"{state}: {one}" for one in visitor.violations()]
        if visitor.scrolls_sideways():
            found.append(f"{state}: it scrolls sideways")

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


def test_what_is_told_in_the_lowest_window_covers_neither_tabs_nor_the_queue(visit: Visit, queue: Queue):
    queue.fill(8)
    page = visit(f"/r/{queue.room}#queue", **LOW["zoomed"]).page
    page.locator(".queue .virtual-row").first.focus()
    page.keyboard.press("Delete")
    toast = page.locator(".toast")
    expect(toast).to_be_visible()
    still(page)

    tops_and_bottoms = [
        page.locator(part).evaluate(EDGES) for part in (".queue .virtual-list", ".toast", ".app-tabs")
    ]

    flat = [edge for edges in tops_and_bottoms for edge in edges]
    assert flat == sorted(flat)
