"""The service worker in a real browser: the page without network, and from one version to the next."""

import os
import re
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from config.local_network import own_addresses
from tests.conftest import ReadyMadeData
from tests.page.builds import build_page, put
from tests.processes import TuttiServer

# A browser lets the old worker rest for a while before the new one takes over.
PATIENCE_SECONDS = 60.0
KEPT = "async () => (await caches.keys()).length"
ACTIVE = "async () => Boolean((await navigator.serviceWorker.getRegistration())?.active)"
LOOK_FOR_ANOTHER = "async () => { await (await navigator.serviceWorker.ready).update(); }"
IN_CHARGE = """async (name) => {
    const isKept = (await caches.keys()).includes(`tutti-page-${name}`);
    const { active, waiting, installing } = await navigator.serviceWorker.getRegistration();
    return isKept && active?.state === "activated" && !waiting && !installing;
}"""
WAITING = "async () => Boolean((await navigator.serviceWorker.getRegistration())?.waiting)"


@pytest.fixture(scope="module")
def pages(built_page: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Pages 0 to 3. (`built_page` has fetched what pages are built of.)"""
    folder = tmp_path_factory.mktemp("pages")
    return [build_page(folder, number) for number in range(4)]


class Site:
    """A server and the page that it gives."""

    def __init__(self, server: TuttiServer, place: Path, pages: list[Path]) -> None:
        self.server = server
        self._place = place
        self._pages = pages

    def update(self, number: int) -> None:
        put(self._pages[number], self._place)
        self.restart()

    def restart(self) -> None:
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
def site(pages: list[Path], tmp_path: Path, ready_made_data: ReadyMadeData) -> Iterator[Site]:
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
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not page.evaluate(question, about):
        assert time.monotonic() < deadline, f"it never was so: {question}"
        time.sleep(0.02)


def visit(context: BrowserContext, path: str = "/") -> Page:
    """A tab whose page is kept for later."""
    page = context.new_page()
    page.goto(path)
    until(page, ACTIVE)
    return page


def check_shows(page: Page, number: int) -> None:
    expect(page.locator("h1")).to_have_text(f"page {number}")


# --- Without network -----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/r/main", "/r/another-room/", "/?theme=dark"])
def test_a_page_that_was_there_once_is_there_without_the_server(context, site: Site, path: str):
    page = visit(context)

    with site.away():
        page.goto(path)

        check_shows(page, 1)
        assert page.evaluate("late()") == "late 1"


def test_a_server_that_takes_too_long_is_not_waited_for(context, site: Site):
    page = visit(context)
    os.kill(site.server.pid, signal.SIGSTOP)
    try:
        page.reload()
        check_shows(page, 1)
    finally:
        os.kill(site.server.pid, signal.SIGCONT)


def test_what_is_not_the_page_is_left_alone(context, site: Site):
    page = visit(context)
    page.goto("/api/tracks/")
    page.goto("/")
    kept = page.evaluate(
        """async () => {
            const caches_ = await Promise.all((await caches.keys()).map((name) => caches.open(name)));
            const requests = (await Promise.all(caches_.map((cache) => cache.keys()))).flat();
            return requests.map((request) => new URL(request.url).pathname);
        }"""
    )

    assert kept
    assert all(path == "/" or path.startswith("/page/assets/") for path in kept), kept
    with site.away():
        for path in ("/api/tracks/", "/api/page/", "/admin/"):
            failed = page.evaluate("path => fetch(path).then(() => false, () => true)", path)
            assert failed, path


def test_a_404_is_no_reason_to_show_the_page(context):
    page = visit(context)

    answer = page.goto("/r/No_such_name")

    assert answer
    assert answer.status == 404


# --- From one version to the next ----------------------------------------------------------------------


def test_with_the_server_there_the_newest_page_is_shown_at_once(context, site: Site):
    page = visit(context)
    site.update(2)

    page.reload()

    check_shows(page, 2)
    assert page.evaluate("late()") == "late 2"


def test_who_is_alone_has_the_newest_page_without_the_server_too(context, site: Site):
    page = visit(context)
    site.update(2)
    page.reload()
    until(page, IN_CHARGE, site.name_of(2))

    with site.away():
        page.reload()
        check_shows(page, 2)
    assert page.evaluate("typeof offered") == "undefined", "the page is the newest already"


def test_a_page_that_stays_open_is_offered_the_newer_one(context, site: Site):
    page = visit(context)
    site.update(2)
    page.evaluate(LOOK_FOR_ANOTHER)
    until(page, "Boolean(globalThis.offered)")
    check_shows(page, 1)

    with page.expect_navigation():
        page.evaluate("offered()")

    check_shows(page, 2)


def test_another_tab_is_not_disturbed_and_still_gets_all_of_its_page(context, site: Site):
    one, other = visit(context), visit(context, "/r/main")
    site.update(2)
    one.evaluate(LOOK_FOR_ANOTHER)
    until(one, "Boolean(globalThis.offered)")
    with one.expect_navigation():
        one.evaluate("offered()")

    check_shows(one, 2)
    check_shows(other, 1)
    assert other.evaluate("late()") == "late 1"


def test_two_tabs_wait_for_each_other(context, site: Site):
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


def test_no_more_than_two_pages_are_kept(context, site: Site):
    page = visit(context)
    for number in (2, 3, 0):
        site.update(number)
        page.reload()
        check_shows(page, number)
        until(page, IN_CHARGE, site.name_of(number))
        assert page.evaluate(KEPT) == 2

    with site.away():
        page.reload()
        check_shows(page, 0)


def test_a_page_that_is_not_whole_is_not_kept(context, site: Site, pages: list[Path], tmp_path: Path):
    page = visit(context)
    put(pages[3], tmp_path / "mixed")
    (tmp_path / "mixed" / "service-worker.js").write_bytes((pages[2] / "service-worker.js").read_bytes())
    for form in ("gz", "br"):
        (tmp_path / "mixed" / f"service-worker.js.{form}").unlink()
    put(tmp_path / "mixed", tmp_path / "dist")
    site.restart()

    failed = page.evaluate(
        """async () => {
            const registration = await navigator.serviceWorker.ready;
            const gone = new Promise((resolve) => registration.addEventListener("updatefound", () => {
                const worker = registration.installing;
                worker.addEventListener("statechange", () => resolve(worker.state));
            }));
            await registration.update().catch(() => {});
            return gone;
        }"""
    )

    assert failed == "redundant"
    assert page.evaluate(KEPT) == 1
    with site.away():
        page.reload()
        check_shows(page, 1)


# --- Where there is none -------------------------------------------------------------------------------


def test_over_plain_http_from_elsewhere_there_is_none_and_nobody_complains(browser: Browser, site: Site):
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
