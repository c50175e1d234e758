"""Adding tracks: once, with the place that they got. Axe: test_screenshots."""

import httpx
from playwright.sync_api import Locator, Page, Route, expect

from tests.contract.queues import Queue
from tests.page.queue_page import in_sync, titles_of
from tests.page.visitors import PHONE, Visit


def row(page: Page, title: str) -> Locator:
    return page.locator(".library-row", has=page.get_by_text(title, exact=True))


def test_a_tap_adds_a_track_once_and_its_place_follows_the_queue(visit: Visit, queue: Queue):
    queue.fill(2)
    page = visit(f"/r/{queue.room}#library", **PHONE).page
    button = row(page, "So What").get_by_role("button")
    held: list[Route] = []
    is_held = True
    page.route("**/playlist/", lambda route: held.append(route) if is_held else route.continue_())

    row(page, "So What").get_by_role("button", name="Add So What, Miles Davis").tap()

    # While it is under way a second tap does nothing.
    expect(button).to_have_accessible_name("So What is being added")
    button.tap(force=True)
    assert len(queue.items()) == 2
    is_held = False
    for route in held:
        route.continue_()
    expect(button).to_have_text("3rd")
    in_sync(page)
    assert titles_of(queue)[2:] == ["So What"]
    queue.place(queue.ids()[2], position=-1)
    expect(button).to_have_text("1st")

    # It is not added again.
    expect(button).to_have_attribute("aria-disabled", "true")
    # Playwright itself would press nothing that is disabled in words.
    button.tap(force=True)
    expect(page.get_by_text("Already in the queue, 1st.")).to_be_visible()
    assert titles_of(queue).count("So What") == 1


def test_by_keyboard_alone_a_track_is_found_and_added_and_others_change_its_button(
    visit: Visit, http: httpx.Client, queue: Queue
):
    visitor = visit(f"/r/{queue.room}")
    page = visitor.page
    button = row(page, "So What").get_by_role("button")
    expect(button).to_have_accessible_name("Add So What, Miles Davis")
    [track] = http.get("/api/tracks/", params={"search": "So What"}).json()
    item = queue.add(track["id"])
    expect(button).to_have_text("1st")
    expect(button).to_have_accessible_name("So What: already in the queue, 1st")
    queue.remove(item["id"])
    expect(button).to_have_accessible_name("Add So What, Miles Davis")

    page.keyboard.press("/")
    page.keyboard.type("miles")
    expect(page.locator(".library-title")).to_have_text(["So What"])
    page.keyboard.press("ArrowDown")
    assert visitor.focused("element => element.dataset.key") == "0"
    page.keyboard.press("Enter")
    expect(button).to_have_text("1st")
    expect(page.get_by_text("So What was added.")).to_be_attached()
    assert visitor.focused("element => element.dataset.key") == "0"
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("searchbox")).to_be_focused()
