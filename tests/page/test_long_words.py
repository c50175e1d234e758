"""Long words and words that run the other way have their place, and leave others theirs."""

import secrets
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.contract.libraries import Library
from tests.contract.queues import Queue
from tests.contract.staff import log_in, make_staff
from tests.page.queue_page import QueuePage
from tests.page.visitors import DESKTOP, NARROW, PHONE, Open, Visit
from tests.processes import TuttiServer

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


@pytest.fixture
def library(site: TuttiServer) -> Iterator[Library]:
    name = f"ada-{secrets.token_hex(3)}"
    make_staff(site, name)
    with site.client() as staff:
        log_in(staff, name)
        yield Library(staff)


def box_of(thing: Locator) -> dict[str, float]:
    box = thing.bounding_box()
    assert box, "it is not drawn"
    return {"x": box["x"], "y": box["y"], "width": box["width"], "height": box["height"]}


@pytest.mark.parametrize("size", [TABLET, DESKTOP], ids=["tablet", "desktop"])
def test_a_long_title_does_not_widen_the_menu(
    visit: Visit, library: Library, queue: Queue, size: dict[str, Any]
):
    queue.add(library.add(LONG)["id"])
    page = QueuePage(visit(f"/r/{queue.room}", **size))

    page.row(LONG).get_by_role("button", name=f"More for {LONG}").click()
    page.visitor.stand_still()

    assert box_of(page.page.locator(".menu"))["width"] <= 22 * REM
    title = page.page.locator(".queue-menu-head .queue-title")
    assert box_of(title)["height"] <= 2 * 1.25 * REM + 1
    assert page.visitor.violations() == []


@pytest.mark.parametrize("size", [PHONE, NARROW], ids=["phone", "narrow"])
def test_a_long_title_leaves_the_page_below_the_offer_to_undo_visible(
    visit: Visit, library: Library, queue: Queue, size: dict[str, Any]
):
    queue.add(library.add(LONG)["id"])
    page = QueuePage(visit(f"/r/{queue.room}", **size))
    page.row(LONG).focus()

    page.page.keyboard.press("Delete")

    expect(page.toast).to_contain_text("Removed Donaudampfschifffahrt")
    # The verb, and two lines of the title; narrow ones need one more.
    assert page.toast.locator(".toast-text").evaluate(LINES) <= (3 if size is PHONE else 4)
    assert page.toast.locator(".toast-text").inner_text().endswith("….")
    page.toast.get_by_role("button", name="Undo").tap()
    expect(page.row(LONG)).to_have_count(1)


@pytest.mark.parametrize("size", [PHONE, NARROW], ids=["phone", "narrow"])
@pytest.mark.parametrize("locale", ["en-GB", "de-DE"])
def test_the_button_that_adds_stands_beside_what_is_told_of_the_queue(
    visit: Visit, library: Library, queue: Queue, size: dict[str, Any], locale: str
):
    queue.add(library.add("Endless", duration_seconds=11 * 3600)["id"])
    queue.fill(2)
    page = visit(f"/r/{queue.room}", **size, locale=locale).page

    about, button = (box_of(page.locator(css)) for css in (".queue-about", ".queue-find"))

    assert about["x"] + about["width"] <= button["x"]
    assert abs(about["y"] + about["height"] / 2 - button["y"] - button["height"] / 2) < 1
    assert not page.locator(".queue-head h2").evaluate(IS_CUT)


@pytest.mark.parametrize("size", [PHONE, NARROW], ids=["phone", "narrow"])
@pytest.mark.parametrize(
    ("locale", "text"),
    [("en-GB", "offline, 2 changes waiting"), ("de-DE", "ohne Netz, 2 Änderungen warten")],
)
def test_what_waits_without_network_can_be_read_in_the_head(
    open_page: Open, site: TuttiServer, queue: Queue, size: dict[str, Any], locale: str, text: str
):
    queue.fill(3)
    page = QueuePage(open_page(site.base_url, f"/r/{queue.room}", locale=locale, **size))
    state = page.page.locator(".status-text")
    page.visitor.context.set_offline(True)
    for row in range(2):
        page.rows.nth(row).locator(".queue-vote[data-way=up]").tap()

    expect(state).to_have_text(text)
    assert not state.evaluate(IS_CUT)
    assert not page.visitor.scrolls_sideways()
    assert page.visitor.violations() == []


@pytest.mark.parametrize("locale", ["en-GB", "de-DE"])
def test_what_waits_for_the_server_can_be_read_in_the_head(
    open_page: Open, mortal: TuttiServer, mortal_queue: Queue, locale: str
):
    mortal_queue.fill(3)
    page = QueuePage(open_page(mortal.base_url, f"/r/{mortal_queue.room}", locale=locale, **PHONE))
    mortal.kill()
    page.rows.first.locator(".queue-vote[data-way=up]").tap()

    # The longest that it says, with seconds of two digits, whenever it comes to that.
    state = page.page.locator(".status-text")
    expect(state).to_contain_text("1 change waiting" if locale == "en-GB" else "1 Änderung wartet")
    assert not state.evaluate(IS_CUT)
    assert not page.visitor.scrolls_sideways()


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_title_from_right_to_left_stands_beside_its_cover(
    visit: Visit, library: Library, queue: Queue, size: dict[str, Any]
):
    item = queue.add(library.add(ARABIC, artist="فيروز")["id"])
    queue.play(item["id"])
    page = visit(f"/r/{queue.room}", **size).page

    for place in (".queue-title", ".playing-title", ".playing-words .dim"):
        title = page.locator(place)
        expect(title).to_have_css("direction", "rtl")
        assert title.evaluate(TEXT_FROM_START) < 1, place
