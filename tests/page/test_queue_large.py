"""A large queue: little of it is drawn, all of it is reached, and a busy room disturbs no hand."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.contract.conftest import client_of, new_room
from tests.contract.queues import Queue
from tests.contract.staff import fill_library
from tests.page.queue_page import Hand, QueuePage, still, titles_of
from tests.page.visitors import Visit
from tests.processes import TuttiServer

# What is drawn of so many is drawn of any number.
ITEMS = 60
ROW_PIXELS = 30
MOST_DRAWN = 40
EVENTS = 16
NOTE_TOUCHED = """() => {
    window.touched = new Set();
    new MutationObserver(changes => {
        for (const { target } of changes) {
            const element = target.nodeType === Node.ELEMENT_NODE ? target : target.parentElement;
            const row = element?.closest(".virtual-row");
            if (row) window.touched.add(row.querySelector(".queue-title").textContent);
        }
    }).observe(document.querySelector(".queue .virtual-rows"), {
        attributes: true, childList: true, characterData: true, subtree: true,
    });
}"""


@pytest.fixture
def queue(lone_site: TuttiServer) -> Iterator[Queue]:
    fill_library(lone_site, ITEMS)
    with client_of(lone_site) as http:
        tracks = [track["id"] for track in http.get("/api/tracks/", params={"limit": ITEMS}).json()]
        yield Queue(http, new_room(http), tracks)


def test_a_large_queue_draws_few_rows_and_dragging_works_in_a_busy_room(
    visit: Visit, lone_site: TuttiServer, queue: Queue
):
    ids = queue.fill(ITEMS)
    page = QueuePage(visit(f"/r/{queue.room}", base_url=lone_site.base_url))
    titles = page.titles()

    # Only what has changed is drawn.
    page.page.evaluate(NOTE_TOUCHED)
    queue.vote(ids[2], -1)
    expect(page.row(titles[2]).locator(".rolling-new")).to_have_text("−1")
    assert page.page.evaluate("[...window.touched]") == [titles[2]]

    # Others move and vote all the time; the track comes to stand behind the one that it was dropped on.
    hand = Hand(page.page).grip(page.handle(titles[1]))
    for turn in range(EVENTS):
        busy = ids[20 + turn]
        queue.vote(busy, 1) if turn % 2 else queue.place(busy, before=ids[12])
        hand.carry_over(page.row(titles[3 + turn % 5]))
    hand.carry_over(page.row(titles[6]))
    still(page.page)
    hand.let_go()
    expect(page.page.locator(".status-text")).to_have_text("in sync")
    after, shown = titles_of(queue), page.titles()
    assert after.index(titles[1]) == after.index(titles[6]) + 1
    assert shown.index(titles[1]) == shown.index(titles[6]) + 1

    # Few rows are drawn, each knows its place, and the last is a key away.
    assert page.rows.count() < MOST_DRAWN
    expect(page.rows.first).to_have_attribute("aria-setsize", str(ITEMS))
    page.scroll_to(ITEMS * ROW_PIXELS)
    assert page.rows.count() < MOST_DRAWN
    places = page.rows.evaluate_all("rows => rows.map(row => Number(row.ariaPosInSet))")
    assert places == sorted(places)
    assert places[0] > 1
    page.rows.first.focus()
    page.page.keyboard.press("End")
    expect(page.row(after[-1])).to_be_focused()
    expect(page.row(after[-1])).to_be_in_viewport()
