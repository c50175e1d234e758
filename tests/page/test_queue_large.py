"""A queue of 1,000: little of it is drawn, all of it is reached, and a busy room disturbs no hand."""

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.conftest import ReadyMadeData
from tests.contract.conftest import new_room
from tests.contract.queues import Queue
from tests.contract.staff import fill_library
from tests.page.queue_page import Hand, QueuePage, still, titles_of
from tests.page.visitors import new_visitor
from tests.processes import TuttiServer

ITEMS = 1_000
MOST_DRAWN = 40
EVENTS = 40


@pytest.fixture(scope="module")
def busy_queue(built_page: object, ready_made_data: ReadyMadeData) -> Iterator[tuple[TuttiServer, Queue]]:
    with TuttiServer(**ready_made_data.options("embedded")) as server, server.client() as http:
        fill_library(server, ITEMS)
        tracks = [track["id"] for track in http.get("/api/tracks/", params={"limit": ITEMS}).json()]
        queue = Queue(http, new_room(http), tracks)
        queue.fill(ITEMS)
        yield server, queue


@pytest.fixture
def queue(busy_queue: tuple[TuttiServer, Queue]) -> Queue:
    return busy_queue[1]


@pytest.fixture
def page(browser: Browser, busy_queue: tuple[TuttiServer, Queue]) -> Iterator[QueuePage]:
    server, queue = busy_queue
    visitor = new_visitor(browser, server.base_url).open(f"/r/{queue.room}")
    found = QueuePage(visitor)
    expect(found.rows.first).to_be_visible()
    yield found
    visitor.context.close()
    assert visitor.complaints() == []


def test_few_rows_are_drawn_and_each_knows_its_place(page: QueuePage):
    assert page.rows.count() < MOST_DRAWN
    expect(page.rows.first).to_have_attribute("aria-setsize", str(ITEMS))

    page.scroll_to(30_000)

    assert page.rows.count() < MOST_DRAWN
    places = page.rows.evaluate_all("rows => rows.map(row => Number(row.ariaPosInSet))")
    assert places == sorted(places)


def test_the_last_one_is_a_key_away(page: QueuePage, queue: Queue):
    page.rows.first.focus()

    page.page.keyboard.press("End")

    last = titles_of(queue)[-1]
    expect(page.row(last)).to_be_focused()
    expect(page.row(last)).to_be_in_viewport()


def test_a_hand_carries_one_through_a_busy_room(page: QueuePage, queue: Queue):
    """Others move and vote all the time; the track comes to stand behind the one that it was dropped on."""
    ids = queue.ids()
    titles = page.titles()
    hand = Hand(page.page).grip(page.handle(titles[1]))

    for turn in range(EVENTS):
        busy = ids[20 + turn]
        queue.vote(busy, 1) if turn % 2 else queue.place(busy, before=ids[12])
        hand.carry_over(page.row(titles[3 + turn % 5]))
    hand.carry_over(page.row(titles[6]))
    still(page.page)
    hand.let_go()

    expect(page.page.locator(".status-text")).to_have_text("in sync")
    after = titles_of(queue)
    assert after.index(titles[1]) == after.index(titles[6]) + 1
    shown = page.titles()
    assert shown.index(titles[1]) == shown.index(titles[6]) + 1


def test_only_what_has_changed_is_drawn_anew(page: QueuePage, queue: Queue, http: httpx.Client):
    title = page.titles()[2]
    page.page.evaluate(
        """() => {
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
    )

    queue.vote(queue.ids()[2], -1)

    expect(page.row(title).locator(".rolling-new")).to_have_text("−1")
    assert page.page.evaluate("[...window.touched]") == [title]
