"""The server has a newer page than the one that is open: it is offered, and nothing gets lost."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from config.local_network import own_addresses
from tests.conftest import ReadyMadeData
from tests.contract.conftest import new_room, queue_of
from tests.contract.queues import Queue
from tests.page.builds import NEWER_LIBRARY, build_newer_page, put
from tests.page.remembered import wait_until_stored
from tests.page.visitors import PHONE, Visit, Visitor, new_visitor
from tests.processes import TuttiServer

PATIENCE_MILLISECONDS = 30_000
VOTES = "**/vote/"
ROOM_PART = "**/room_panel*.js"
HAS_ROOM_PART = (
    "() => performance.getEntriesByType('resource').some(({ name }) => name.includes('room_panel'))"
)


@pytest.fixture(scope="module")
def newer_page(built_page: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_newer_page(tmp_path_factory.mktemp("newer"))


@pytest.fixture
def place(built_page: Path, tmp_path: Path) -> Path:
    """What the server gives."""
    put(built_page, tmp_path / "dist")
    return tmp_path / "dist"


@pytest.fixture
def server(place: Path, ready_made_data: ReadyMadeData) -> Iterator[TuttiServer]:
    options = ready_made_data.options("embedded")
    with TuttiServer(**options, environment={"PAGE_DIR": str(place)}, arguments=("--lan",)) as server:
        yield server


@pytest.fixture
def queue(server: TuttiServer) -> Iterator[Queue]:
    with server.client() as http:
        queue = queue_of(http, new_room(http))
        queue.fill(2)
        yield queue


@pytest.fixture
def open_page(browser: Browser, server: TuttiServer, queue: Queue) -> Iterator[list[Visitor]]:
    """A phone at the server's own machine, and another one, to which browsers give no service worker."""
    addresses = (server.base_url, f"http://{own_addresses()[0]}:{server.port}")
    visitors = [new_visitor(browser, address, **PHONE) for address in addresses]
    for visitor in visitors:
        visitor.loses_network = True
    yield visitors
    for visitor in visitors:
        visitor.context.close()
    assert [told for visitor in visitors for told in visitor.complaints()] == []


def offer(page: Page) -> None:
    banner = page.locator(".banner", has_text="There is a newer page.")
    expect(banner).to_be_visible(timeout=PATIENCE_MILLISECONDS)


def take(page: Page) -> None:
    with page.expect_navigation():
        page.locator(".banner").get_by_role("button", name="Reload").tap()
    expect(page.get_by_role("button", name=NEWER_LIBRARY)).to_be_visible()


def test_it_is_offered_and_takes_along_what_waits(
    open_page: list[Visitor], server: TuttiServer, queue: Queue, place: Path, newer_page: Path
):
    visitor = open_page[0].open(f"/r/{queue.room}")
    page = visitor.page
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    put(newer_page, place)
    server.restart()
    offer(page)
    assert visitor.violations() == []
    expect(page.locator(".status-text")).to_have_text("in sync", timeout=PATIENCE_MILLISECONDS)
    visitor.context.set_offline(True)
    page.locator(".queue-vote[data-way=up]").first.tap()
    expect(page.locator(".status-text")).to_have_text("offline, 1 change waiting")

    take(page)

    expect(page.locator(".status-text")).to_have_text("offline, 1 change waiting")
    visitor.context.set_offline(False)
    expect(page.locator(".status-text")).to_have_text("in sync", timeout=PATIENCE_MILLISECONDS)
    assert [item["votes"] for item in queue.items()] == [1, 0]


def test_over_plain_http_it_is_offered_after_the_servers_restart_and_takes_along_what_waits(
    open_page: list[Visitor], server: TuttiServer, queue: Queue, place: Path, newer_page: Path
):
    page = open_page[1].open(f"/r/{queue.room}").page
    page.wait_for_function(HAS_ROOM_PART)  # the last of this page; the newer one has other names
    put(newer_page, place)
    server.restart()
    offer(page)
    page.route(VOTES, lambda route: route.abort())
    page.locator(".queue-vote[data-way=up]").first.tap()
    wait_until_stored(page, 1)

    take(page)

    page.unroute(VOTES)
    expect(page.locator(".status-text")).to_have_text("in sync", timeout=PATIENCE_MILLISECONDS)
    assert [item["votes"] for item in queue.items()] == [1, 0]


def test_a_part_that_is_gone_leads_to_it(
    open_page: list[Visitor], server: TuttiServer, queue: Queue, place: Path, newer_page: Path
):
    visitor = open_page[1].open(f"/r/{queue.room}")
    visitor.expects.add(404)
    page = visitor.page
    page.route(ROOM_PART, lambda route: route.abort())
    put(newer_page, place)
    server.kill()
    server.start()
    expect(page.locator(".status-text")).to_have_text("in sync", timeout=PATIENCE_MILLISECONDS)
    page.unroute(ROOM_PART)

    page.get_by_role("button", name="Room").tap()

    offer(page)
    expect(page.locator("#room-part")).to_contain_text("This part could not be loaded.")
    assert visitor.violations() == []
    with page.expect_navigation():
        page.locator("#room-part").get_by_role("button", name="Reload").tap()
    expect(page.get_by_role("heading", name="Let others in")).to_be_visible()


def test_a_part_that_did_not_come_comes_at_the_next_try(visit: Visit, room: str, own_address: str):
    visitor = visit(f"/r/{room}", base_url=own_address, **PHONE)
    visitor.loses_network = True
    page = visitor.page
    page.route(ROOM_PART, lambda route: route.abort())
    page.get_by_role("button", name="Room").tap()
    expect(page.locator("#room-part")).to_contain_text("This part could not be loaded.")
    assert page.locator(".banner").count() == 0
    page.unroute(ROOM_PART)

    page.locator("#room-part").get_by_role("button", name="Try again").tap()

    expect(page.get_by_role("heading", name="Let others in")).to_be_visible()
    assert page.locator(".rooms-card").first.evaluate("card => getComputedStyle(card).display") == "grid"


def test_parts_that_nobody_has_opened_are_there_without_network(visit: Visit, room: str, own_address: str):
    visitor = visit(f"/r/{room}", base_url=own_address, **PHONE)
    visitor.loses_network = True
    visitor.page.wait_for_function(HAS_ROOM_PART)
    visitor.context.set_offline(True)

    visitor.page.get_by_role("button", name="Room").tap()

    expect(visitor.page.get_by_role("heading", name="About")).to_be_visible()
