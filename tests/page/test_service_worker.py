"""The service worker in a real browser: the page without network, and from one version to the next."""

import os
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from config.local_network import own_addresses
from tests.conftest import ReadyMadeData
from tests.page import visitors
from tests.page.builds import build_page, changed_page, put
from tests.processes import TuttiServer

# A browser lets the old worker rest for a while before the new one takes over.
PATIENCE_SECONDS = 60.0
KEPT = "async () => (await caches.keys()).length"
KEPT_PATHS = """async () => {
    const caches_ = await Promise.all((await caches.keys()).map((name) => caches.open(name)));
    const requests = (await Promise.all(caches_.map((cache) => cache.keys()))).flat();
    return requests.map((request) => new URL(request.url).pathname);
}"""
INSTALLED = """async () => {
    const registration = await navigator.serviceWorker.ready;
    const gone = new Promise((resolve) => registration.addEventListener("updatefound", () => {
        const worker = registration.installing;
        worker.addEventListener("statechange", () => resolve(worker.state));
    }));
    await registration.update().catch(() => {});
    return gone;
}"""
ACTIVE = "async () => Boolean((await navigator.serviceWorker.getRegistration())?.active)"
LOOK_FOR_ANOTHER = "async () => { await (await navigator.serviceWorker.ready).update(); }"
IN_CHARGE = """async (name) => {
    const isKept = (await caches.keys()).includes(`tutti-page-${name}`);
    const { active, waiting, installing } = await navigator.serviceWorker.getRegistration();
    return isKept && active?.state === "activated" && !waiting && !installing;
}"""
WAITING = "async () => Boolean((await navigator.serviceWorker.getRegistration())?.waiting)"


@pytest.fixture(scope="module")
def pages(built_page: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """Pages 1 to 3. (`built_page` has fetched what pages are built of.)"""
    folder = tmp_path_factory.mktemp("pages")
    first = build_page(folder)
    changes = ({"page 1": f"page {number}", "late 1": f"late {number}"} for number in (2, 3))
    newer = (changed_page(first, folder / f"page-{one['page 1'][-1]}", one) for one in changes)
    return dict(enumerate([first, *newer], start=1))


class Site:
    """A server and the page that it gives."""

    def __init__(self, server: TuttiServer, place: Path, pages: dict[int, Path]) -> None:
        self.server = server
        self.place = place
        self._pages = pages

    def update(self, number: int) -> None:
        self.give(self._pages[number])

    def give(self, page: Path) -> None:
        put(page, self.place)
        self.server.restart()
        with self.server.client() as http:  # a first answer may take longer than the worker waits for
            http.get("/").raise_for_status()

    def name_of(self, number: int) -> str:
        """By which the worker of this page knows it."""
        [name] = re.findall(r"name:.([0-9a-f]{12})", (self._pages[number] / "service-worker.js").read_text())
        return str(name)

    @contextmanager
    def away(self) -> Iterator[None]:
        self.server.kill()
        yield
        self.server.start()


@pytest.fixture
def site(pages: dict[int, Path], tmp_path: Path, ready_made_data: ReadyMadeData) -> Iterator[Site]:
    """It gives page 1."""
    place = tmp_path / "dist"
    put(pages[1], place)
    options = ready_made_data.options("embedded")
    with TuttiServer(**options, environment={"PAGE_DIR": str(place)}, arguments=("--lan",)) as server:
        yield Site(server, place, pages)


@pytest.fixture
def context(browser: Browser, site: Site) -> Iterator[BrowserContext]:
    context = browser.new_context(base_url=site.server.base_url)
    yield context
    context.close()


def until(page: Page, question: str, about: str = "") -> None:
    """Asked again and again, from outside: what waits inside of the page is code that its policy refuses."""
    visitors.until(page, lambda: page.evaluate(question, about), PATIENCE_SECONDS)


def visit(context: BrowserContext, path: str = "/") -> Page:
    """A tab whose page is kept for later."""
    page = context.new_page()
    page.goto(path)
    until(page, ACTIVE)
    return page


def check_shows(page: Page, number: int) -> None:
    expect(page.locator("h1")).to_have_text(f"page {number}")


# --- Without network -----------------------------------------------------------------------------------


def test_a_page_that_was_there_once_is_there_without_the_server_and_all_else_is_left_alone(
    browser: Browser, context: BrowserContext, site: Site
):
    page = visit(context)
    # A 404 is no reason to show the page.
    answer = page.goto("/r/No_such_name")
    assert answer
    assert answer.status == 404
    page.goto("/api/tracks/")
    page.goto("/")
    kept = page.evaluate(KEPT_PATHS)
    assert kept
    assert all(path == "/" or path.startswith("/page/assets/") for path in kept), kept

    # A server that takes too long is not waited for.
    os.kill(site.server.pid, signal.SIGSTOP)
    try:
        page.reload()
        check_shows(page, 1)
    finally:
        os.kill(site.server.pid, signal.SIGCONT)

    with site.away():
        for path in ("/", "/r/main", "/r/another-room/", "/?theme=dark"):
            page.goto(path)
            check_shows(page, 1)
            assert page.evaluate("late()") == "late 1"
        for path in ("/api/tracks/", "/api/page/", "/admin/"):
            failed = page.evaluate("path => fetch(path).then(() => false, () => true)", path)
            assert failed, path
    check_that_there_is_none_over_plain_http(browser, site)


def check_that_there_is_none_over_plain_http(browser: Browser, site: Site) -> None:
    """From elsewhere, and nobody complains."""
    context = browser.new_context(base_url=f"http://{own_addresses()[0]}:{site.server.port}")
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))

    page.goto("/")

    check_shows(page, 1)
    assert page.evaluate("isSecureContext") is False
    assert complaints == []
    context.close()


# --- From one version to the next ----------------------------------------------------------------------


def test_who_is_alone_has_the_newest_page_at_once_and_without_the_server_too(
    context: BrowserContext, site: Site
):
    """No more than two pages are kept."""
    page = visit(context)
    for number in (2, 3):
        site.update(number)
        page.reload()
        check_shows(page, number)
        assert page.evaluate("late()") == f"late {number}"
        until(page, IN_CHARGE, site.name_of(number))
        assert page.evaluate(KEPT) == 2

    with site.away():
        page.reload()
        check_shows(page, 3)
    assert page.evaluate("typeof offered") == "undefined", "the page is the newest already"


def test_a_page_that_stays_open_is_offered_the_newer_one_and_another_tab_not_disturbed(
    context: BrowserContext, site: Site
):
    one, other = visit(context), visit(context, "/r/main")
    site.update(2)
    one.evaluate(LOOK_FOR_ANOTHER)
    until(one, "Boolean(globalThis.offered)")
    check_shows(one, 1)

    with one.expect_navigation():
        one.evaluate("offered()")

    check_shows(one, 2)
    check_shows(other, 1)
    assert other.evaluate("late()") == "late 1"


def test_two_tabs_wait_for_each_other(context: BrowserContext, site: Site):
    one, other = visit(context), visit(context)
    site.update(2)
    one.reload()
    until(one, WAITING)
    assert other.evaluate("late()") == "late 1", "somebody is using the old page"
    assert one.evaluate(WAITING)
    other.close()

    one.reload()

    until(one, IN_CHARGE, site.name_of(2))
    check_shows(one, 2)


def test_a_page_that_is_not_whole_is_not_kept(
    context: BrowserContext, site: Site, pages: dict[int, Path], tmp_path: Path
):
    page = visit(context)
    mixed = tmp_path / "mixed"
    put(pages[3], mixed)
    (mixed / "service-worker.js").write_bytes((pages[2] / "service-worker.js").read_bytes())
    site.give(mixed)

    failed = page.evaluate(INSTALLED)

    assert failed == "redundant"
    assert page.evaluate(KEPT) == 1
    with site.away():
        page.reload()
        check_shows(page, 1)
