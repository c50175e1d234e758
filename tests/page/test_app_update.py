"""The server has a newer page than the one that is open: it is offered, and nothing gets lost."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from core.network import local_addresses
from tests.conftest import PreparedData
from tests.contract.conftest import new_room, queue_of
from tests.contract.queues import Queue
from tests.page.builds import changed_page, put
from tests.page.indexeddb import wait_until_actions_are_stored
from tests.page.queue_page import in_sync
from tests.page.visitors import PHONE, Visit, Visitor, new_visitor
from tests.processes import TuttiServer

NEWER_LIBRARY = "Records"
VOTES = "**/vote/"
ROOM_PART = "**/room_panel*.js"
HAS_ROOM_PART = (
    "() => performance.getEntriesByType('resource').some(({ name }) => name.includes('room_panel'))"
)


@pytest.fixture(scope="module")
def newer_page(built_page: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """But for the names of its files and of its library the same."""
    changes = {"library:`Library`": f"library:`{NEWER_LIBRARY}`"}
    newer = changed_page(built_page, tmp_path_factory.mktemp("newer") / "dist", changes)
    assert any(NEWER_LIBRARY in path.read_text() for path in (newer / "assets").glob("en-*.js"))
    return newer


@pytest.fixture
def place(built_page: Path, tmp_path: Path) -> Path:
    """What the server gives."""
    put(built_page, tmp_path / "dist")
    return tmp_path / "dist"


@pytest.fixture
def server(place: Path, prepared_data: PreparedData) -> Iterator[TuttiServer]:
    options = prepared_data.options("embedded")
    with TuttiServer(**options, environment={"FRONTEND_DIR": str(place)}, arguments=("--lan",)) as server:
        yield server


@pytest.fixture
def queue(server: TuttiServer) -> Iterator[Queue]:
    with server.client() as http:
        queue = queue_of(http, new_room(http))
        queue.fill(2)
        yield queue


@pytest.fixture
def phones(browser: Browser, server: TuttiServer, queue: Queue) -> Iterator[list[Visitor]]:
    """A phone at the server's own machine, and another one, to which browsers give no service worker."""
    addresses = (server.base_url, f"http://{local_addresses()[0]}:{server.port}")
    visitors = [new_visitor(browser, address, keeps_page=True, **PHONE) for address in addresses]
    for visitor in visitors:
        visitor.loses_network = True
    yield visitors
    for visitor in visitors:
        visitor.context.close()
    assert [reported for visitor in visitors for reported in visitor.complaints()] == []


def offer(page: Page) -> None:
    banner = page.locator(".banner", has_text="A new version is available.")
    expect(banner).to_be_visible()


def take(page: Page, place: Locator) -> None:
    with page.expect_navigation():
        place.get_by_role("button", name="Reload").tap()
    expect(page.get_by_role("button", name=NEWER_LIBRARY)).to_be_visible()


def test_a_new_version_is_offered_and_keeps_unsent_changes(
    phones: list[Visitor], server: TuttiServer, queue: Queue, place: Path, newer_page: Path
):
    """To a phone with a service worker, and to one over plain http, where browsers give none."""
    for visitor in phones:
        visitor.page.route(ROOM_PART, lambda route: route.abort())
        visitor.open(f"/r/{queue.room}")
    kept, plain = (visitor.page for visitor in phones)
    kept.wait_for_function("() => navigator.serviceWorker.controller !== null")
    put(newer_page, place)
    server.kill()
    server.start()
    in_sync(plain)
    plain.route(VOTES, lambda route: route.abort())
    plain.locator(".queue-vote[data-way=up]").last.tap()
    wait_until_actions_are_stored(plain, 1)

    # A part that is gone leads to it.
    plain.unroute(ROOM_PART)
    phones[1].expects.add(404)
    plain.get_by_role("button", name="Room").tap()
    offer(plain)
    expect(plain.locator("#room-part")).to_contain_text("Couldn’t load this section.")
    assert phones[1].violations() == []
    take(plain, plain.locator("#room-part"))
    expect(plain.get_by_role("heading", name="Invite people")).to_be_visible()

    # So does a server that has restarted.
    in_sync(kept)
    server.restart()
    offer(kept)
    in_sync(kept)
    phones[0].context.set_offline(True)
    kept.locator(".queue-vote[data-way=up]").first.tap()
    expect(kept.locator(".status-text")).to_have_text("offline, 1 unsent change")
    take(kept, kept.locator(".banner"))
    expect(kept.locator(".status-text")).to_have_text("offline, 1 unsent change")
    phones[0].context.set_offline(False)
    plain.unroute(VOTES)
    for page in (kept, plain):
        in_sync(page)
    assert [item["votes"] for item in queue.items()] == [1, 1]


def test_unopened_sections_are_available_offline_and_load_at_a_retry(
    visit: Visit, room: str, own_address: str
):
    visitor = visit(f"/r/{room}", base_url=own_address, loses_network=True, **PHONE)
    page = visitor.page
    page.wait_for_function(HAS_ROOM_PART)
    visitor.context.set_offline(True)
    page.get_by_role("button", name="Room").tap()
    expect(page.get_by_role("heading", name="About")).to_be_visible()
    visitor.context.set_offline(False)

    page.route(ROOM_PART, lambda route: route.abort())
    page.goto(f"{own_address}/")
    page.get_by_role("button", name="Room").tap()
    expect(page.locator("#room-part")).to_contain_text("Couldn’t load this section.")
    assert page.locator(".banner").count() == 0
    page.unroute(ROOM_PART)
    page.locator("#room-part").get_by_role("button", name="Try again").tap()
    expect(page.get_by_role("heading", name="Invite people")).to_be_visible()
    assert page.locator(".rooms-card").first.evaluate("card => getComputedStyle(card).display") == "grid"
