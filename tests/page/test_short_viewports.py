"""A first visit in a low window: one can go about in the queue, and read what is wrong with a name."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.contract.queues import Queue
from tests.page.queue_page import Hand, QueuePage, in_sync, still, titles_of
from tests.page.visitors import Visit

ZOOMED: dict[str, Any] = {"viewport": {"width": 320, "height": 256}}
GERMAN: dict[str, Any] = {"locale": "de-DE"}
# At its upper edge, in the middle and at its lower edge.
IS_UNCOVERED = """element => {
    const { top, bottom, left, width } = element.getBoundingClientRect();
    return [top + 4, (top + bottom) / 2, bottom - 4].every(y =>
        element.contains(document.elementFromPoint(left + width / 2, y)));
}"""
IS_WHOLE = "element => element.scrollWidth <= element.clientWidth"


@pytest.fixture
def page(visit: Visit, queue: Queue, size: dict[str, Any]) -> QueuePage:
    queue.fill(12)
    found = QueuePage(visit(f"/r/{queue.room}#queue", is_asked=True, **size))
    found.rows.first.wait_for()
    return found


def sees_what_has_focus(page: QueuePage, title: str) -> None:
    still(page.page)
    page.visitor.stand_still()
    assert page.focused_title() == title
    expect(page.row(title)).to_be_in_viewport(ratio=0.99)
    assert page.row(title).evaluate(IS_UNCOVERED)


@pytest.mark.parametrize("size", [ZOOMED])
def test_the_row_with_focus_and_the_end_stay_visible_while_moving_and_dragging(
    page: QueuePage, queue: Queue, size: dict[str, Any]
):
    titles = titles_of(queue)
    page.row(titles[0]).focus()

    for title in titles[1:7]:
        page.page.keyboard.press("ArrowDown")
        sees_what_has_focus(page, title)
    page.page.keyboard.press("End")
    sees_what_has_focus(page, titles[-1])
    page.page.keyboard.press("Home")
    sees_what_has_focus(page, titles[0])

    page.page.keyboard.press("Space")
    for _ in range(6):
        page.page.keyboard.press("ArrowDown")
        sees_what_has_focus(page, titles[0])
    page.page.keyboard.press("Escape")
    sees_what_has_focus(page, titles[0])

    # A track held at the lower edge goes on to the end.
    list_box = page.list.bounding_box()
    assert list_box
    lower_edge = min(list_box["y"] + list_box["height"], size["viewport"]["height"])

    hand = Hand(page.page).grip(page.handle(titles[0])).carry_to(lower_edge - 4)
    expect(page.row(titles[-1])).to_be_in_viewport(ratio=0.5)
    hand.let_go()

    in_sync(page.page)
    assert titles_of(queue).index(titles[0]) >= len(titles) - 2


@pytest.mark.parametrize("size", [{**ZOOMED, **GERMAN}])
def test_long_translations_leave_room_for_a_row_and_the_error_of_a_name(page: QueuePage, queue: Queue):
    # Also the chosen tab at the side, of which the narrower window is the harder one.
    page.page.set_viewport_size({"width": 480, "height": 320})
    tabs = page.page.locator(".app-tab").all()
    assert len(tabs) >= 4
    for tab in tabs:
        tab.click()
        expect(tab).to_have_attribute("aria-current", "page")
        assert tab.locator("span").evaluate(IS_WHOLE), tab.inner_text()

    page.page.set_viewport_size(ZOOMED["viewport"])
    tabs[0].click()
    expect(page.rows.first).to_be_in_viewport(ratio=0.99)
    assert page.rows.first.evaluate(IS_UNCOVERED)
    assert page.page.evaluate("document.documentElement.scrollHeight <= innerHeight")

    queue.remove(queue.ids()[0])
    tabs[1].click()
    page.page.locator(".library-row .place-button[data-state=free]").first.click()
    dialog = page.page.get_by_role("dialog", name="Hinzufügen als …")
    dialog.get_by_role("button", name="Hinzufügen", exact=True).click()
    expect(page.page.get_by_text("Gib mindestens einen Buchstaben ein.")).to_be_in_viewport(ratio=0.99)
