"""A project of a test's own to build, the real page, built, and people who visit it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from core.network import local_addresses
from tests.browser.chromium import chromium_of
from tests.conftest import PreparedData
from tests.contract.conftest import client_of, new_room, queue_of
from tests.contract.libraries import Library
from tests.contract.queues import Queue
from tests.contract.staff import log_in, make_staff
from tests.hosts import asked_for_room
from tests.page.chart_track_page import PLAYER_HOST, own_charts
from tests.page.firefox import BlockingProxy, firefox_of
from tests.page.pictures import Pictures
from tests.page.projects import Project
from tests.page.visitors import BrowserContextPool, Visit, Visitor
from tests.processes import TuttiServer


@pytest.fixture
def project(tmp_path: Path) -> Project:
    folder = tmp_path / "tutti"
    folder.mkdir()
    return Project(folder)


@pytest.fixture(scope="package")
def mails(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the mails of `site` are kept, a file for each."""
    return tmp_path_factory.mktemp("mails")


@pytest.fixture(scope="package")
def site(built_page: Path, prepared_data: PreparedData, mails: Path) -> Iterator[TuttiServer]:
    """A server that gives the page to the local network, too, and shows covers of one host."""
    environment = {"EMAIL_URL": f"filemail:///{mails}", "COVER_HOSTS": COVER_HOST}
    options = prepared_data.options("embedded")
    with TuttiServer(**options, environment=environment, arguments=("--lan",)) as server:
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
    """Another client in the room, without a page."""
    with client_of(site) as client:
        yield client


@pytest.fixture
def room(http: httpx.Client) -> str:
    """The slug of a new, empty room."""
    response = asked_for_room(http, name="A test's room", is_public=False)
    assert response.status_code == 201, response.text
    slug: str = response.json()["slug"]
    return slug


@pytest.fixture
def queue(http: httpx.Client, room: str) -> Queue:
    """The room's queue, as a client without a page sees it."""
    return queue_of(http, room)


@pytest.fixture
def own_address(site: TuttiServer) -> str:
    """Where another machine would open the page, over plain http."""
    return f"http://{local_addresses()[0]}:{site.port}"


COVER_HOST = "covers.example"
LOCALHOST = "localhost"
OWN_ADDRESS = "own address"


@pytest.fixture(params=[LOCALHOST, OWN_ADDRESS])
def host(request: pytest.FixtureRequest) -> str:
    """A test that asks for this runs twice; from another machine, as the second does, browsers give less."""
    return LOCALHOST if request.param == LOCALHOST else local_addresses()[0]


@pytest.fixture
def address(host: str, site: TuttiServer) -> str:
    return f"http://{host}:{site.port}"


@pytest.fixture(scope="package")
def used_contexts() -> BrowserContextPool:
    return BrowserContextPool()


@pytest.fixture
def visit(browser: Browser, used_contexts: BrowserContextPool, site: TuttiServer) -> Iterator[Visit]:
    """`visit("/r/kitchen", **PHONE)` opens a window of a person's own; none may complain in its console.

    With `loses_network` it may complain of that; `changes_context`: see BrowserContextPool.
    """
    visitors: list[Visitor] = []

    def visit(path: str = "/", *, base_url: str = "", loses_network: bool = False, **options: Any) -> Visitor:
        visitor = used_contexts.visitor(browser, base_url or site.base_url, **options)
        visitor.loses_network = loses_network
        visitors.append(visitor)
        visitor.open(path).close_other_tabs()
        return visitor

    yield visit
    complaints = [reported for visitor in visitors for reported in visitor.complaints()]
    for visitor in visitors:
        used_contexts.end(visitor)
    assert complaints == []


@pytest.fixture(scope="package")
def staff(site: TuttiServer) -> Iterator[httpx.Client]:
    """A client that may write to the library."""
    make_staff(site, "ada")
    with client_of(site) as http:
        log_in(http, "ada")
        yield http


@pytest.fixture
def library(staff: httpx.Client) -> Iterator[Library]:
    """For tracks of a test's own; they go with the test."""
    library = Library(staff)
    yield library
    library.clear()


@pytest.fixture
def pictures(request: pytest.FixtureRequest) -> Pictures:
    """For people to look at: with --long only."""
    return Pictures(are_taken=request.config.getoption("--long"))


@pytest.fixture(scope="package")
def lone_site(built_page: Path, prepared_data: PreparedData) -> Iterator[TuttiServer]:
    """A server that only its own machine reaches, and whose library few tests look at."""
    with TuttiServer(**prepared_data.options("embedded")) as server:
        yield server


@pytest.fixture(scope="package")
def chart_days(
    built_page: Path, prepared_data: PreparedData, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TuttiServer]:
    """A server with charts of a few days and players of one host."""
    folder = tmp_path_factory.mktemp("answers")
    with own_charts(folder, prepared_data.options("embedded"), EMBED_HOSTS=PLAYER_HOST) as server:
        yield server


# --- Another browser ---------------------------------------------------------------------------------


@pytest.fixture(scope="package")
def way_out() -> Iterator[BlockingProxy]:
    with BlockingProxy() as listening:
        yield listening


@pytest.fixture(scope="package")
def firefox(
    playwright: Playwright, way_out: BlockingProxy, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Browser]:
    """That a test needs this fixture is what leaves it out of shorter runs."""
    with firefox_of(playwright, tmp_path_factory.mktemp("firefox"), way_out) as started:
        yield started


# --- A server that may die ---------------------------------------------------------------------------


@pytest.fixture(scope="package")
def mortal_site(built_page: Path, prepared_data: PreparedData) -> Iterator[TuttiServer]:
    """It gives the page to the local network, too."""
    with TuttiServer(**prepared_data.options("embedded"), arguments=("--lan",)) as server:
        yield server


@pytest.fixture
def mortal(mortal_site: TuttiServer) -> Iterator[TuttiServer]:
    """A server that may be killed; it runs again when a test ends well."""
    yield mortal_site
    try:
        assert mortal_site.pid
    except AssertionError:
        mortal_site.start()


@pytest.fixture
def mortal_queue(mortal: TuttiServer) -> Iterator[Queue]:
    with client_of(mortal) as client:
        yield queue_of(client, new_room(client))
