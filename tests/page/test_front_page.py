"""What stands at the page's place where it could not be built, is for everyone too."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.conftest import ReadyMadeData
from tests.page.visitors import DESKTOP, NARROW, new_visitor
from tests.processes import TuttiServer


@pytest.fixture(scope="module")
def bare_site(
    ready_made_data: ReadyMadeData, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TuttiServer]:
    """It has no page to give."""
    nowhere = {"PAGE_DIR": str(Path(tmp_path_factory.mktemp("bare"), "dist"))}
    with TuttiServer(**ready_made_data.options("embedded"), environment=nowhere) as server:
        yield server


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [NARROW, DESKTOP], ids=["narrow", "desktop"])
def test_it_is_accessible_and_fits(
    browser: Browser, bare_site: TuttiServer, size: dict[str, object], scheme: str
):
    visitor = new_visitor(browser, bare_site.base_url, color_scheme=scheme, **size)
    visitor.page.goto(f"{bare_site.base_url}/")
    expect(visitor.page.get_by_text("What to do:")).to_be_visible()

    assert visitor.violations() == []
    assert not visitor.scrolls_sideways()
    assert visitor.complaints() == []
    visitor.context.close()
