"""What others do to the queue: it is seen, and nothing jumps, shifts or loses focus by it."""

import re

import pytest
from playwright.sync_api import CDPSession, Page, expect

from tests.contract.queues import Queue
from tests.page.indexeddb import wait_until_queue_is_stored
from tests.page.queue_page import QueuePage, in_sync, titles_of
from tests.page.scenes import show
from tests.page.visitors import PHONE, Visit

ITEMS = 8
# A row that stayed in memory would be more nodes than are allowed for, after one round.
ROUNDS = 2
# Less than one row has: those that are glowing or rolling just then.
FEW_NODES = 60
# What moves by itself is counted from here on.
COUNT_ANIMATIONS = """() => {
    window.animated = 0;
    const animate = Element.prototype.animate;
    Element.prototype.animate = function (...given) {
        window.animated += 1;
        return animate.apply(this, given);
    };
}"""


COUNT_GLOWS = """() => {
    window.glowed = 0;
    new MutationObserver(() => { window.glowed += 1; }).observe(
        document.querySelector(".queue"),
        { attributes: true, attributeFilter: ["data-glow"], subtree: true },
    );
}"""


@pytest.fixture
def ids(queue: Queue) -> list[int]:
    return queue.fill(30)


@pytest.fixture
def page(visit: Visit, queue: Queue, ids: list[int]) -> QueuePage:
    return QueuePage(visit(f"/r/{queue.room}"))


def test_at_the_top_new_items_are_visible_and_the_playing_one_is_scrolled_to_on_request(
    page: QueuePage, queue: Queue, ids: list[int]
):
    titles = titles_of(queue)
    minutes = round(sum(item["track"]["duration_seconds"] for item in queue.items()) / 60)
    head = page.page.locator(".queue-head")
    expect(head).to_contain_text(f"30 to come · {minutes // 60} hr {minutes % 60} min")

    # Rows glide to their places: the one that moved, and the three that made room.
    page.page.evaluate(COUNT_ANIMATIONS)
    queue.place(ids[3], before=ids[0])
    expect(page.rows.first).to_contain_text(titles[3])
    assert page.page.evaluate("window.animated") == 4
    queue.place(ids[29], before=ids[3])
    expect(page.rows.first).to_contain_text(titles[29])
    assert page.scrolled() == 0

    # Additions of others are highlighted with their name, and one's own are not.
    track = next(track for track in queue.tracks if track not in {i["track_id"] for i in queue.items()})
    queue.add(track, added_by="Bo", after=ids[0])
    expect(page.page.locator(".queue-row[data-glow=added]")).to_contain_text("Bo")
    expect(page.page.locator(".queue-row[data-glow]")).to_have_count(0)
    page.page.evaluate(COUNT_GLOWS)
    page.page.get_by_role("button", name=f"Vote up {titles[0]}").click()
    expect(page.row(titles[0])).to_contain_text("+1")
    in_sync(page.page)
    assert page.page.evaluate("window.glowed") == 0

    # For those who want it still rows are just there.
    page.page.emulate_media(reduced_motion="reduce")
    page.page.evaluate("window.animated = 0")
    queue.place(ids[4], before=ids[29])
    expect(page.rows.first).to_contain_text(titles[4])
    assert page.page.evaluate("window.animated") == 0

    queue.play(ids[25])
    expect(page.page.locator(".app-playing")).to_contain_text(titles[25])
    assert page.scrolled() == 0
    page.page.set_viewport_size(PHONE["viewport"])
    for part in ("queue", "library"):
        show(page.page, part)
        page.page.get_by_role("button", name=f"Open the player: {titles[25]}").click()
        page.page.get_by_role("button", name="Show in the queue").click()
        expect(page.playing).to_be_in_viewport()
        expect(page.playing).to_be_focused()
        page.scroll_to(0)


def test_changes_above_do_not_move_visible_rows_or_focus(page: QueuePage, queue: Queue, ids: list[int]):
    titles = titles_of(queue)
    page.scroll_to(800)
    before = page.top_of(titles[15])
    queue.place(ids[28], before=ids[0])
    queue.remove(ids[1])
    queue.remove(ids[2])
    queue.place(ids[3], after=ids[29])
    expect(page.page.locator(".queue-head")).to_contain_text("28 to come")
    expect(page.row(titles[15])).to_have_attribute("aria-posinset", "14")
    assert abs(page.top_of(titles[15]) - before) < 1

    # Focus follows the track that it is on, and goes on when that is removed.
    page.scroll_to(0)
    up = page.row(titles[4]).get_by_role("button", name=f"Vote up {titles[4]}")
    up.focus()
    queue.place(ids[4], after=ids[29])
    expect(page.row(titles[4])).to_have_attribute("aria-posinset", "27")
    expect(up).to_be_focused()
    expect(up).to_be_in_viewport()
    queue.remove(ids[4])
    expect(page.row(titles[4])).to_have_count(0)
    assert page.focused_title() == titles[3]

    # It is not lost by scrolling away.
    page.scroll_to(0)
    page.rows.first.focus()
    title = page.focused_title()
    page.scroll_to(1500)
    assert page.focused_title() == title
    page.page.keyboard.press("ArrowDown")
    assert page.scrolled() < 100
    assert page.focused_title() == page.titles()[1]


# --- What has gone is gone from memory, too ----------------------------------------------------------


def test_removed_rows_leave_no_elements(visit: Visit, queue: Queue):
    """On a page that started with stored rows: a drawing that lasts as long as the page."""
    items = queue.fill(ITEMS)
    page = visit(f"/r/{queue.room}").page
    wait_until_queue_is_stored(page, queue)
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
    expect(page.locator(".status-button")).to_have_attribute("aria-label", re.compile(rf"#{seq}$"))


def nodes(session: CDPSession) -> int:
    """Of all documents, after garbage collection."""
    session.send("HeapProfiler.collectGarbage")
    counted: int = session.send("Memory.getDOMCounters")["nodes"]
    return counted
