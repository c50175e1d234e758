"""What plays is on top, what was played is not among what is to come, and nothing is passed over for good."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.contract.queues import Queue
from tests.page.queue_page import QueuePage, in_sync, titles_of
from tests.page.visitors import DESKTOP, PHONE, Visit


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_an_item_played_now_moves_to_the_front_and_the_previous_one_below(
    visit: Visit, queue: Queue, size: dict[str, Any]
):
    queue.fill(4)
    first, second, third, fourth = titles_of(queue)
    # The line of what plays never comes to a stop else.
    page = QueuePage(visit(f"/r/{queue.room}", reduced_motion="reduce", **size))
    head, played = page.page.locator(".queue-head"), page.page.locator(".queue-played")
    following = page.page.get_by_role("button", name="Next track")
    expect(head).to_contain_text("4 to come")
    page.row(third).get_by_role("button", name=f"More options for {third}").click()
    page.page.get_by_role("menuitem", name="Play now").click()

    expect(page.playing).to_contain_text(third)
    expect(page.page).to_have_title(re.compile(f"^▶ {re.escape(third)} · "))
    expect(page.playing.get_by_role("button", name="Vote")).to_have_count(0)
    page.shows([first, second, fourth])
    expect(head).to_contain_text("3 to come")
    expect(played).to_have_count(0)

    following.click()
    expect(page.playing).to_contain_text(first)
    page.shows([second, fourth])
    played.get_by_text("Played · 1").click()
    expect(played.get_by_role("listitem")).to_contain_text([third])
    assert page.visitor.violations() == []
    assert not page.visitor.scrolls_sideways()

    # It may come once more, as something new.
    played.get_by_role("button", name=f"Add {third}").click()
    page.shows([second, fourth, third])
    expect(played).to_have_count(0)
    in_sync(page.page)
    assert titles_of(queue) == [first, second, fourth, third]
    for title in (second, fourth, third):
        following.click()
        expect(page.playing).to_contain_text(title)
    expect(following).to_be_disabled()
    expect(page.page.get_by_text("Nothing up next. Add a track.")).to_be_visible()
    expect(played).to_contain_text("Played · 3")
    page.page.get_by_role("button", name="Previous track").click()
    expect(page.playing).to_contain_text(fourth)
    assert page.visitor.violations() == []
