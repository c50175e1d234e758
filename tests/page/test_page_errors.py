"""What goes wrong in somebody's browser stands in the server's log."""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.page.visitors import Visitor, new_visitor
from tests.processes import TuttiServer

REPORTS_AT_MOST = 5
LOGGED_SECONDS = 10
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


def wait_for_line(site: TuttiServer, message: str) -> str:
    deadline = time.monotonic() + LOGGED_SECONDS
    while not (found := lines_of(site, message)):
        assert time.monotonic() < deadline, f"{message!r} is not in the log"
        time.sleep(0.02)
    return found[0]


@pytest.mark.parametrize("how", [THROW, REJECT], ids=["thrown", "rejected"])
def test_an_error_of_the_page_is_in_the_servers_log(visitor: Visitor, site: TuttiServer, how: str):
    message = f"The needle fell off, {'thrown' if how == THROW else 'rejected'}"

    break_down(visitor.page, how, message)

    assert f"Error: {message} (page /" in wait_for_line(site, message)


def test_an_error_that_repeats_is_told_a_few_times_only(visitor: Visitor, site: TuttiServer):
    message = "The record has a scratch"
    for _ in range(REPORTS_AT_MOST):
        break_down(visitor.page, THROW, message)
    asked: list[str] = []
    visitor.page.on("request", lambda request: asked.append(request.url))

    visitor.page.evaluate(THROW, message)
    with visitor.page.expect_event("pageerror"):
        visitor.page.evaluate(THROW, message)

    assert [url for url in asked if url.endswith("/api/page-errors/")] == []
    wait_for_line(site, message)
    assert len(lines_of(site, message)) == REPORTS_AT_MOST
