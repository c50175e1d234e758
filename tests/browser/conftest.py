"""One server and one browser for all pages."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.chromium import WatchedPage, chromium
from tests.conftest import PreparedData
from tests.contract.staff import PASSWORD, make_staff
from tests.processes import PROJECT, TuttiServer


@pytest.fixture(scope="session")
def built_graphiql(built_page: Path) -> Path:
    """Beside the page, as `make graphiql` builds it; servers that start from here on give it."""
    command = [sys.executable, "-I", str(PROJECT / "scripts" / "build_frontend.py"), "--graphiql", "--tools"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return built_page / "graphiql"


@pytest.fixture(scope="package")
def site(built_graphiql: Path, prepared_data: PreparedData) -> Iterator[TuttiServer]:
    """It gives its pages to the local network, too."""
    with TuttiServer(**prepared_data.options("embedded"), arguments=("--lan",)) as server:
        make_staff(server, "ada")
        yield server


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def page(browser: Browser, site: TuttiServer) -> Iterator[WatchedPage]:
    """In a window without cookies."""
    context = browser.new_context()
    yield WatchedPage(context.new_page(), site.base_url)
    context.close()


@pytest.fixture
def admin_page(page: WatchedPage) -> WatchedPage:
    """Ada has logged in, by the form."""
    page.open("/admin/")
    page.page.fill("#id_username", "ada")
    page.page.fill("#id_password", PASSWORD)
    page.page.click("input[type=submit]")
    page.page.wait_for_selector("#site-name")
    return page
