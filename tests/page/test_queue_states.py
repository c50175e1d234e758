"""States that a queue can be in: each looks right and says what to do. Axe: test_screenshots."""

import secrets
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import expect

from tests.contract.conftest import client_of
from tests.contract.libraries import Library
from tests.contract.queues import Queue
from tests.contract.staff import log_in, make_staff
from tests.page.queue_page import QueuePage, titles_of
from tests.page.visitors import DESKTOP, PHONE, Visit
from tests.processes import TuttiServer

DARK_PHONE = {**PHONE, "color_scheme": "dark"}
NARROW = {**PHONE, "viewport": {"width": 320, "height": 640}}
GERMAN = {**DESKTOP, "locale": "de-DE"}
LOOKS = pytest.mark.parametrize(
    "look", [PHONE, DARK_PHONE, NARROW, DESKTOP, GERMAN], ids=["phone", "dark", "narrow", "desk", "german"]
)


def test_an_empty_queue_offers_a_beginning(visit: Visit, queue: Queue):
    page = QueuePage(visit(f"/r/{queue.room}", **PHONE))
    offers = page.page.locator(".queue-suggestion")
    expect(offers).to_have_count(3)
    first = offers.first.locator(".queue-title").inner_text()

    offers.first.get_by_role("button").click()

    page.shows([first])
    expect(page.page.locator(".queue-suggestion")).to_have_count(0)


@pytest.mark.parametrize(("count", "name"), [(0, "Find a track"), (1, "Add")], ids=["empty", "not empty"])
def test_on_a_phone_the_queue_leads_to_the_search(visit: Visit, queue: Queue, count: int, name: str):
    queue.fill(count)
    page = visit(f"/r/{queue.room}", **PHONE).page

    page.get_by_role("button", name=name, exact=True).tap()

    expect(page.get_by_role("searchbox")).to_be_focused()


def test_loading_is_a_skeleton_of_the_same_height(visit: Visit, queue: Queue):
    queue.fill(3)
    visitor = visit(f"/r/{queue.room}")
    page = QueuePage(visitor)
    row = page.rows.nth(1).bounding_box()
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
    expect(page.page.get_by_text("Loading the queue …")).to_be_attached()


def test_offline_with_changes_waiting(visit: Visit, queue: Queue):
    queue.fill(3)
    visitor = visit(f"/r/{queue.room}", **PHONE)
    visitor.loses_network = True
    page = QueuePage(visitor)
    titles = page.titles()
    visitor.context.set_offline(True)

    page.page.get_by_role("button", name=f"Vote up {titles[0]}").tap()
    page.handle(titles[2]).focus()
    for key in ("Enter", "Home", "Enter"):
        page.page.keyboard.press(key)

    page.shows([titles[2], *titles[:2]])
    expect(page.page.locator(".queue-sum-of-votes .icon")).to_have_count(2)
    visitor.context.set_offline(False)
    expect(page.page.locator(".queue-sum-of-votes .icon")).to_have_count(0)
    assert titles_of(queue) == [titles[2], *titles[:2]]


@pytest.fixture
def library(site: TuttiServer) -> Iterator[Library]:
    name = f"ada-{secrets.token_hex(3)}"
    make_staff(site, name)
    with client_of(site) as http:
        log_in(http, name)
        library = Library(http)
        yield library
        library.clear()


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


@LOOKS
def test_odd_titles_and_lengths(visit: Visit, queue: Queue, odd_titles: list[str], look: dict[str, object]):
    visitor = visit(f"/r/{queue.room}", **look)
    page = QueuePage(visitor)
    page.shows(odd_titles)

    lengths = page.page.locator(".queue-length").all_inner_texts()
    assert [length.strip(", ") for length in lengths[:1] + lengths[2:]] == ["0:07", "1:02:03", "3:20", "0:59"]
    assert (
        page.page.locator(".queue .queue-title").first.evaluate("title => getComputedStyle(title).direction")
        == "rtl"
    )
    assert visitor.violations() == []
    assert not visitor.scrolls_sideways()
    overlaps = page.rows.evaluate_all(
        """rows => rows.filter(row => {
            const text = row.querySelector(".queue-text").getBoundingClientRect();
            const votes = row.querySelector(".queue-votes").getBoundingClientRect();
            return text.right > votes.left + 1 || text.bottom > row.getBoundingClientRect().bottom;
        }).length"""
    )
    assert overlaps == 0


def test_many_votes_against_have_a_proper_sign(visit: Visit, http: httpx.Client, queue: Queue):
    [item] = queue.fill(1)
    for _ in range(12):
        token = http.post("/api/guests/", json={}).json()["token"]
        http.cookies.clear()
        http.post(f"{queue.path}{item}/vote/", json={"value": -1}, headers={"X-Guest-Token": token})
        http.cookies.clear()
    page = QueuePage(visit(f"/r/{queue.room}"))

    expect(page.rows.first.locator(".queue-number")).to_have_text("−12")


def test_letters_of_twice_the_size_leave_room_for_the_title(visit: Visit, queue: Queue):
    queue.fill(4)
    visitor = visit(f"/r/{queue.room}", **PHONE)
    page = QueuePage(visitor)
    page.page.evaluate("() => { document.documentElement.style.fontSize = '200%'; }")
    page.page.wait_for_function("() => document.querySelector('.queue .virtual-row').offsetHeight > 150")

    letters = page.page.locator(".queue .queue-title").first.evaluate(
        "title => title.offsetWidth / parseFloat(getComputedStyle(title).fontSize)"
    )
    assert letters > 4
    assert not visitor.scrolls_sideways()
