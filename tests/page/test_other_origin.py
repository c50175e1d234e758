"""The page on another origin than its server's: no cookie goes there, a token says who one is."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.conftest import PreparedData
from tests.contract.queues import Queue
from tests.node import node
from tests.page.browser_traffic import BrowserTraffic
from tests.page.queue_page import Hand, QueuePage, in_sync, titles_of
from tests.page.scenes import show
from tests.page.static_host import StaticHost
from tests.page.visitors import PHONE, Visit, Visitor, new_visitor
from tests.processes import TuttiServer

# What Chromium says when a server's response is kept from a page.
KEPT_FROM_US = re.compile(r"blocked by CORS policy|net::ERR_FAILED")
KEEPS_NOTHING = """
    Object.defineProperty(window, "localStorage", { get() { throw new DOMException("", "SecurityError"); } });
"""

VisitElsewhere = Callable[..., Visitor]


@pytest.fixture(scope="module")
def host() -> Iterator[StaticHost]:
    with StaticHost() as listening:
        yield listening


@pytest.fixture(scope="module")
def site(built_page: Path, prepared_data: PreparedData, host: StaticHost) -> Iterator[TuttiServer]:
    """A server that takes pages of the other origin, too."""
    allowed = {"CORS_ALLOWED_ORIGINS": host.origin}
    with TuttiServer(**prepared_data.options("embedded"), environment=allowed) as server:
        yield server


@pytest.fixture(scope="module")
def page_elsewhere(site: TuttiServer, host: StaticHost, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page, built for this server and given by the host, as frontend/README.md says.

    Without what the build makes besides, for which these variables mean nothing: compressed files.
    """
    folder = tmp_path_factory.mktemp("elsewhere") / "dist"
    # Written as people write addresses: the slash at the end makes no difference.
    variables = {"VITE_API_BASE_URL": f"{site.base_url}/", "VITE_WS_URL": site.ws_url}
    done = node("node_modules/vite/bin/vite.js", "build", "--outDir", folder, **variables)
    assert done.returncode == 0, done.stderr
    host.give(folder, policy_for(site))
    return folder


def policy_for(site: TuttiServer) -> str:
    """The policy of the server's own page, with the server in the place of the page's own origin."""
    own = httpx.get(site.base_url).headers["Content-Security-Policy"]
    return re.sub("connect-src [^;]*", f"connect-src 'self' {site.base_url} {site.ws_url}", own)


@pytest.fixture
def visit_elsewhere(visit: Visit, host: StaticHost, page_elsewhere: Path) -> VisitElsewhere:
    def visit_elsewhere(path: str, **options: Any) -> Visitor:
        return visit(path, base_url=host.origin, changes_context=True, **options)

    return visit_elsewhere


def give_name(page: Page, name: str) -> None:
    expect(page.locator("#queue-part")).to_be_visible()
    show(page, "room")
    page.get_by_label("Your name").fill(name)
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"Your name is now {name}.")).to_be_visible()


def add(page: Page, title: str) -> None:
    button = page.locator(".library-row", has_text=title).get_by_role("button")
    button.click()
    expect(button).to_contain_text("1st")
    in_sync(page)


def test_another_origin_uses_a_token_without_cookies_and_changes_appear_everywhere(
    visit: Visit, visit_elsewhere: VisitElsewhere, host: StaticHost, site: TuttiServer, queue: Queue
):
    """Also where the browser has a cookie, since it is another guest at the server's own page."""
    visitor = visit(f"/r/{queue.room}", is_asked=True, changes_context=True)
    here = QueuePage(visitor)
    give_name(here.page, "Bo")
    assert visitor.context.cookies(site.base_url)
    there = QueuePage(visitor.another_tab())
    page = there.page
    wire = BrowserTraffic(page, site)
    page.goto(f"{host.origin}/r/{queue.room}")
    give_name(page, "Ada")
    add(page, "So What")
    in_sync(page)
    page.reload()
    in_sync(page)

    assert [item["added_by"] for item in queue.items()] == ["Ada"]
    expect(here.rows).to_contain_text("Ada")
    token = page.evaluate("localStorage.getItem('tutti-guest-token')")
    new_guest, *others = wire.writes()
    assert (new_guest.url, len(others)) == (f"{site.base_url}/api/guests/", 1)
    assert {one.all_headers().get("x-guest-token") for one in others} == {token}
    assert not [one.url for one in wire.requests if "cookie" in one.all_headers()]
    assert not [one.url for one in wire.requests if "//api" in one.url]
    before, after = wire.said
    assert before[0]["type"] != "identify", "there was no guest yet"
    # The open socket becomes that of the new guest, so that others see the name.
    identification = {"type": "identify", "guest_token": token}
    assert [message for message in before if message["type"] == "identify"] == [identification]
    assert after[0] == identification
    wire.wait_for("identified")

    # What others do here is seen there, and the other way round.
    queue.fill(2)
    titles = titles_of(queue)
    for window in (there, here):
        window.shows(titles)
    page.bring_to_front()
    page.get_by_role("button", name=f"Vote up {titles[1]}").click()
    Hand(page).grip(there.handle(titles[0])).carry_over(there.row(titles[2])).let_go()
    moved = [titles[1], titles[2], titles[0]]
    for window in (there, here):
        window.shows(moved)
        expect(window.row(titles[1]).locator(".rolling-new")).to_have_text("+1")
        in_sync(window.page)
    assert titles_of(queue) == moved
    assert [item["votes"] for item in queue.items()] == [1, 0, 0]


def test_another_origin_links_to_the_server_for_accounts_and_sends_offline_changes_once(
    visit_elsewhere: VisitElsewhere, site: TuttiServer, queue: Queue
):
    queue.fill(3)
    seq = queue.state().seq
    visitor = visit_elsewhere(f"/r/{queue.room}#discover", loses_network=True, **PHONE)
    page = QueuePage(visitor)
    page.page.get_by_role("button", name="Sign in or create an account").click()
    link = page.page.get_by_role("link", name="Go there")
    expect(link).to_have_attribute("href", f"{site.base_url}/#account")
    expect(page.page.locator("#account-part input")).to_have_count(0)
    assert visitor.violations() == []

    show(page.page, "queue")
    titles = page.titles()
    visitor.context.set_offline(True)
    expect(page.page.locator(".status-text")).to_have_text("offline")
    page.page.get_by_role("button", name=f"Vote up {titles[1]}").tap()
    page.handle(titles[2]).focus()
    for key in ("Enter", "Home", "Enter"):
        page.page.keyboard.press(key)
    expect(page.page.locator(".status-text")).to_have_text("offline, 2 unsent changes")
    visitor.context.set_offline(False)
    in_sync(page.page)
    assert titles_of(queue) == [titles[2], titles[0], titles[1]] == page.titles()
    assert [item["votes"] for item in queue.items()] == [0, 0, 1]
    assert queue.state().seq == seq + 2, "something was done twice"


def test_a_guest_of_another_origin_stays_the_same_while_its_token_is_stored_and_valid(
    visit_elsewhere: VisitElsewhere, site: TuttiServer, queue: Queue
):
    queue.fill(2)
    visitor = visit_elsewhere(f"/r/{queue.room}#room", is_asked=True)
    visitor.expects |= {401, 404}  # for the token, and for who one is without it
    page = visitor.page
    ups = page.get_by_role("button", name=re.compile("^Vote up"))
    give_name(page, "Ada")
    ups.first.click()
    in_sync(page)
    page.reload()
    expect(ups.first).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_label("Your name")).to_have_value("Ada")
    ups.first.click()
    in_sync(page)
    assert [item["votes"] for item in queue.items()] == [0, 0], "it was another guest's vote"

    # A token that the server no longer knows is replaced, as after it began with an empty database.
    page.evaluate("localStorage.setItem('tutti-guest-token', 'of-another-time')")
    page.reload()
    ups.first.click()
    in_sync(page)
    assert [item["votes"] for item in queue.items()] == [1, 0]

    # A browser that keeps nothing is one guest for as long as the page.
    visitor.context.add_init_script(KEEPS_NOTHING)
    wire = BrowserTraffic(page, site)
    page.reload()
    # What the page stored shows the vote of another guest, until the server has sent this one's.
    expect(ups).to_have_count(2)
    expect(ups.first).to_have_attribute("aria-pressed", "false")
    for row in range(2):
        ups.nth(row).click()
    in_sync(page)
    assert [item["votes"] for item in queue.items()] == [2, 1]
    _, *votes = wire.writes()
    assert len(votes) == 2
    assert len({one.all_headers()["x-guest-token"] for one in votes}) == 1


# --- Where one may not -------------------------------------------------------------------------------


@pytest.fixture
def shut_out(browser: Browser, site: TuttiServer, page_elsewhere: Path, room: str) -> Iterator[Visitor]:
    """At a host that the server knows nothing of; a first visit, on a phone."""
    with StaticHost() as stranger:
        stranger.give(page_elsewhere, policy_for(site))
        visitor = new_visitor(browser, stranger.origin, is_asked=True, **PHONE)
        visitor.page.goto(f"{stranger.origin}/r/{room}")
        yield visitor
        complaints = visitor.complaints()
        visitor.context.close()
    assert [reported for reported in complaints if not KEPT_FROM_US.search(reported)] == []


def test_a_page_of_a_forbidden_origin_shows_the_reason(shut_out: Visitor):
    page = shut_out.page

    banner = page.get_by_role("alert")
    expect(banner).to_contain_text("The server doesn’t allow connections from this site.")
    expect(banner).to_contain_text(f"CORS_ALLOWED_ORIGINS={shut_out.base_url}")
    expect(page.locator(".status-text")).to_have_text("disconnected")
    assert shut_out.violations() == []
    assert not shut_out.scrolls_sideways()

    # Nor does it blame the network.
    page.get_by_role("button", name="Library").tap()
    library = page.get_by_role("region", name="Library")
    expect(library).to_contain_text("The server doesn’t allow connections from this site.")
    expect(page.get_by_text("network")).to_have_count(0)
