"""What has gone from the page is gone from its memory, too."""

import re

from playwright.sync_api import CDPSession, Page, expect

from tests.contract.queues import Queue
from tests.page.queue_page import QueuePage
from tests.page.remembered import wait_until_remembered
from tests.page.visitors import Visit

ITEMS = 8
# A row that stayed in memory would be more nodes than are allowed for, after one round.
ROUNDS = 3
# Less than one row has: those that are glowing or rolling just then.
FEW_NODES = 60


def test_rows_that_came_and_went_leave_nothing_behind(visit: Visit, queue: Queue):
    """On a page that began with the rows that it remembered: a drawing that lasts as long as the page."""
    items = queue.fill(ITEMS)
    page = QueuePage(visit(f"/r/{queue.room}")).page
    wait_until_remembered(page, queue)
    page.reload()
    session = page.context.new_cdp_session(page)
    come_and_go(queue, items, page)
    before = nodes(session)

    come_and_go(queue, items, page)

    assert nodes(session) - before < FEW_NODES


def come_and_go(queue: Queue, items: list[int], page: Page) -> None:
    """Tracks are added at the head and removed, while the others get votes."""
    track = next(one for one in queue.tracks if one not in {item["track_id"] for item in queue.items()})
    for number in range(ROUNDS):
        added = queue.add(track, before=items[0])["id"]
        for item in items[number % 5 : number % 5 + 4]:
            queue.vote(item, 1 if number % 2 else -1)
        shows_all_of(page, queue)
        queue.remove(added)
        shows_all_of(page, queue)


def shows_all_of(page: Page, queue: Queue) -> None:
    seq = queue.state().seq
    expect(page.locator(".status-button")).to_have_accessible_name(re.compile(rf"#{seq}$"))


def nodes(session: CDPSession) -> int:
    """Of all documents, once what nobody holds has been collected."""
    session.send("HeapProfiler.collectGarbage")
    counted: int = session.send("Memory.getDOMCounters")["nodes"]
    return counted
