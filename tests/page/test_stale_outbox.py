"""Changes that waited for over 20 hours are sent only if the user agrees; one line asks for that."""

import re

import httpx
from playwright.sync_api import Locator, Page, expect

from tests.contract.conftest import new_room
from tests.contract.queues import Queue
from tests.page.indexeddb import make_old, wait_until_discarded
from tests.page.queue_page import QueuePage, in_sync
from tests.page.visitors import PHONE, Visit, Visitor

HEIGHT = "element => element.clientHeight"


def offline(visit: Visit, queue: Queue, items: int) -> Visitor:
    """A client that is offline in a room with `items` items, and knows the server's time."""
    queue.fill(items)
    visitor = visit(f"/r/{queue.room}", loses_network=True, **PHONE)
    with visitor.page.expect_websocket() as opened:
        visitor.page.reload()
    # The client sends several pings after connecting; any pong is enough.
    opened.value.wait_for_event("framereceived", lambda message: '"pong"' in message)
    in_sync(visitor.page)
    visitor.context.set_offline(True)
    expect(visitor.page.locator(".status-text")).to_have_text("offline")
    return visitor


def opener(page: Page) -> Locator:
    return page.get_by_role("button", name="Review")


def opened(page: Page) -> Locator:
    opener(page).tap()
    dialog = page.get_by_role("dialog", name="Unsent changes")
    expect(dialog).to_be_visible()
    return dialog


def votes_of(queue: Queue) -> list[int]:
    return [item["votes"] for item in queue.items()]


def test_old_unsent_changes_take_one_line_and_each_can_be_sent_or_discarded(
    visit: Visit, queue: Queue, http: httpx.Client
):
    """The effect of a changed clock on their age is tested in offline.test.ts."""
    visitor = offline(visit, queue, items=8)
    page = QueuePage(visitor)
    first, second, third, *rest = page.titles()
    for title in (first, second, third, *rest):
        page.page.get_by_role("button", name=f"Vote up {title}").tap()
    make_old(page.page, actions=8)
    page.page.close()
    visitor.context.set_offline(False)

    # In another room, the list names the room of each change.
    elsewhere = visitor.another_tab().open(f"/r/{new_room(http)}").page
    expect(elsewhere.locator(".banner")).to_have_text(re.compile("^8 changes are over 20 hours old"))
    dialog = opened(elsewhere)
    dialog.get_by_role("button", name=f"Discard: Vote up {first} (room A test's room)").tap()
    expect(dialog.get_by_role("listitem")).to_have_count(7)
    # Shown at once, and written a moment later.
    wait_until_discarded(elsewhere, left=7)
    elsewhere.close()

    page = QueuePage(visitor.another_tab().open(f"/r/{queue.room}"))
    expect(page.page.locator(".banner")).to_have_text(re.compile("^7 changes are over 20 hours old"))
    assert page.list.evaluate(HEIGHT) > 300
    dialog = opened(page.page)
    last = dialog.get_by_role("listitem").last.get_by_role("button", name="Send: Vote up")
    last.scroll_into_view_if_needed()
    expect(last).to_be_in_viewport()

    # By the keyboard.
    dialog.get_by_role("button", name=f"Discard: Vote up {second}").press("Enter")
    expect(dialog.get_by_role("button", name=f"Send: Vote up {third}")).to_be_focused()
    dialog.get_by_role("button", name=f"Send: Vote up {third}").press("Enter")
    expect(dialog.get_by_role("listitem")).to_have_count(5)
    dialog.get_by_role("button", name="Send all").press("Enter")
    expect(dialog).to_have_count(0)
    expect(page.page.locator(".banner")).to_have_count(0)
    expect(page.page.locator(".app-invite")).to_be_focused()
    in_sync(page.page)
    assert votes_of(queue) == [0, 0, 1, 1, 1, 1, 1, 1]

    visitor.context.set_offline(True)
    expect(page.page.locator(".status-text")).to_have_text("offline")
    for title in rest[:2]:
        page.page.get_by_role("button", name=f"Vote up {title}").tap()
    make_old(page.page, actions=2)
    visitor.context.set_offline(False)
    opened(page.page).get_by_role("button", name="Discard all").tap()
    expect(page.page.locator(".banner")).to_have_count(0)
    in_sync(page.page)
    assert votes_of(queue) == [0, 0, 1, 1, 1, 1, 1, 1]
