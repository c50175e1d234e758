"""Adding tracks: once, with the place that they got."""

import httpx
from playwright.sync_api import Locator, Page, Route, expect

from tests.contract.queues import Queue
from tests.page.visitors import PHONE, Visit


def row(page: Page, title: str) -> Locator:
    return page.locator(".library-row", has=page.get_by_text(title, exact=True))


def track_id(http: httpx.Client, title: str) -> int:
    found: int = http.get("/api/tracks/", params={"search": title}).json()[0]["id"]
    return found


def queued_titles(queue: Queue) -> list[str]:
    return [item["track"]["title"] for item in queue.items()]


def test_a_tap_adds_a_track_and_shows_its_place(visit: Visit, queue: Queue):
    queue.fill(2)
    page = visit(f"/r/{queue.room}#library", **PHONE).page

    row(page, "So What").get_by_role("button", name="Add So What, Miles Davis").tap()

    expect(row(page, "So What").get_by_role("button")).to_have_text("3rd")
    expect(page.locator(".status-text")).to_have_text("in sync")
    assert queued_titles(queue)[2:] == ["So What"]


def test_what_others_add_and_remove_changes_the_button(visit: Visit, http: httpx.Client, queue: Queue):
    page = visit(f"/r/{queue.room}#library").page
    button = row(page, "So What").get_by_role("button")
    expect(button).to_have_accessible_name("Add So What, Miles Davis")

    item = queue.add(track_id(http, "So What"))

    expect(button).to_have_text("1st")
    expect(button).to_have_accessible_name("So What: already in the queue, 1st")
    queue.remove(item["id"])
    expect(button).to_have_accessible_name("Add So What, Miles Davis")


def test_its_place_follows_the_queue(visit: Visit, http: httpx.Client, queue: Queue):
    queue.fill(3)
    item = queue.add(track_id(http, "Take Five"))
    page = visit(f"/r/{queue.room}#library").page
    page.get_by_role("searchbox").fill("take five")
    expect(row(page, "Take Five").get_by_role("button")).to_have_text("4th")

    queue.place(item["id"], position=-1)

    expect(row(page, "Take Five").get_by_role("button")).to_have_text("1st")


def test_a_queued_track_is_not_added_again_and_says_where_it_stands(
    visit: Visit, http: httpx.Client, queue: Queue
):
    queue.add(track_id(http, "So What"))
    page = visit(f"/r/{queue.room}#library").page
    button = row(page, "So What").get_by_role("button")
    expect(button).to_have_attribute("aria-disabled", "true")

    # Playwright itself would press nothing that is disabled in words.
    button.click(force=True)

    expect(page.get_by_text("Already in the queue, 1st.")).to_be_visible()
    assert queued_titles(queue) == ["So What"]


def test_while_it_is_under_way_a_second_tap_does_nothing(visit: Visit, queue: Queue):
    page = visit(f"/r/{queue.room}#library", **PHONE).page
    held: list[Route] = []
    is_held = True
    page.route("**/playlist/", lambda route: held.append(route) if is_held else route.continue_())
    button = row(page, "So What").get_by_role("button")

    button.tap()

    expect(button).to_have_accessible_name("So What is being added")
    button.tap(force=True)
    assert queued_titles(queue) == []
    is_held = False
    for route in held:
        route.continue_()
    expect(button).to_have_text("1st")
    assert queued_titles(queue) == ["So What"]


def test_by_keyboard_alone_a_track_is_found_and_added(visit: Visit, queue: Queue):
    visitor = visit(f"/r/{queue.room}")
    page = visitor.page
    expect(row(page, "So What")).to_be_visible()

    page.keyboard.press("/")
    page.keyboard.type("miles")
    expect(page.locator(".library-title")).to_have_text(["So What"])
    page.keyboard.press("ArrowDown")
    assert visitor.focused("element => element.dataset.key") == "0"
    page.keyboard.press("Enter")

    expect(row(page, "So What").get_by_role("button")).to_have_text("1st")
    expect(page.get_by_text("So What was added.")).to_be_attached()
    assert visitor.focused("element => element.dataset.key") == "0"
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("searchbox")).to_be_focused()


def test_every_state_of_a_row_is_accessible(visit: Visit, http: httpx.Client, queue: Queue):
    queue.add(track_id(http, "So What"))
    for options in (PHONE, {"color_scheme": "dark"}, {"locale": "de-DE"}):
        visitor = visit(f"/r/{queue.room}#library", **options)
        expect(row(visitor.page, "So What").get_by_role("button")).to_contain_text("1")
        assert visitor.violations() == []
