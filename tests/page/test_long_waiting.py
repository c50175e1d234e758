"""What waited for over 20 hours is asked about, in one line; what only seems so old is sent."""

import re

import httpx
from playwright.sync_api import Locator, Page, expect

from tests.contract.conftest import new_room
from tests.contract.queues import Queue
from tests.page.queue_page import QueuePage, in_sync
from tests.page.remembered import make_old
from tests.page.visitors import PHONE, Visit, Visitor

DAY = 24 * 60 * 60
HEIGHT = "element => element.clientHeight"


def offline(visit: Visit, queue: Queue, items: int) -> Visitor:
    """Somebody whose network has gone, at a queue of so many, and who has been told the server's time."""
    queue.fill(items)
    visitor = visit(f"/r/{queue.room}", loses_network=True, **PHONE)
    with visitor.page.expect_websocket() as opened:
        visitor.page.reload()
    # Asked for several times after connecting: any of them will do.
    opened.value.wait_for_event("framereceived", lambda frame: '"pong"' in frame)
    in_sync(visitor.page)
    visitor.context.set_offline(True)
    expect(visitor.page.locator(".status-text")).to_have_text("offline")
    return visitor


def voted_long_ago(visit: Visit, queue: Queue, votes: int) -> QueuePage:
    """Back online with so many votes of yesterday, on the items from the first on."""
    visitor = offline(visit, queue, votes)
    for title in [item["track"]["title"] for item in queue.items()]:
        visitor.page.get_by_role("button", name=f"Vote up {title}").tap()
    make_old(visitor.page, actions=votes)
    visitor.context.set_offline(False)
    expect(opener(visitor.page)).to_be_visible()
    return QueuePage(visitor)


def opener(page: Page) -> Locator:
    return page.get_by_role("button", name="Send or forget")


def opened(page: Page) -> Locator:
    opener(page).tap()
    dialog = page.get_by_role("dialog", name="Not sent")
    expect(dialog).to_be_visible()
    return dialog


def votes_of(queue: Queue) -> list[int]:
    return [item["votes"] for item in queue.items()]


def test_old_changes_take_one_line_and_each_can_be_sent_or_forgotten(visit: Visit, queue: Queue):
    page = voted_long_ago(visit, queue, votes=8)
    first, second, third, *_ = page.titles()

    expect(page.page.locator(".banner")).to_have_text(re.compile("^8 changes have waited"))
    assert page.list.evaluate(HEIGHT) > 300
    dialog = opened(page.page)
    expect(dialog.get_by_role("listitem")).to_have_count(8)
    last = dialog.get_by_role("listitem").last.get_by_role("button", name="Send: Vote up")
    last.scroll_into_view_if_needed()
    expect(last).to_be_in_viewport()

    # By the keyboard.
    dialog.get_by_role("button", name=f"Forget: Vote up {second}").press("Enter")
    expect(dialog.get_by_role("button", name=f"Send: Vote up {third}")).to_be_focused()
    dialog.get_by_role("button", name=f"Send: Vote up {third}").press("Enter")
    expect(dialog.get_by_role("listitem")).to_have_count(6)
    dialog.get_by_role("button", name=f"Forget: Vote up {first}").press("Enter")
    expect(dialog.get_by_role("listitem")).to_have_count(5)
    dialog.get_by_role("button", name="Forget all").press("Enter")
    expect(dialog).to_have_count(0)
    expect(page.page.locator(".banner")).to_have_count(0)
    expect(page.page.locator(".status-button")).to_be_focused()
    in_sync(page.page)
    assert votes_of(queue) == [0, 0, 1, 0, 0, 0, 0, 0]


def test_all_are_sent_at_once_and_a_clock_that_is_set_ages_nothing(visit: Visit, queue: Queue):
    page = voted_long_ago(visit, queue, votes=2)
    opened(page.page).get_by_role("button", name="Send all").tap()
    expect(page.page.locator(".banner")).to_have_count(0)
    in_sync(page.page)
    assert votes_of(queue) == [1, 1]

    page.visitor.context.set_offline(True)
    expect(page.page.locator(".status-text")).to_have_text("offline")
    page.page.locator(".queue-vote[data-way=up]").first.tap()
    page.page.clock.set_system_time(page.page.evaluate("Date.now()") / 1000 + DAY)
    page.page.locator(".queue-vote[data-way=up]").last.tap()
    page.visitor.context.set_offline(False)
    in_sync(page.page)
    expect(page.page.locator(".banner")).to_have_count(0)
    assert votes_of(queue) == [0, 0]


def test_another_room_asks_about_them_too_and_says_where_they_belong(
    visit: Visit, queue: Queue, http: httpx.Client
):
    visitor = offline(visit, queue, items=2)
    first, second = [item["track"]["title"] for item in queue.items()]
    for title in (first, second):
        visitor.page.get_by_role("button", name=f"Vote up {title}").tap()
    make_old(visitor.page, actions=2)
    visitor.page.close()
    visitor.context.set_offline(False)
    page = visitor.another_tab().open(f"/r/{new_room(http)}").page

    expect(page.locator(".banner")).to_have_text(re.compile("^2 changes have waited"))
    dialog = opened(page)
    dialog.get_by_role("button", name=f"Forget: Vote up {first}, in the room A test's room").tap()
    dialog.get_by_role("button", name=f"Send: Vote up {second}, in the room A test's room").tap()

    expect(page.locator(".banner")).to_have_count(0)
    in_sync(visitor.another_tab().open(f"/r/{queue.room}").page)
    assert votes_of(queue) == [0, 1]
