"""The page in Debian's Firefox is for everyone, and keeps to itself: with --long only."""

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.browser.chromium import NOTE_VIOLATIONS
from tests.contract.queues import Queue
from tests.page.firefox import BlockingProxy
from tests.page.queue_page import in_sync
from tests.page.visitors import DESKTOP, Visit

NARROW = {"viewport": {"width": 320, "height": 640}}


@pytest.fixture(scope="module")
def browser(firefox: Browser) -> Browser:
    """Visitors use Firefox."""
    return firefox


@pytest.mark.parametrize("part", ["queue", "library", "history", "room"])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("options", [DESKTOP, NARROW], ids=["desk", "narrow"])
def test_axe_reports_nothing_and_no_page_scrolls_horizontally(
    visit: Visit, queue: Queue, part: str, theme: str, options: dict[str, object]
):
    items = queue.fill(3)
    queue.play(items[0])
    visitor = visit(f"/r/{queue.room}#{part}", **options)
    visitor.page.evaluate(f"localStorage.setItem('tutti-theme', '{theme}')")
    visitor.page.reload()
    in_sync(visitor.page)
    expect(visitor.page.locator(f"[data-part={part}]")).to_be_visible()
    expect(visitor.page.locator(".skeleton")).to_have_count(0)

    assert visitor.violations() == []
    assert not visitor.scrolls_sideways()


def test_the_web_app_uses_the_language_of_the_browser(visit: Visit, room: str):
    page = visit(f"/r/{room}", locale="de-DE").page

    expect(page.get_by_role("heading", name="Warteliste")).to_be_visible()


def test_the_content_security_policy_is_not_violated(visit: Visit, queue: Queue):
    queue.fill(1)
    visitor = visit("/")
    visitor.context.add_init_script(NOTE_VIOLATIONS)
    visitor.open(f"/r/{queue.room}#room")
    expect(visitor.page.get_by_role("heading", name="Invite people")).to_be_visible()

    assert visitor.page.evaluate("window.violations") == []


def test_firefox_sends_no_request_to_another_machine(
    visit: Visit, way_out: BlockingProxy, queue: Queue, http: httpx.Client
):
    """Nor would it get anywhere."""
    page = visit(f"/r/{queue.room}").page
    in_sync(page)
    assert way_out.wanted == []

    tried = "fetch('http://tutti.example/', { mode: 'no-cors' }).then(() => 'there', () => 'nowhere')"
    blank = page.context.new_page()
    blank.goto("about:blank")
    assert blank.evaluate(tried) == "nowhere"
    assert [one for one in way_out.wanted if "tutti.example" in one]
