"""What can be done with a track, by buttons alone: play, move, remove and bring back."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.contract.queues import Queue
from tests.page.queue_page import QueuePage, titles_of, wait_for_moves
from tests.page.visitors import DESKTOP, PHONE, Visit


@pytest.fixture(params=[PHONE, DESKTOP], ids=["phone", "desk"])
def page(request: pytest.FixtureRequest, visit: Visit, queue: Queue) -> QueuePage:
    queue.fill(5)
    return QueuePage(visit(f"/r/{queue.room}", **request.param))


def opened(page: QueuePage, title: str) -> QueuePage:
    page.page.get_by_role("button", name=f"More for {title}").click()
    expect(page.menu).to_be_visible()
    return page


def entry(page: QueuePage, name: str) -> Locator:
    return page.page.get_by_role("menuitem", name=name)


@pytest.mark.parametrize(
    ("name", "end"), [("Move up", 1), ("Move down", 3), ("To the top", 0), ("To the bottom", 4)]
)
def test_buttons_move_a_track(page: QueuePage, queue: Queue, name: str, end: int):
    titles = page.titles()
    rest = [*titles[:2], *titles[3:]]

    entry(opened(page, titles[2]), name).click()

    wanted = [*rest[:end], titles[2], *rest[end:]]
    page.shows(wanted)
    expect(page.menu).to_have_count(0)
    wait_for_moves(page, 1)
    assert titles_of(queue) == wanted


def test_what_leads_nowhere_does_nothing(page: QueuePage):
    titles = page.titles()
    for name in ("Move up", "To the top"):
        expect(entry(opened(page, titles[0]), name)).to_be_disabled()
        entry(page, name).click(force=True)
        page.page.keyboard.press("Escape")
    wait_for_moves(page, 0)


def test_it_plays_and_stops(page: QueuePage, queue: Queue):
    titles = page.titles()

    entry(opened(page, titles[1]), "Play now").click()
    expect(page.row(titles[1]).locator(".queue-playing")).to_be_visible()
    expect(page.row(titles[1])).to_have_accessible_name(re.compile(f"^{titles[1]} ?, playing now"))

    entry(opened(page, titles[1]), "Stop playing").click()
    expect(page.page.locator(".queue-playing")).to_have_count(0)
    expect(page.page.locator(".status-text")).to_have_text("in sync")
    assert queue.playing() is None


def test_it_says_who_added_the_track_and_when(page: QueuePage):
    opened(page, page.titles()[0])

    expect(page.page.locator(".queue-menu-head")).to_contain_text("Added by Anonymous, ")


def test_a_press_beside_it_closes_it(page: QueuePage):
    opened(page, page.titles()[0])

    page.page.mouse.click(20, 20)

    expect(page.menu).to_have_count(0)


def test_it_closes_when_the_track_is_removed_by_somebody(page: QueuePage, queue: Queue):
    opened(page, page.titles()[0])

    queue.remove(queue.ids()[0])

    expect(page.menu).to_have_count(0)


def test_it_is_accessible(page: QueuePage):
    opened(page, page.titles()[1])

    assert page.visitor.violations() == []


def test_a_removed_track_is_gone_at_once_and_comes_back_where_it_was(page: QueuePage, queue: Queue):
    titles = page.titles()
    ids = queue.ids()

    entry(opened(page, titles[2]), "Remove").click()
    page.shows([*titles[:2], *titles[3:]])
    expect(page.toast).to_contain_text(f"Removed {titles[2]}.")
    assert page.focused_title() == titles[3]
    expect(page.page.locator(".status-text")).to_have_text("in sync")
    assert queue.ids() == [*ids[:2], *ids[3:]]

    page.toast.get_by_role("button", name="Undo").click()
    page.shows(titles)
    expect(page.page.locator(".status-text")).to_have_text("in sync")
    assert queue.ids() == ids


def test_by_the_delete_key_focus_goes_to_the_next_track_and_at_last_to_the_queue(page: QueuePage):
    titles = page.titles()
    page.rows.nth(3).focus()

    page.page.keyboard.press("Delete")
    expect(page.rows).to_have_count(4)
    assert page.focused_title() == titles[4]
    page.page.keyboard.press("Delete")
    expect(page.rows).to_have_count(3)
    assert page.focused_title() == titles[2]
    for left in (2, 1, 0):
        page.page.keyboard.press("Delete")
        expect(page.rows).to_have_count(left)

    expect(page.page.get_by_role("heading", name="Queue")).to_be_focused()
