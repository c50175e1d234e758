"""Votes: one tap, the own one filled, and taken back by the same tap."""

import httpx
import pytest
from playwright.sync_api import Locator, expect

from tests.contract.conftest import new_room, queue_of
from tests.contract.queues import Queue
from tests.page.queue_page import QueuePage, in_sync, titles_of
from tests.page.visitors import DESKTOP, Visit

FILL = "element => getComputedStyle(element.querySelector('path')).fill"
COLOUR = "element => getComputedStyle(element).color"


@pytest.fixture
def voted_queue(http: httpx.Client) -> Queue:
    """Of a room that votes order."""
    return queue_of(http, new_room(http, order="votes"))


def button(page: QueuePage, way: str, title: str) -> Locator:
    return page.page.get_by_role("button", name=f"Vote {way} {title}")


def number(page: QueuePage, title: str) -> Locator:
    return page.row(title).locator(".queue-number .rolling-new")


def test_one_tap_votes_and_votes_differ_not_only_by_colour(visit: Visit, queue: Queue):
    liked, disliked, _ = queue.fill(3)
    queue.vote(liked, 1)
    queue.vote(disliked, -1)
    visitor = visit(f"/r/{queue.room}", loses_network=True)
    page = QueuePage(visitor)

    titles = page.titles()
    assert [number(page, title).inner_text() for title in titles] == ["+1", "−1", "0"]
    title = titles[2]
    own, down = (button(page, way, title) for way in ("up", "down"))
    assert own.evaluate(FILL) == "none"
    for pressed, is_up, is_down, reported, votes in (
        (own, "true", "false", "+1", 1),
        (own, "false", "false", "0", 0),
        (down, "false", "true", "−1", -1),
        (own, "true", "false", "+1", 1),
    ):
        pressed.click()
        expect(own).to_have_attribute("aria-pressed", is_up)
        expect(down).to_have_attribute("aria-pressed", is_down)
        expect(number(page, title)).to_have_text(reported)
        in_sync(page.page)
        assert queue.items()[2]["votes"] == votes
    assert own.evaluate(FILL) != "none"
    page.page.reload()
    expect(own).to_have_attribute("aria-pressed", "true")

    # One under way shows a clock for its number.
    clock = page.row(title).locator(".queue-sum-of-votes .icon")
    expect(clock).to_have_count(0)

    visitor.context.set_offline(True)
    own.click()

    expect(clock).to_be_visible()
    expect(page.row(title).locator(".queue-number")).to_be_hidden()
    expect(page.row(title).locator(".queue-sum-of-votes .spoken")).to_have_text("sending…")
    colours = [
        place.evaluate(COLOUR)
        for place in (page.row(title).locator(".queue-title"), page.page.locator(".queue h2"))
    ]
    assert colours[0] == colours[1]
    visitor.context.set_offline(False)
    expect(clock).to_have_count(0)
    expect(number(page, title)).to_have_text("0")


def test_a_room_ordered_by_votes_has_no_manual_moves(visit: Visit, voted_queue: Queue):
    voted_queue.fill(4)
    page = QueuePage(visit(f"/r/{voted_queue.room}", **DESKTOP))
    titles = page.titles()
    # How a room is ordered comes after its queue.
    expect(page.page.locator(".queue-head")).to_contain_text("This queue is ordered by votes.")
    expect(page.page.locator(".queue-handle")).to_have_count(0)

    button(page, "up", titles[2]).click()

    page.shows([titles[2], titles[0], titles[1], titles[3]])
    in_sync(page.page)
    assert titles_of(voted_queue)[0] == titles[2]
    expect(button(page, "up", titles[2])).to_be_focused()
    page.row(titles[0]).get_by_role("button", name=f"More options for {titles[0]}").click()
    expect(page.page.get_by_role("menuitem")).to_have_text(["Play now", "Remove"])
    page.page.keyboard.press("Escape")
    page.rows.first.focus()
    page.page.keyboard.press(" ")
    expect(page.said).to_have_text("This queue is ordered by votes.")
