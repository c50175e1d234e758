"""Back closes the topmost, then leads to the queue, then leaves; addresses can be shared and reloaded."""

import re
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.contract.charts.envelopes import get_data
from tests.contract.queues import Queue
from tests.page.visitors import DESKTOP, PHONE, TABLET, Visit

BEFORE = "about:blank"


def tab(page: Page, name: str) -> None:
    page.locator(".app-tabs").get_by_role("button", name=name).click()


def test_back_on_a_phone_closes_sheets_then_shows_the_queue_then_leaves(
    visit: Visit, queue: Queue, http: httpx.Client
):
    queue.fill(3)
    track = get_data(http, "/api/charts/pop/")["tracks"][0]
    visitor = visit(f"/r/{queue.room}", **PHONE)
    page = visitor.page
    queue_part, menu = page.locator("#queue-part"), page.get_by_role("menu")
    page.locator(".queue-more").first.click()
    expect(menu).to_be_visible()

    page.go_back()
    expect(menu).to_have_count(0)
    expect(queue_part).to_be_visible()
    expect(page.locator(".queue-more").first).to_be_focused()

    # Of two tabs one after the other only one leads to the queue.
    tab(page, "History")
    tab(page, "Library")
    page.get_by_role("button", name="Charts").click()
    page.get_by_role("button", name="Pop", exact=True).click()
    page.locator(f'.charts-row[data-isrc="{track["isrc"]}"] .charts-open').click()
    expect(page.locator("#chart-track-title")).to_have_text(track["name"])
    assert page.url.endswith(f"/r/{queue.room}#charts/pop/track/{track['isrc']}")
    page.reload()
    expect(page.locator("#chart-track-title")).to_have_text(track["name"])

    page.go_back()
    expect(page.locator(".chart-track")).to_have_count(0)
    expect(page.locator(".charts-row").first).to_be_visible()
    expect(page).to_have_url(re.compile("#charts/pop$"))
    page.go_back()
    expect(queue_part).to_be_visible()
    expect(queue_part).to_be_focused()
    expect(page).to_have_url(f"{visitor.base_url}/r/{queue.room}")
    page.go_forward()
    expect(page.locator(".charts-row").first).to_be_visible()

    # What closes by itself leaves nothing for Back to close.
    tab(page, "Queue")
    page.locator(".queue-more").first.click()
    expect(menu).to_be_visible()
    page.keyboard.press("Escape")
    expect(menu).to_have_count(0)
    expect(page).to_have_url(f"{visitor.base_url}/r/{queue.room}")
    page.wait_for_function("() => history.state.depth === 0")
    page.go_back()
    assert page.url == BEFORE


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_search_is_stored_in_the_url(visit: Visit, room: str, size: dict[str, Any]):
    page = visit(f"/r/{room}#library", **size).page
    page.get_by_role("searchbox").fill("so what")
    expect(page.locator(".library .virtual-row")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"#library\?search=so\+what$"))

    other = visit(page.url.removeprefix(page.url.split("/r/")[0]), **size).page
    expect(other.get_by_role("searchbox")).to_have_value("so what")
    expect(other.locator(".library .virtual-row")).to_have_count(1)
    other.reload()
    expect(other.locator(".library .virtual-row")).to_have_count(1)


def test_back_on_a_desktop_closes_the_dialog_then_shows_the_previous_section(visit: Visit, room: str):
    page = visit(f"/r/{room}", **DESKTOP).page
    tab(page, "Room")
    expect(page.locator(".rooms").first).to_be_visible()
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()

    page.go_back()
    expect(dialog).to_have_count(0)
    expect(page.locator(".rooms").first).to_be_visible()
    page.go_back()
    expect(page.locator(".history")).to_be_visible()
    expect(page.locator("#room-part")).to_be_hidden()

    page.go_back()
    assert page.url == BEFORE


def test_on_a_tablet_history_and_room_are_a_sheet_above_library_and_queue(visit: Visit, room: str):
    page = visit(f"/r/{room}", **TABLET).page
    library, sheet = page.locator("#library-part"), page.locator(".app-side")
    for close in (
        page.go_back,
        lambda: page.keyboard.press("Escape"),
        lambda: sheet.get_by_role("button", name="Close").click(),
        lambda: page.mouse.click(20, TABLET["viewport"]["height"] / 2),
        lambda: tab(page, "Library"),
    ):
        tab(page, "Room")
        expect(page.locator("#room-part")).to_be_focused()
        expect(page.locator(".rooms").first).to_be_visible()
        expect(library).to_be_visible()
        expect(page.locator(".app-find")).to_have_attribute("inert", "")
        close()
        expect(sheet).to_be_hidden()
        expect(library).to_be_visible()
        expect(page.locator("#queue-part")).to_be_visible()
    page.wait_for_function("() => history.state.depth === 0")
