"""States that a queue can be in: each looks right and says what to do. Axe: test_screenshots."""

import httpx
import pytest
from playwright.sync_api import expect

from tests.contract.libraries import Library
from tests.contract.queues import Queue
from tests.page.queue_page import QueuePage, still
from tests.page.scenes import show
from tests.page.visitors import DESKTOP, NARROW, PHONE, Visit


def test_an_empty_queue_shows_suggestions_and_the_search(visit: Visit, queue: Queue):
    visitor = visit(f"/r/{queue.room}#queue", **PHONE)
    page = QueuePage(visitor)
    offers = page.page.locator(".queue-suggestion")
    expect(offers).to_have_count(3)
    page.page.get_by_role("button", name="Find a track", exact=True).tap()
    expect(page.page.get_by_role("searchbox")).to_be_focused()
    show(page.page, "queue")
    first = offers.first.locator(".queue-title").inner_text()

    offers.first.get_by_role("button").click()

    page.shows([first])
    expect(page.page.locator(".queue-suggestion")).to_have_count(0)
    page.page.get_by_role("button", name="Add", exact=True).tap()
    expect(page.page.get_by_role("searchbox")).to_be_focused()

    # Loading is a skeleton of the same height.
    show(page.page, "queue")
    row = page.rows.first.bounding_box()
    # A visit of a room that this browser has never seen, to a server that says nothing.
    page.page.route_web_socket("**/ws/**", lambda _: None)
    page.page.goto(visitor.base_url + "/r/main")
    skeletons = page.page.locator(".queue-skeleton")
    expect(skeletons).to_have_count(8)

    first, second = skeletons.nth(0).bounding_box(), skeletons.nth(1).bounding_box()
    assert row
    assert first
    assert second
    assert second["y"] - first["y"] == row["height"]
    assert first["x"] == row["x"]
    expect(page.page.get_by_text("Loading the queue…")).to_be_attached()


@pytest.fixture
def odd_titles(queue: Queue, library: Library) -> list[str]:
    titles = [
        "أعطني الناي وغنِّ",
        "🎉🕺 Party 🎶",
        "The Song With a Title So Long That It Could Never Possibly Fit Into One Line of Any Phone",
        "Donaudampfschifffahrtsgesellschaftskapitänsmützenlied",
        "Very short",
    ]
    lengths = [7, None, 3723, 200, 59]
    for title, seconds in zip(titles, lengths, strict=True):
        track = library.add(title=title, artist="Somebody With a Rather Long Name", duration_seconds=seconds)
        queue.add(track["id"], added_by="Maximilian von und zu Hohenfels")
    return titles


OVERLAPS = """rows => rows.filter(row => {
    const text = row.querySelector(".queue-text").getBoundingClientRect();
    const votes = row.querySelector(".queue-votes").getBoundingClientRect();
    return text.right > votes.left + 1 || text.bottom > row.getBoundingClientRect().bottom;
}).length"""


def test_unusual_titles_durations_and_votes_are_shown(
    visit: Visit, http: httpx.Client, queue: Queue, odd_titles: list[str]
):
    """Colours and the longer words of these rows: test_screenshots."""
    item = queue.ids()[-1]
    for _ in range(12):
        token = http.post("/api/guests/", json={}).json()["token"]
        http.cookies.clear()
        http.post(f"{queue.path}{item}/vote/", json={"value": -1}, headers={"X-Guest-Token": token})
        http.cookies.clear()
    visitor = visit(f"/r/{queue.room}", **NARROW)
    page = QueuePage(visitor)
    page.shows(odd_titles)
    expect(page.rows.last.locator(".queue-number")).to_have_text("−12")
    lengths = page.page.locator(".queue-length").all_inner_texts()
    assert [length.strip(", ") for length in lengths[:1] + lengths[2:]] == ["0:07", "1:02:03", "3:20", "0:59"]
    expect(page.page.locator(".queue .queue-title").first).to_have_css("direction", "rtl")
    assert visitor.violations() == []
    for size in (NARROW, PHONE, DESKTOP):
        page.page.set_viewport_size(size["viewport"])
        still(page.page)
        assert not visitor.scrolls_sideways()
        assert page.rows.evaluate_all(OVERLAPS) == 0

    # Letters of twice the size leave room for the title, in rows of which three fit.
    page.page.set_viewport_size(PHONE["viewport"])
    page.page.evaluate("() => { document.documentElement.style.fontSize = '200%'; }")
    page.page.wait_for_function("() => document.querySelector('.queue .virtual-row').offsetHeight >= 128")
    letters = page.page.locator(".queue .queue-title").last.evaluate(
        "title => title.offsetWidth / parseFloat(getComputedStyle(title).fontSize)"
    )
    assert letters > 4
    assert not visitor.scrolls_sideways()
