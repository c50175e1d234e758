"""The service worker in a real browser: the page without network, and from one version to the next."""

import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from core.network import local_addresses
from tests.conftest import PreparedData
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
    """Pages 1 to 5. (`built_page` has fetched what pages are built of.)"""
    folder = tmp_path_factory.mktemp("pages")
    first = build_page(folder)
    changes = ({"page 1": f"page {number}", "late 1": f"late {number}"} for number in range(2, 6))
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
        """Also when it does not run."""
        put(page, self.place)
        self.server.kill()
        self.server.start()
        with self.server.client() as http:  # a first response may take longer than the worker waits for
            http.get("/").raise_for_status()

    def name_of(self, number: int) -> str:
        """By which the worker of this page knows it."""
        [name] = re.findall(r"name:.([0-9a-f]{12})", (self._pages[number] / "service-worker.js").read_text())
        return str(name)


@pytest.fixture
def site(pages: dict[int, Path], tmp_path: Path, prepared_data: PreparedData) -> Iterator[Site]:
    """It gives page 1."""
    place = tmp_path / "dist"
    put(pages[1], place)
    options = prepared_data.options("embedded")
    with TuttiServer(**options, environment={"FRONTEND_DIR": str(place)}, arguments=("--lan",)) as server:
        yield Site(server, place, pages)


@pytest.fixture
def context(browser: Browser, site: Site) -> Iterator[BrowserContext]:
    context = browser.new_context(base_url=site.server.base_url)
    yield context
    context.close()


def until(page: Page, question: str, about: str = "") -> None:
    """Polled from outside: the page's content policy blocks code that waits inside of it."""
    visitors.until(page, lambda: page.evaluate(question, about), PATIENCE_SECONDS)


def visit(context: BrowserContext, path: str = "/") -> Page:
    """A tab whose page is kept for later."""
    page = context.new_page()
    page.goto(path)
    until(page, ACTIVE)
    return page


def check_shows(page: Page, number: int) -> None:
    expect(page.locator("h1")).to_have_text(f"page {number}")


def test_a_visited_page_opens_without_the_server_and_a_newer_version_replaces_it(
    browser: Browser, context: BrowserContext, site: Site, pages: dict[int, Path], tmp_path: Path
):
    page = visit(context)
    check_that_there_is_none_over_plain_http(browser, site)
    check_that_it_is_there_without_the_server_and_all_else_is_left_alone(page, site)

    # Who is alone has the newest page at once.
    site.update(2)
    page.reload()
    check_shows(page, 2)
    until(page, IN_CHARGE, site.name_of(2))
    assert page.evaluate("late()") == "late 2"
    assert page.evaluate("typeof offered") == "undefined", "the page is the newest already"

    # A page that stays open is offered the newer one, and another tab is not disturbed.
    other = visit(context, "/r/main")
    site.update(3)
    page.evaluate(LOOK_FOR_ANOTHER)
    until(page, "Boolean(globalThis.offered)")
    check_shows(page, 2)
    with page.expect_navigation():
        page.evaluate("offered()")
    check_shows(page, 3)
    check_shows(other, 2)
    assert other.evaluate("late()") == "late 2"
    other.close()
    until(page, IN_CHARGE, site.name_of(3))

    # Two tabs wait for each other.
    other = visit(context)
    site.update(4)
    page.reload()
    until(page, WAITING)
    assert other.evaluate("late()") == "late 3", "the old page is in use"
    assert page.evaluate(WAITING)
    other.close()
    page.reload()
    until(page, IN_CHARGE, site.name_of(4))
    check_shows(page, 4)
    assert page.evaluate(KEPT) == 2, "no more than two pages are kept"

    # A page that is not whole is not kept.
    mixed = tmp_path / "mixed"
    put(pages[4], mixed)
    (mixed / "service-worker.js").write_bytes((pages[5] / "service-worker.js").read_bytes())
    site.give(mixed)
    assert page.evaluate(INSTALLED) == "redundant"
    site.server.kill()
    page.reload()
    check_shows(page, 4)


def check_that_it_is_there_without_the_server_and_all_else_is_left_alone(page: Page, site: Site) -> None:
    # A 404 is no reason to show the page.
    response = page.goto("/r/No_such_name")
    assert response
    assert response.status == 404
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

    site.server.kill()
    for path in ("/", "/r/main", "/r/another-room/", "/?theme=dark"):
        page.goto(path)
        check_shows(page, 1)
        assert page.evaluate("late()") == "late 1"
    for path in ("/api/tracks/", "/api/page/", "/admin/"):
        failed = page.evaluate("path => fetch(path).then(() => false, () => true)", path)
        assert failed, path


def check_that_there_is_none_over_plain_http(browser: Browser, site: Site) -> None:
    """From another origin, without an error."""
    context = browser.new_context(base_url=f"http://{local_addresses()[0]}:{site.server.port}")
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))

    page.goto("/")

    check_shows(page, 1)
    assert page.evaluate("isSecureContext") is False
    assert complaints == []
    context.close()
