"""A newcomer signs up, chooses genres, gets a list with reasons, adds and likes one, and sees the figures."""

import pytest
from playwright.sync_api import expect

from tests.contract.queues import Queue
from tests.page.account_page import LIKED_GENRES, AccountPage
from tests.page.queue_page import in_sync
from tests.page.test_discover import DiscoverPage
from tests.page.test_stats_part import figure
from tests.page.visitors import DESKTOP, PHONE, Visit


# The parts of it are proved one by one, at either size.
@pytest.mark.parametrize("size", [PHONE, pytest.param(DESKTOP, marks=pytest.mark.long)])
def test_from_nobody_to_figures_of_ones_own(visit: Visit, queue: Queue, size: dict[str, object]):
    """Axe: test_screenshots."""
    visitor = visit(f"/r/{queue.room}#room", is_asked=True, **size)
    page = visitor.page
    page.get_by_role("button", name="Sign in or sign up").click()
    account = AccountPage(visitor)
    name = account.sign_up()
    account.choose(*LIKED_GENRES)
    account.save_taste()

    account.press("See what fits")
    discover = DiscoverPage(visitor).loaded()
    reasons = discover.rows.locator(".discover-reason").all_inner_texts()
    assert all(reasons)
    assert any(genre in " ".join(reasons) for genre in LIKED_GENRES)

    title = discover.titles()[0]
    discover.row(title).get_by_role("button", name=f"Add {title}").click()
    expect(discover.row(title).locator(".place-button")).to_contain_text("1st")
    in_sync(page)
    assert [(item["track"]["title"], item["added_by"]) for item in queue.items()] == [(title, name)]

    page.evaluate("location.hash = 'stats'")
    page.locator(".stats-head").get_by_role("button", name="You").click()
    expect(figure(page, "Activities")).to_have_text("0")
    discover.open()
    discover.row(title).get_by_role("button", name=f"Like {title}").click()
    expect(discover.row(title).locator("[aria-pressed=true]")).to_be_visible()

    page.evaluate("location.hash = 'stats'")
    expect(figure(page, "Activities")).to_have_text("1")
    expect(page.get_by_role("region", name="Your tracks", exact=True)).to_contain_text(title)
