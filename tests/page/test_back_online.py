"""What could not be loaded without a network comes by itself when it is back, wherever one is looking."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.contract.queues import Queue
from tests.page.queue_page import BACK_MILLISECONDS
from tests.page.remembered import wait_until_remembered
from tests.page.visitors import PHONE, Visit, Visitor


def reloaded_without_network(visit: Visit, queue: Queue) -> Visitor:
    """At the room's part of a page that has never had an answer."""
    queue.fill(2)
    visitor = visit(f"/r/{queue.room}#room", **PHONE)
    visitor.loses_network = True
    visitor.page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    wait_until_remembered(visitor.page, queue)
    visitor.context.set_offline(True)
    visitor.page.reload()
    expect(visitor.page.locator(".status-text")).to_have_text("offline")
    return visitor


def share(page: Page) -> Locator:
    return page.get_by_role("region", name="Let others in")


def rooms(page: Page) -> Locator:
    return page.get_by_role("region", name="Rooms", exact=True)


def test_the_rooms_part_is_whole_again_after_a_reload_without_network(visit: Visit, queue: Queue):
    visitor = reloaded_without_network(visit, queue)
    page = visitor.page
    expect(share(page)).to_contain_text("The link for others needs the network.")
    expect(rooms(page)).to_contain_text("The list of rooms needs the network.")
    expect(share(page).get_by_role("button", name="Try again")).to_be_visible()
    assert visitor.violations() == []

    visitor.context.set_offline(False)

    code = share(page).get_by_role("img", name=re.compile("QR code"))
    expect(code).to_be_visible(timeout=BACK_MILLISECONDS)
    expect(rooms(page).get_by_role("link").first).to_be_visible(timeout=BACK_MILLISECONDS)
    expect(page.get_by_text("needs the network")).to_have_count(0)


def test_what_the_server_itself_can_not_say_is_asked_for_by_hand(visit: Visit, room: str):
    visitor = visit(f"/r/{room}", **PHONE)
    visitor.expects.add(429)
    page = visitor.page
    page.route("**/api/page/", lambda route: route.fulfill(status=429, headers={"Retry-After": "1"}))
    page.reload()
    page.get_by_role("button", name="Room").tap()
    expect(share(page).get_by_role("button", name="Try again")).to_be_visible()
    page.unroute("**/api/page/")

    share(page).get_by_role("button", name="Try again").tap()

    expect(share(page).get_by_role("img", name=re.compile("QR code"))).to_be_visible()
