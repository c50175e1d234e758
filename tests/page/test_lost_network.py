"""The network goes and comes: what is done meanwhile is sent once and in order, by whichever tab is left.

Over plain http from another machine, too, where browsers give less.
"""

import re

import httpx
from playwright.sync_api import expect

from tests.contract.conftest import new_room, queue_of
from tests.contract.queues import Queue
from tests.page.indexeddb import wait_until_actions_are_stored, wait_until_queue_is_stored
from tests.page.queue_page import QueuePage, in_sync, titles_of
from tests.page.scenes import show
from tests.page.visitors import PHONE, Visit, Visitor


def move_to_top(page: QueuePage, title: str) -> None:
    page.handle(title).focus()
    for key in ("Enter", "Home", "Enter"):
        page.page.keyboard.press(key)


def says(page: QueuePage, text: str) -> None:
    expect(page.page.locator(".status-text")).to_have_text(text)


def another_tab(visitor: Visitor, path: str) -> QueuePage:
    """Of the same browser."""
    return QueuePage(visitor.another_tab().open(path))


def test_offline_changes_are_sent_once_and_in_order(visit: Visit, queue: Queue, own_address: str):
    queue.fill(4)
    visitor = visit(f"/r/{queue.room}", base_url=own_address, loses_network=True, **PHONE)
    page = QueuePage(visitor)
    titles = page.titles()
    visitor.context.set_offline(True)
    says(page, "offline")

    page.page.get_by_role("button", name=f"Vote up {titles[1]}").tap()
    page.page.get_by_role("button", name=f"Vote down {titles[2]}").tap()
    move_to_top(page, titles[3])

    says(page, "offline, 3 unsent changes")
    assert titles_of(queue) == titles, "nothing can have been sent"
    visitor.context.set_offline(False)
    in_sync(page.page)
    assert titles_of(queue) == [titles[3], *titles[:3]] == page.titles()
    assert [item["votes"] for item in queue.items()] == [0, 0, 1, -1]
    assert page.moves_sent == 1

    # An action on an item removed meanwhile gets a plain message.
    visitor.expects.add(404)
    titles, first = page.titles(), queue.ids()[0]
    visitor.context.set_offline(True)
    page.page.get_by_role("button", name=f"Vote up {titles[0]}").tap()
    queue.remove(first)
    visitor.context.set_offline(False)
    expect(page.toast).to_contain_text(f"{titles[0]} is no longer in the queue.")
    page.shows(titles[1:])
    in_sync(page.page)


def test_a_reload_without_network_shows_the_last_state_keeps_unsent_changes_and_recovers(
    visit: Visit, http: httpx.Client
):
    """The one thing that needs https, or the server's own machine."""
    queue = queue_of(http, new_room(http, name="Kitchen party", order="votes", is_public=False))
    queue.fill(3)
    visitor = visit(f"/r/{queue.room}", loses_network=True, keeps_page=True, **PHONE)
    page = QueuePage(visitor)
    titles = page.titles()
    page.page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    expect(page.page.locator("h1")).to_have_text("Kitchen party")
    wait_until_queue_is_stored(page.page, queue)
    visitor.context.set_offline(True)
    up = page.page.get_by_role("button", name=f"Vote up {titles[0]}")
    up.tap()
    says(page, "offline, 1 unsent change")
    wait_until_actions_are_stored(page.page, 1)

    page.page.reload()

    page.shows(titles)
    says(page, "offline, 1 unsent change")
    expect(up).to_have_attribute("aria-pressed", "true")
    expect(page.page.locator("h1")).to_have_text("Kitchen party")
    expect(page.page.locator(".queue-handle")).to_have_count(0)
    expect(page.page.locator(".queue-head")).to_contain_text("This queue is ordered by votes.")

    # What has never had a response comes by itself, wherever one is looking.
    show(page.page, "room")
    share = page.page.get_by_role("region", name="Invite people")
    rooms = page.page.get_by_role("region", name="Rooms", exact=True)
    expect(share).to_contain_text("You’re offline. The invite link isn’t available.")
    expect(rooms).to_contain_text("You’re offline. The room list isn’t available.")
    expect(share.get_by_role("button", name="Try again")).to_be_visible()
    assert visitor.violations() == []
    visitor.context.set_offline(False)
    code = share.get_by_role("img", name=re.compile("QR code"))
    expect(code).to_be_visible()
    expect(rooms.get_by_role("link").first).to_be_visible()
    expect(page.page.get_by_text("You’re offline")).to_have_count(0)
    in_sync(page.page)
    assert [item["votes"] for item in queue.items()] == [1, 0, 0]


def test_unsent_changes_of_closed_tabs_are_sent_by_another_tab(visit: Visit, queue: Queue, address: str):
    queue.fill(4)
    visitor = visit(f"/r/{queue.room}", base_url=address, loses_network=True)
    page = QueuePage(visitor)
    titles = page.titles()
    visitor.context.set_offline(True)
    page.page.get_by_role("button", name=f"Vote up {titles[1]}").click()
    says(page, "offline, 1 unsent change")
    wait_until_actions_are_stored(page.page, 1)
    page.page.close()
    visitor.context.set_offline(False)
    one = another_tab(visitor, f"/r/{queue.room}")
    expect(one.rows.nth(1).locator(".rolling-new")).to_have_text("+1")
    in_sync(one.page)
    assert [item["votes"] for item in queue.items()] == [0, 1, 0, 0]

    # Two tabs have one outbox, and either sends what both did.
    other = another_tab(visitor, f"/r/{queue.room}")
    before = queue.state().seq
    visitor.context.set_offline(True)
    says(one, "offline")
    says(other, "offline")
    for number, (page, title) in enumerate([(one, titles[3]), (other, titles[2]), (one, titles[1])], start=1):
        move_to_top(page, title)
        for shown in (one, other):
            says(shown, f"offline, {number} unsent change{'s' * (number > 1)}")
    one.page.close()
    visitor.context.set_offline(False)
    in_sync(other.page)
    assert titles_of(queue) == [titles[place] for place in (1, 2, 3, 0)] == other.titles()
    assert queue.state().seq == before + 3, "something was done twice"
