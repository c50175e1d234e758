"""What goes wrong in somebody's browser stands in the server's log."""

from collections.abc import Iterator
from functools import partial

import pytest
from playwright.sync_api import Browser, Page

from tests.page.visitors import Visitor, new_visitor, until
from tests.processes import TuttiServer

REPORTS_AT_MOST = 5
THROW = "message => { setTimeout(() => { throw new Error(message); }); }"
REJECT = "message => { Promise.reject(new Error(message)); }"


@pytest.fixture
def visitor(browser: Browser, site: TuttiServer) -> Iterator[Visitor]:
    found = new_visitor(browser, site.base_url).open("/")
    yield found
    found.context.close()


def break_down(page: Page, how: str, message: str) -> None:
    """Until the server has taken the report."""
    with page.expect_response("**/api/page-errors/") as answer:
        page.evaluate(how, message)
    assert answer.value.status == 204


def lines_of(site: TuttiServer, message: str) -> list[str]:
    return [line for line in site.log.splitlines() if message in line]


def test_an_error_of_the_page_is_in_the_servers_log_a_few_times_at_most(visitor: Visitor, site: TuttiServer):
    for how, message in ((THROW, "The needle fell off"), (REJECT, "The needle was taken off")):
        break_down(visitor.page, how, message)
        [line] = until(visitor.page, partial(lines_of, site, message))
        assert f"Error: {message} (page /" in line

    visitor.page.reload()
    message = "The record has a scratch"
    for _ in range(REPORTS_AT_MOST):
        break_down(visitor.page, THROW, message)
    asked: list[str] = []
    visitor.page.on("request", lambda request: asked.append(request.url))

    visitor.page.evaluate(THROW, message)
    with visitor.page.expect_event("pageerror"):
        visitor.page.evaluate(THROW, message)

    assert [url for url in asked if url.endswith("/api/page-errors/")] == []
    until(visitor.page, lambda: lines_of(site, message))
    assert len(lines_of(site, message)) == REPORTS_AT_MOST
