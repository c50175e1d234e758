"""Single keys: what each does, and where it does nothing. What each means: keyboard_shortcuts.test.ts."""

from playwright.sync_api import Page, expect

from tests.contract.queues import Queue
from tests.page.queue_page import still, titles_of
from tests.page.visitors import DESKTOP, PHONE, Visit, until


def expect_playing(page: Page, title: str) -> None:
    expect(page.locator(".playing-title")).to_have_text(title)
    expect(page.locator(".status-text")).to_have_text("in sync")


def expect_that_nothing_was_done(page: Page) -> None:
    """What a key does is shown with the next frame."""
    still(page)
    expect(page.get_by_text("Nothing playing.")).to_be_visible()
    expect(page.locator(".status-text")).to_have_text("in sync")


def test_shortcuts_work_are_listed_and_can_be_turned_off(visit: Visit, queue: Queue):
    first, second, _ = queue.fill(3)
    titles = titles_of(queue)
    page = visit(f"/r/{queue.room}").page
    expect(page.locator(".app-queue")).to_contain_text("3 to come")

    # The browser's own comes to nothing here.
    for key, place, item in (("Space", 0, first), ("n", 1, second), ("Alt+n", 1, second), ("p", 0, first)):
        page.keyboard.press(key)
        still(page)
        expect_playing(page, titles[place])
        assert queue.playing() == item

    page.keyboard.press("Space")
    expect(page.get_by_text("Nothing playing.")).to_be_visible()
    expect(page.locator(".status-text")).to_have_text("in sync")
    assert queue.playing() is None

    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.get_by_role("button", name="Room", exact=True).press("Space")
    expect(page.get_by_role("heading", name="Invite people")).to_be_visible()
    expect_that_nothing_was_done(page)

    # A question mark lists them.
    page.get_by_role("button", name="History").focus()

    page.keyboard.press("?")

    keys = page.get_by_role("dialog", name="Keyboard shortcuts")
    for text in ("Play or stop", "Open track menu", "Vote up, vote down", "Remove track"):
        expect(keys).to_contain_text(text)
    # None works behind it.
    keys.press("Space")
    page.keyboard.press("/")
    page.keyboard.press("Escape")
    expect(keys).to_have_count(0)
    expect(page.get_by_role("button", name="History")).to_be_focused()
    expect_that_nothing_was_done(page)

    # Digits lead to the parts of a narrow window.
    page.set_viewport_size(PHONE["viewport"])
    for key, part in (("2", "library"), ("3", "history"), ("4", "room"), ("1", "queue")):
        page.keyboard.press(key)
        expect(page.locator(f"#{part}-part")).to_be_visible()
        expect(page.locator(f"#{part}-part")).to_be_focused()
    page.set_viewport_size(DESKTOP["viewport"])

    page.keyboard.press("?")
    page.get_by_role("switch", name="Single-key shortcuts").uncheck()
    page.keyboard.press("Escape")
    # The browser's history goes back to the entry of the room beside the queue; a reload would stop it.
    until(page, lambda: page.evaluate("history.state.depth") == 1)
    page.reload()
    expect(page.locator(".app-queue")).to_contain_text("1 to come")
    for key in ("Space", "/", "?"):
        page.keyboard.press(key)
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("searchbox")).not_to_be_focused()
    expect_that_nothing_was_done(page)
