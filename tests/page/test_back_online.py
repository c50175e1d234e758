"""What could not be loaded without a network comes by itself when it is back, wherever one is looking."""

import re

from playwright.sync_api import expect

from tests.contract.queues import Queue
from tests.page.queue_page import BACK_MILLISECONDS
from tests.page.remembered import wait_until_remembered
from tests.page.visitors import PHONE, Visit


def test_the_rooms_part_is_whole_again_after_a_reload_without_network(visit: Visit, queue: Queue):
    """Of a page that has never had an answer."""
    queue.fill(2)
    visitor = visit(f"/r/{queue.room}#room", loses_network=True, keeps_page=True, **PHONE)
    page = visitor.page
    page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    wait_until_remembered(page, queue)
    visitor.context.set_offline(True)
    page.reload()
    expect(page.locator(".status-text")).to_have_text("offline")
    share = page.get_by_role("region", name="Let others in")
    rooms = page.get_by_role("region", name="Rooms", exact=True)
    expect(share).to_contain_text("The link for others needs the network.")
    expect(rooms).to_contain_text("The list of rooms needs the network.")
    expect(share.get_by_role("button", name="Try again")).to_be_visible()
    assert visitor.violations() == []

    visitor.context.set_offline(False)

    code = share.get_by_role("img", name=re.compile("QR code"))
    expect(code).to_be_visible(timeout=BACK_MILLISECONDS)
    expect(rooms.get_by_role("link").first).to_be_visible(timeout=BACK_MILLISECONDS)
    expect(page.get_by_text("needs the network")).to_have_count(0)
