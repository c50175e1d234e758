"""Votes: one tap, the own one filled, and taken back by the same tap."""

import httpx
import pytest
from playwright.sync_api import Locator, expect

from tests.contract.conftest import new_room, queue_of
from tests.contract.queues import Queue
from tests.page.queue_page import QueuePage, titles_of
from tests.page.visitors import DESKTOP, PHONE, Visit


@pytest.fixture
def voted_queue(http: httpx.Client) -> Queue:
    """Of a room that votes order."""
    return queue_of(http, new_room(http, order="votes"))


def button(page: QueuePage, way: str, title: str) -> Locator:
    return page.page.get_by_role("button", name=f"Vote {way} {title}")


def number(page: QueuePage, title: str) -> Locator:
    return page.row(title).locator(".queue-number .rolling-new")


def settled(page: QueuePage) -> None:
    expect(page.page.locator(".status-text")).to_have_text("in sync")


def test_one_tap_votes_and_the_same_tap_takes_it_back(visit: Visit, queue: Queue):
    [item] = queue.fill(1)
    page = QueuePage(visit(f"/r/{queue.room}", **PHONE))
    title = page.titles()[0]
    up = button(page, "up", title)

    up.tap()
    expect(up).to_have_attribute("aria-pressed", "true")
    expect(number(page, title)).to_have_text("+1")
    settled(page)
    assert queue.item(item)["votes"] == 1

    up.tap()
    expect(up).to_have_attribute("aria-pressed", "false")
    expect(number(page, title)).to_have_text("0")
    settled(page)
    assert queue.item(item)["votes"] == 0


def test_the_other_way_turns_it_around(visit: Visit, queue: Queue):
    queue.fill(1)
    page = QueuePage(visit(f"/r/{queue.room}"))
    title = page.titles()[0]

    button(page, "up", title).click()
    button(page, "down", title).click()

    expect(button(page, "up", title)).to_have_attribute("aria-pressed", "false")
    expect(button(page, "down", title)).to_have_attribute("aria-pressed", "true")
    expect(number(page, title)).to_have_text("−1")
    settled(page)
    assert [item["votes"] for item in queue.items()] == [-1]


def test_the_own_vote_is_still_there_after_a_reload(visit: Visit, queue: Queue):
    queue.fill(1)
    page = QueuePage(visit(f"/r/{queue.room}"))
    title = page.titles()[0]
    button(page, "up", title).click()
    settled(page)

    page.page.reload()

    expect(button(page, "up", title)).to_have_attribute("aria-pressed", "true")


def test_votes_are_told_apart_by_more_than_colour(visit: Visit, queue: Queue):
    liked, disliked, plain = queue.fill(3)
    queue.vote(liked, 1)
    queue.vote(disliked, -1)
    page = QueuePage(visit(f"/r/{queue.room}"))

    titles = page.titles()
    assert [number(page, title).inner_text() for title in titles] == ["+1", "−1", "0"]
    own = button(page, "up", titles[2])
    fill = "element => getComputedStyle(element.querySelector('path')).fill"
    before = own.evaluate(fill)
    own.click()
    expect(own).to_have_attribute("aria-pressed", "true")
    assert (before, own.evaluate(fill) == "none") == ("none", False)
    assert plain


def test_a_vote_under_way_shows_a_clock_for_its_number(visit: Visit, queue: Queue):
    queue.fill(1)
    visitor = visit(f"/r/{queue.room}")
    visitor.loses_network = True
    page = QueuePage(visitor)
    title = page.titles()[0]
    clock = page.row(title).locator(".queue-sum-of-votes .icon")
    expect(clock).to_have_count(0)

    visitor.context.set_offline(True)
    button(page, "up", title).click()

    expect(clock).to_be_visible()
    expect(page.row(title).locator(".queue-number")).to_be_hidden()
    expect(page.row(title).locator(".queue-sum-of-votes .spoken")).to_have_text("on its way")
    title_colour = "element => getComputedStyle(element).color"
    assert page.row(title).locator(".queue-title").evaluate(title_colour) == page.page.locator(
        ".queue h2"
    ).evaluate(title_colour)
    visitor.context.set_offline(False)
    expect(clock).to_have_count(0)
    expect(number(page, title)).to_have_text("+1")


def test_votes_order_the_room_that_wants_it_and_nothing_is_moved_by_hand(visit: Visit, voted_queue: Queue):
    voted_queue.fill(4)
    page = QueuePage(visit(f"/r/{voted_queue.room}", **DESKTOP))
    titles = page.titles()
    expect(page.page.locator(".queue-head")).to_contain_text("Votes order this room.")
    expect(page.page.locator(".queue-handle")).to_have_count(0)

    button(page, "up", titles[2]).click()

    page.shows([titles[2], titles[0], titles[1], titles[3]])
    settled(page)
    assert titles_of(voted_queue)[0] == titles[2]
    expect(button(page, "up", titles[2])).to_be_focused()
    page.row(titles[0]).get_by_role("button", name=f"More for {titles[0]}").click()
    expect(page.page.get_by_role("menuitem")).to_have_text(["Play now", "Remove"])


def test_space_says_why_nothing_is_taken_there(visit: Visit, voted_queue: Queue):
    voted_queue.fill(2)
    page = QueuePage(visit(f"/r/{voted_queue.room}"))
    # How a room is ordered comes after its queue.
    expect(page.page.locator(".queue-head")).to_contain_text("Votes order this room.")
    page.rows.first.focus()

    page.page.keyboard.press(" ")

    expect(page.said).to_have_text("Votes order this room.")
