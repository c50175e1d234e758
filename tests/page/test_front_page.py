"""What stands at the page's place where it could not be built, is for everyone too."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.conftest import ReadyMadeData
from tests.page.pictures import EVERY_RULE
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


def test_it_is_accessible_in_light_and_dark_and_fits(browser: Browser, bare_site: TuttiServer):
    visitor = new_visitor(browser, bare_site.base_url, **NARROW)
    visitor.page.goto(f"{bare_site.base_url}/")
    expect(visitor.page.get_by_text("What to do:")).to_be_visible()

    for scheme, rules in EVERY_RULE.items():
        visitor.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        assert visitor.violations(rules) == []
    for size in (NARROW, DESKTOP):
        visitor.page.set_viewport_size(size["viewport"])
        assert not visitor.scrolls_sideways()
    assert visitor.complaints() == []
    visitor.context.close()
