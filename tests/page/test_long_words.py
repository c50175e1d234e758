"""Long words and words that run the other way have their place, and leave others theirs."""

from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.contract.libraries import Library
from tests.contract.queues import Queue
from tests.page.queue_page import QueuePage
from tests.page.visitors import DESKTOP, NARROW, PHONE, Visit

LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 2
ARABIC = "مرحبا بالعالم"
REM = 16
TABLET: dict[str, Any] = {"viewport": {"width": 700, "height": 900}}
# Of its lines of text, not of the box around them.
LINES = """element => {
    const all = document.createRange();
    all.selectNodeContents(element);
    return new Set([...all.getClientRects()].map(({ top }) => Math.round(top))).size;
}"""
TEXT_FROM_START = """element => {
    const all = document.createRange();
    all.selectNodeContents(element);
    return all.getBoundingClientRect().left - element.getBoundingClientRect().left;
}"""
IS_CUT = "element => element.scrollWidth > element.clientWidth || element.scrollHeight > element.clientHeight"


def box_of(thing: Locator) -> dict[str, float]:
    box = thing.bounding_box()
    assert box, "it is not drawn"
    return {"x": box["x"], "y": box["y"], "width": box["width"], "height": box["height"]}


# The proof of every run: truncate.test.ts, and the rows of test_queue_states.
@pytest.mark.long
def test_a_long_title_neither_widens_the_menu_nor_hides_the_page_below_a_toast(
    visit: Visit, library: Library, queue: Queue
):
    queue.add(library.add(LONG)["id"])
    page = QueuePage(visit(f"/r/{queue.room}", **TABLET))
    page.row(LONG).get_by_role("button", name=f"More options for {LONG}").click()
    page.visitor.stand_still()
    assert box_of(page.page.locator(".menu"))["width"] <= 22 * REM
    title = page.page.locator(".menu-about p").first
    expect(title).to_have_text(LONG)
    assert not title.evaluate(IS_CUT)

    # What fits at 320 pixels fits at 360. The verb, and two lines of the title; narrow ones need one more.
    page.page.keyboard.press("Escape")
    page.page.set_viewport_size(NARROW["viewport"])
    page.row(LONG).focus()
    page.page.keyboard.press("Delete")
    expect(page.toast).to_contain_text("Removed Donaudampfschifffahrt")
    assert page.toast.locator(".toast-text").evaluate(LINES) <= 4
    assert page.toast.locator(".toast-text").inner_text().endswith("….")
    page.toast.get_by_role("button", name="Undo").click()
    expect(page.row(LONG)).to_have_count(1)


def test_headings_are_readable_next_to_the_add_button(visit: Visit, library: Library, queue: Queue):
    queue.add(library.add("Endless", duration_seconds=11 * 3600)["id"])
    queue.fill(2)
    page = QueuePage(visit(f"/r/{queue.room}", loses_network=True, locale="de-DE", **NARROW))
    about, button = (box_of(page.page.locator(css)) for css in (".queue-about", ".queue-find"))
    assert about["x"] + about["width"] <= button["x"]
    assert abs(about["y"] + about["height"] / 2 - button["y"] - button["height"] / 2) < 1
    assert not page.page.locator(".queue-head h2").evaluate(IS_CUT)

    state = page.page.locator(".status-text")
    page.visitor.context.set_offline(True)
    for row in range(2):
        page.rows.nth(row).locator(".queue-vote[data-way=up]").tap()
    expect(state).to_have_text("offline, 2 Änderungen nicht gesendet")
    assert not state.evaluate(IS_CUT)
    # One line, so that the name of the room has its place; the banner counts what waits.
    expect(page.page.locator(".banner strong")).to_have_text("2 Änderungen nicht gesendet")
    expect(state).to_have_text("offline", use_inner_text=True)
    assert not page.visitor.scrolls_sideways()


# The proof of every run: the rows of test_queue_states, and the title in test_chart_track.
@pytest.mark.long
def test_a_right_to_left_title_is_next_to_its_cover(visit: Visit, library: Library, queue: Queue):
    item = queue.add(library.add(ARABIC, artist="فيروز")["id"])
    queue.play(item["id"])
    page = visit(f"/r/{queue.room}", **PHONE).page

    for size in (PHONE, DESKTOP):
        page.set_viewport_size(size["viewport"])
        for place in (".queue-title", ".playing-title", ".playing-words .dim"):
            title = page.locator(place)
            expect(title).to_have_css("direction", "rtl")
            assert title.evaluate(TEXT_FROM_START) < 1, place
