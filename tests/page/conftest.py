"""A project of a test's own to build, the real page, built, and people who visit it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from config.local_network import own_addresses
from tests.browser.chromium import chromium_of
from tests.conftest import ReadyMadeData
from tests.contract.conftest import new_room, queue_of
from tests.contract.queues import Queue
from tests.page.firefox import NoWayOut, firefox_of
from tests.page.projects import Project
from tests.page.visitors import Open, Visit, Visitor, new_visitor
from tests.processes import TuttiServer


@pytest.fixture
def project(tmp_path: Path) -> Project:
    folder = tmp_path / "tutti"
    folder.mkdir()
    return Project(folder)


@pytest.fixture(scope="package")
def site(built_page: Path, ready_made_data: ReadyMadeData) -> Iterator[TuttiServer]:
    """A server that gives the page to the local network, too."""
    with TuttiServer(**ready_made_data.options("embedded"), arguments=("--lan",)) as server:
        yield server


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="package")
def browser(playwright: Playwright) -> Iterator[Browser]:
    with chromium_of(playwright) as started:
        yield started


@pytest.fixture
def http(site: TuttiServer) -> Iterator[httpx.Client]:
    """Somebody else in the room, without a page."""
    with site.client() as client:
        yield client


@pytest.fixture
def room(http: httpx.Client) -> str:
    """The slug of a new, empty room."""
    answer = http.post("/api/rooms/", json={"name": "A test's room", "is_public": False})
    assert answer.status_code == 201, answer.text
    slug: str = answer.json()["slug"]
    return slug


@pytest.fixture
def queue(http: httpx.Client, room: str) -> Queue:
    """The room's queue, as somebody without a page has it."""
    return queue_of(http, room)


@pytest.fixture
def own_address(site: TuttiServer) -> str:
    """Where another machine would open the page, over plain http."""
    return f"http://{own_addresses()[0]}:{site.port}"


@pytest.fixture(params=["localhost", "own address"])
def host(request: pytest.FixtureRequest) -> str:
    """A test that asks for this runs twice; from another machine, as the second does, browsers give less."""
    return "localhost" if request.param == "localhost" else own_addresses()[0]


@pytest.fixture
def address(host: str, site: TuttiServer) -> str:
    return f"http://{host}:{site.port}"


@pytest.fixture
def visit(browser: Browser, site: TuttiServer) -> Iterator[Visit]:
    """`visit("/r/kitchen", **PHONE)` opens a window of a person's own; none may complain in its console."""
    visitors: list[Visitor] = []

    def visit(path: str = "/", *, base_url: str = "", **options: Any) -> Visitor:
        visitor = new_visitor(browser, base_url or site.base_url, **options)
        visitors.append(visitor)
        return visitor.open(path)

    yield visit
    complaints = [told for visitor in visitors for told in visitor.complaints()]
    for visitor in visitors:
        visitor.context.close()
    assert complaints == []


# --- Another browser ----------------------------------------------------------------------------------


@pytest.fixture(scope="package")
def way_out() -> Iterator[NoWayOut]:
    with NoWayOut() as listening:
        yield listening


@pytest.fixture(scope="package")
def firefox(
    playwright: Playwright, way_out: NoWayOut, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Browser]:
    """That a test needs this fixture is what leaves it out of shorter runs."""
    with firefox_of(playwright, tmp_path_factory.mktemp("firefox"), way_out) as started:
        yield started


# --- A server that may die -----------------------------------------------------------------------------


@pytest.fixture
def mortal(built_page: Path, ready_made_data: ReadyMadeData) -> Iterator[TuttiServer]:
    """A server of the test's own, which may be killed. It gives the page to the local network, too."""
    with TuttiServer(**ready_made_data.options("embedded"), arguments=("--lan",)) as server:
        yield server


@pytest.fixture
def mortal_queue(mortal: TuttiServer) -> Iterator[Queue]:
    with mortal.client() as client:
        yield queue_of(client, new_room(client))


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Open]:
    """A window that may lose its network; it must complain of nothing else."""
    visitors: list[Visitor] = []

    def open_page(base_url: str, path: str, **options: object) -> Visitor:
        visitor = new_visitor(browser, base_url, **options)
        visitor.loses_network = True
        visitors.append(visitor)
        return visitor.open(path)

    yield open_page
    complaints = [told for visitor in visitors for told in visitor.complaints()]
    for visitor in visitors:
        visitor.context.close()
    assert complaints == []
