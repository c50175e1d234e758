"""The words of the reader's language are on their way while the script that will show them still is, too."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Request, Route, expect

from tests.processes import TuttiServer

MAIN_SCRIPT = re.compile(r"/page/assets/index-[\w-]+\.js$")
WORDS = re.compile(r"/page/assets/(\w+)-[\w-]{8}\.js$")
# Who reads neither gets English, as who reads it does.
READERS = pytest.mark.parametrize(
    ("reader", "language"),
    [("de-AT", "de"), ("fr-FR", "en"), pytest.param("en-GB", "en", marks=pytest.mark.long)],
    indirect=["reader"],
)


@pytest.fixture
def reader(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """A blank window of somebody who reads that language best."""
    context = browser.new_context(locale=request.param)
    yield context.new_page()
    context.close()


def is_of(language: str, request: Request) -> bool:
    found = WORDS.search(request.url)
    return found is not None and found[1] == language


@READERS
def test_they_are_asked_for_before_the_main_script_has_come_and_nothing_else_is(
    site: TuttiServer, reader: Page, language: str
):
    held: list[Route] = []
    asked: list[Request] = []
    reader.on("request", lambda request: asked.append(request))
    reader.route(MAIN_SCRIPT, lambda route: held.append(route))

    with reader.expect_request(lambda request: is_of(language, request)):
        reader.goto(site.base_url, wait_until="commit")

    expect(reader.locator(".boot")).to_be_attached()
    held[0].continue_()
    expect(reader.locator("#queue-part")).to_be_visible()
    # What came early is used.
    words = [one for one in ("de", "en", "numbers") for request in asked if is_of(one, request)]
    assert words == [language, "numbers"]
